/** The rows that are not trained on: which they are, how well they do, and the weights that did best on them. */
import type { Engine, Owner } from '../core/engine.js';
import type { Seed } from './checks.js';
import type { CheckedDataset } from './dataset.js';
import type { TimeSlices } from './event-loop.js';
import type { NetworkCore } from './network-core.js';
import type { TrainSettings } from './train-settings.js';
import type { TrainingParts } from './training-parts.js';
import type { Evaluation } from './types.js';

/** What is trained on, and what is not. */
export interface SplitData {
  readonly training: CheckedDataset;
  readonly validation?: CheckedDataset;
}

export function splitData(
  { owner, checkDataset, InvalidArgumentError }: TrainingParts,
  { engine, widths }: NetworkCore,
  data: CheckedDataset,
  { validation, shuffle, trainer }: TrainSettings,
): SplitData {
  if (validation === undefined) return { training: data };
  if (typeof validation !== 'number') {
    return { training: data, validation: checkDataset('train: validation', validation, widths) };
  }
  const { rows } = data;
  if (rows < 2) {
    throw new InvalidArgumentError(
      'train: one row cannot be divided: leave out validation, or give a data set',
    );
  }
  const kept = rows - Math.min(rows - 1, Math.max(1, Math.round(rows * validation)));
  const order = shuffle
    ? shuffled(engine, rows, trainer.seed, owner.internal)
    : Uint32Array.from({ length: rows }, (_, row) => row);
  const part = (index: Uint32Array): CheckedDataset => ({ ...data, rows: index.length, index });
  return { training: part(order.subarray(0, kept)), validation: part(order.subarray(kept)) };
}

/** The order of stream 0 of the seed; those of the epochs begin at 1. */
function shuffled(engine: Engine, rows: number, seed: Seed, owner: Owner): Uint32Array {
  const block = engine.allocate(rows * 4, owner);
  try {
    engine.check(engine.abi.shuffle_u32(block, rows, seed.low, seed.high, 0), 'train');
    return engine.heapU32.slice(block >>> 2, (block >>> 2) + rows);
  } finally {
    engine.free(block);
  }
}

/** Measures a network after each epoch and remembers its best weights. */
export class Validation {
  readonly #parts: TrainingParts;
  readonly #core: NetworkCore;
  readonly #data: CheckedDataset;
  readonly #settings: TrainSettings;
  readonly #slices: TimeSlices;
  #weights: Float32Array | undefined;
  #best: Evaluation | undefined;
  #bestEpoch = 0;

  constructor(
    parts: TrainingParts,
    core: NetworkCore,
    data: CheckedDataset,
    settings: TrainSettings,
    slices: TimeSlices,
  ) {
    this.#parts = parts;
    this.#core = core;
    this.#data = data;
    this.#settings = settings;
    this.#slices = slices;
  }

  /** Of the best epoch so far, if there was one. */
  get best(): { readonly bestEpoch: number; readonly validation: Evaluation } | undefined {
    return this.#best && { bestEpoch: this.#bestEpoch, validation: this.#best };
  }

  /** Undefined when it was aborted. */
  async measure(epoch: number): Promise<Evaluation | undefined> {
    const { trainer, signal } = this.#settings;
    const run = new this.#parts.EvaluationRun(this.#core, this.#data, trainer.loss);
    try {
      while (!run.done) {
        if (signal?.aborted === true) return undefined;
        run.step();
        if (this.#slices.stepDone()) await this.#slices.turn();
      }
      return this.#remember(epoch, run.result());
    } finally {
      run.dispose();
    }
  }

  /** True when the last epochs, `patience` in number, were no better than the best one. */
  isExhausted(epoch: number): boolean {
    const { patience } = this.#settings;
    return patience !== undefined && epoch - this.#bestEpoch >= patience;
  }

  /** Gives the network the weights of its best epoch. */
  restore(): void {
    if (this.#weights === undefined) return;
    const { begin } = this.#stretch();
    this.#core.engine.heapF32.set(this.#weights, begin);
  }

  #remember(epoch: number, result: Evaluation): Evaluation {
    // A loss that overflowed is worse than any other, but as the first it is all there is.
    if (this.#best === undefined || result.loss < this.#best.loss) {
      this.#best = result;
      this.#bestEpoch = epoch;
      const { begin, end } = this.#stretch();
      this.#weights = this.#core.engine.heapF32.slice(begin, end);
    }
    return result;
  }

  /** All parameters follow one another. In elements. */
  #stretch(): { begin: number; end: number } {
    const begin = this.#core.places('train')[0]!.weights >>> 2;
    return { begin, end: begin + (this.#core.object('train').parameterCount() >>> 0) };
  }
}
