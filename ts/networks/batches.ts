/**
 * Brings rows of a data set into linear memory, one batch after another: a set may be larger than the pool.
 *
 * One block holds a batch of inputs, what is wanted for them, room for outputs, and the order of the rows.
 */
import { type Engine, owner } from '../core/engine.js';
import { copyIn, multipleOfFour } from '../ops/copy.js';
import type { Seed } from './checks.js';
import type { CheckedDataset, Widths } from './dataset.js';
import type { Labels } from './types.js';

/** A batch in linear memory: byte addresses. Of `targets` and `labels` one is 0. */
export interface Batch {
  readonly inputs: number;
  readonly targets: number;
  readonly labels: number;
  readonly rows: number;
}

/** Rows up to this are gathered one by one in a loop: views of so many short rows would cost more than the copies. */
const fewColumns = 256;

export class Batches {
  readonly data: CheckedDataset;
  /** Rows of a full batch. */
  readonly batchRows: number;
  /** Byte address of batchRows × outputs floats, for the caller to use. */
  readonly outputs: number;
  readonly #engine: Engine;
  readonly #widths: Widths;
  readonly #inputs: number;
  readonly #wanted: number;
  readonly #order: number;
  #block: number;

  /** With `order`, room is kept for an order of the rows; without, they come as they are. */
  constructor(
    engine: Engine,
    data: CheckedDataset,
    widths: Widths,
    batchRows: number,
    order: 'order' | 'none',
  ) {
    this.#engine = engine;
    this.data = data;
    this.#widths = widths;
    this.batchRows = Math.min(batchRows, data.rows);
    const wantedColumns = data.wanted.kind === 'labels' ? 1 : widths.outputs;
    const inputBytes = aligned(this.batchRows * widths.inputs);
    const wantedBytes = aligned(this.batchRows * wantedColumns);
    const outputBytes = aligned(this.batchRows * widths.outputs);
    const orderBytes = order === 'order' ? aligned(data.rows) : 0;
    this.#block = engine.allocate(inputBytes + wantedBytes + outputBytes + orderBytes, owner.internal);
    this.#inputs = this.#block;
    this.#wanted = this.#inputs + inputBytes;
    this.outputs = this.#wanted + wantedBytes;
    this.#order = order === 'order' ? this.outputs + outputBytes : 0;
  }

  /** Puts the rows in the order that `seed` gives to `stream`. Needs room for it. */
  shuffle(seed: Seed, stream: number): void {
    const { abi } = this.#engine;
    const status = abi.shuffle_u32(this.#order, this.data.rows, seed.low, seed.high, stream);
    this.#engine.check(status, 'train');
  }

  /** The rows from `first` on, at most `batchRows`, in the present order. */
  load(first: number): Batch {
    const rows = Math.min(this.batchRows, this.data.rows - first);
    const { inputs, wanted } = this.data;
    this.#gather(inputs, this.#widths.inputs, this.#inputs, first, rows);
    if (wanted.kind === 'labels') {
      this.#gatherLabels(wanted.values, first, rows);
      return { inputs: this.#inputs, targets: 0, labels: this.#wanted, rows };
    }
    this.#gather(wanted.values, this.#widths.outputs, this.#wanted, first, rows);
    return { inputs: this.#inputs, targets: this.#wanted, labels: 0, rows };
  }

  /** The row of the given data that is row `row` of the batch that begins at `first`. */
  sourceRow(first: number, row: number): number {
    const place = this.#order === 0 ? first + row : this.#engine.heapU32[(this.#order >>> 2) + first + row]!;
    return this.data.index === undefined ? place : this.data.index[place]!;
  }

  dispose(): void {
    if (this.#block === 0) return;
    this.#engine.free(this.#block);
    this.#block = 0;
  }

  #gather(source: Float32Array, columns: number, address: number, first: number, rows: number): void {
    if (this.#order === 0 && this.data.index === undefined) {
      copyIn(this.#engine, source, first * columns, rows * columns, address);
      return;
    }
    const { heapF32 } = this.#engine;
    for (let row = 0; row < rows; row++) {
      const from = this.sourceRow(first, row) * columns;
      const to = address + row * columns * 4;
      if (columns > fewColumns) copyIn(this.#engine, source, from, columns, to);
      else for (let i = 0, at = to >>> 2; i < columns; i++) heapF32[at + i] = source[from + i]!;
    }
  }

  /** Labels of any width become u32, which the module takes. */
  #gatherLabels(labels: Labels, first: number, rows: number): void {
    const { heapU32 } = this.#engine;
    const begin = this.#wanted >>> 2;
    for (let row = 0; row < rows; row++) heapU32[begin + row] = labels[this.sourceRow(first, row)]!;
  }
}

/** Bytes of `elements` four-byte elements, rounded up so that what follows is aligned to 16. */
function aligned(elements: number): number {
  return multipleOfFour(elements) * 4;
}
