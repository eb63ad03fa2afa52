/** Loss and accuracy of a network over a data set, piece by piece. */
import type { LossName } from '../core/abi.js';
import { Batches } from './batches.js';
import type { CheckedDataset } from './dataset.js';
import type { NetworkCore } from './network-core.js';
import { pieceRows } from './pieces.js';
import type { Evaluation } from './types.js';

/** An evaluation under way. Dispose of it in the end, whatever happens. */
export class EvaluationRun {
  readonly #core: NetworkCore;
  readonly #batches: Batches;
  readonly #loss: number;
  #rowsDone = 0;
  #lossSum = 0;
  #correct = 0;

  constructor(core: NetworkCore, data: CheckedDataset, loss: LossName) {
    const { engine, widths } = core;
    this.#core = core;
    this.#loss = engine.objects.Loss[loss].value;
    const parameters = core.object('evaluate').parameterCount() >>> 0;
    this.#batches = new Batches(engine, data, widths, pieceRows(widths, parameters), 'none');
  }

  get done(): boolean {
    return this.#rowsDone === this.#batches.data.rows;
  }

  /** Evaluates the next piece. */
  step(): void {
    const { engine, widths } = this.#core;
    const network = this.#core.address('evaluate');
    const { inputs, targets, labels, rows } = this.#batches.load(this.#rowsDone);
    const status = engine.abi.network_evaluate_f32(network, inputs, targets, labels, rows, this.#loss);
    engine.check(status, 'evaluate');
    const slot = engine.resultAddress;
    this.#lossSum += engine.heapF64[slot >>> 3]!;
    const largestRight = engine.heapU32[(slot + 8) >>> 2]!;
    const single = widths.outputs === 1 && targets !== 0;
    this.#correct += single ? this.#sameSide(network, inputs, targets, rows) : largestRight;
    this.#rowsDone += rows;
  }

  result(): Evaluation {
    return { loss: this.#lossSum / this.#rowsDone, accuracy: this.#correct / this.#rowsDone };
  }

  dispose(): void {
    this.#batches.dispose();
  }

  /** With one output the largest is always the first, which says nothing: the side of 0.5 does. */
  #sameSide(network: number, inputs: number, targets: number, rows: number): number {
    const { engine } = this.#core;
    const { outputs } = this.#batches;
    engine.check(engine.abi.network_run_f32(network, inputs, outputs, rows), 'evaluate');
    let correct = 0;
    for (let row = 0; row < rows; row++) {
      const output = engine.heapF32[(outputs >>> 2) + row]!;
      const target = engine.heapF32[(targets >>> 2) + row]!;
      if (Number.isNaN(output) || Number.isNaN(target)) continue;
      if (output >= 0.5 === target >= 0.5) correct++;
    }
    return correct;
  }
}

export function evaluate(core: NetworkCore, data: CheckedDataset, loss: LossName): Evaluation {
  const run = new EvaluationRun(core, data, loss);
  try {
    while (!run.done) run.step();
    return run.result();
  } finally {
    run.dispose();
  }
}
