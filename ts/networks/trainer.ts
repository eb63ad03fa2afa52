/** The public face of a trainer: checks a batch, brings it into linear memory, makes one update. */
import { disposeSymbol } from '../core/disposable.js';
import { type Engine, owner } from '../core/engine.js';
import type { Float32PoolBlock } from '../core/memory-pool.js';
import { callError } from '../ops/operation.js';
import { blockOf, type Vec } from '../ops/vec.js';
import { badBatchRow, badPart, badRowError } from './bad-rows.js';
import type { Batch } from './batches.js';
import { assertLabels, assertMatrix, assertRows, isLabels, type Widths } from './dataset.js';
import type { NetworkCore } from './network-core.js';
import type { TrainerSettings } from './train-settings.js';
import { TrainerCore } from './trainer-core.js';
import type { Labels, Trainer } from './types.js';

const operation = 'step';

export class DenseTrainer implements Trainer {
  readonly #network: NetworkCore;
  readonly #core: TrainerCore;

  constructor(network: NetworkCore, settings: TrainerSettings) {
    this.#network = network;
    this.#core = new TrainerCore(network, settings);
  }

  get memoryBytes(): number {
    return this.#core.memoryBytes;
  }

  step(inputs: Vec, targets: Vec | Labels, rows: number): number {
    const { meter } = this.#core;
    const start = meter.begin();
    try {
      const loss = this.#step(inputs, targets, rows);
      meter.end(start, inputs.length);
      return loss;
    } catch (error) {
      meter.fail(start);
      throw callError(this.#core.engine, error, operation);
    }
  }

  dispose(): void {
    this.#core.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  #step(inputs: Vec, targets: Vec | Labels, rows: number): number {
    this.#core.assertLive(operation);
    assertRows(operation, rows);
    return withBatch(this.#network, inputs, targets, rows, String, (batch) => this.#core.update(batch));
  }
}

/**
 * `use` with a batch of the caller's in linear memory, once everything about it was found right. `nameRow` tells the
 * caller which row it is that holds a NaN.
 */
export function withBatch<Result>(
  { engine, widths }: { readonly engine: Engine; readonly widths: Widths },
  inputs: Vec,
  targets: Vec | Labels,
  rows: number,
  nameRow: (row: number) => string,
  use: (batch: Batch) => Result,
): Result {
  const inputBlock = blockOf(engine, inputs, operation, 'inputs');
  assertMatrix(`${operation}: inputs`, inputs.length, rows, widths.inputs);
  const labelled = isLabels(targets);
  const targetBlock = labelled ? undefined : blockOf(engine, targets, operation, 'targets');
  if (labelled) assertLabels(operation, targets, rows, widths.outputs);
  else assertMatrix(`${operation}: targets`, targets.length, rows, widths.outputs);

  const staged = new StagedOperands(engine, [inputBlock ?? inputs, targetBlock ?? targets]);
  try {
    const [x, wanted] = staged.addresses as [number, number];
    const batch: Batch = { inputs: x, targets: labelled ? 0 : wanted, labels: labelled ? wanted : 0, rows };
    const part = rows > 0 ? badPart(engine, batch, widths) : undefined;
    if (part !== undefined) {
      throw badRowError(operation, part, nameRow(badBatchRow(engine, part, batch, widths)));
    }
    return use(batch);
  } finally {
    staged.free();
  }
}

type Operand = Float32PoolBlock | Vec | Labels;

/** Operands in linear memory: blocks where they lie, arrays copied behind one another into a temporary block. */
class StagedOperands {
  readonly addresses: readonly number[];
  readonly #engine: Engine;
  readonly #block: number;

  constructor(engine: Engine, operands: readonly Operand[]) {
    this.#engine = engine;
    const arrays = operands.filter((operand) => ArrayBuffer.isView(operand));
    const total = arrays.reduce((sum, { length }) => sum + length, 0);
    this.#block = total > 0 ? engine.allocate(total * 4, owner.internal) : 0;
    let next = this.#block;
    this.addresses = operands.map((operand) => {
      if (!ArrayBuffer.isView(operand)) return operand.byteOffset;
      const address = next;
      next += operand.length * 4;
      // Labels of any width become u32, which the module takes.
      if (isLabels(operand)) engine.heapU32.set(operand, address >>> 2);
      else engine.heapF32.set(operand, address >>> 2);
      return address;
    });
  }

  free(): void {
    if (this.#block !== 0) this.#engine.free(this.#block);
  }
}
