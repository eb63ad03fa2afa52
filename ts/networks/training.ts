/** The training of a network over a whole data set, in slices that leave the event loop free. */
import type { BatchPart } from './bad-rows.js';
import type { Batches } from './batches.js';
import type { CheckedDataset } from './dataset.js';
import type { EvaluationRun } from './evaluation.js';
import { TimeSlices } from './event-loop.js';
import type { NetworkCore } from './network-core.js';
import type { TrainSettings } from './train-settings.js';
import type { TrainerCore } from './trainer-core.js';
import type { TrainingParts } from './training-parts.js';
import type { EpochRecord, TrainingReport } from './types.js';
import { splitData, Validation } from './validation.js';

/** What the caller's own function threw as `cause`: it says nothing of the module, and is not to be read as a trap. */
class CallbackFailure extends Error {}

/** Values that are looked at in one go when a bad row is searched for. */
const searchedValues = 1 << 20;

/** All that one training holds: made, run once, disposed of. */
class TrainingRun {
  readonly #parts: TrainingParts;
  readonly #core: NetworkCore;
  readonly #data: CheckedDataset;
  readonly #validationData: CheckedDataset | undefined;
  readonly #settings: TrainSettings;
  readonly #trainer: TrainerCore;
  readonly #batches: Batches;
  readonly #slices: TimeSlices;
  readonly #validation: Validation | undefined;
  readonly #history: EpochRecord[] = [];
  #start = 0;
  #trainingTime = 0;
  #rowsSeen = 0;
  // Of the epoch under way.
  #epochRows = 0;
  #epochLossSum = 0;

  constructor(
    parts: TrainingParts,
    core: NetworkCore,
    all: CheckedDataset,
    settings: TrainSettings,
    slices: TimeSlices,
  ) {
    this.#parts = parts;
    this.#slices = slices;
    this.#core = core;
    this.#settings = settings;
    const { training: data, validation } = splitData(parts, core, all, settings);
    this.#data = data;
    this.#validationData = validation;
    this.#validation = validation && new Validation(parts, core, validation, settings, slices);
    // No larger than the data: a batch of a million rows costs nothing where there are four.
    const batchSize = Math.min(settings.trainer.batchSize, data.rows);
    const updates = settings.trainer.updates || settings.epochs * Math.ceil(data.rows / batchSize);
    this.#trainer = new parts.TrainerCore(core, { ...settings.trainer, batchSize, updates });
    try {
      const order = settings.shuffle ? 'order' : 'none';
      this.#batches = new parts.Batches(core.engine, data, core.widths, batchSize, order);
    } catch (error) {
      this.#trainer.dispose();
      throw error;
    }
  }

  async run(): Promise<TrainingReport> {
    const { epochs } = this.#settings;
    let stopped: TrainingReport['stopped'] = 'finished';
    // Before the first update: after an error the weights are as they were.
    await this.#assertFinite('train', this.#data);
    if (this.#validationData !== undefined && this.#validationData.inputs !== this.#data.inputs) {
      await this.#assertFinite('train: validation', this.#validationData);
    }
    for (let epoch = 1; epoch <= epochs && stopped === 'finished'; epoch++) {
      if (!(await this.#runEpoch(epoch))) stopped = 'aborted';
      else if (this.#validation?.isExhausted(epoch)) stopped = 'patience';
    }
    this.#validation?.restore();
    return {
      epochs: this.#history.length,
      loss: this.#epochLossSum / this.#epochRows,
      ...this.#validation?.best,
      history: this.#history,
      samplesPerSecond: perSecond(this.#rowsSeen, this.#trainingTime),
      trainingTime: this.#trainingTime,
      stopped,
    };
  }

  dispose(): void {
    this.#batches.dispose();
    this.#trainer.dispose();
  }

  /** False when the training was aborted before the epoch was complete and measured. */
  async #runEpoch(epoch: number): Promise<boolean> {
    const { rows } = this.#data;
    this.#start = this.#parts.systemClock();
    this.#epochRows = 0;
    this.#epochLossSum = 0;
    const complete = await this.#trainEpoch(epoch);
    const time = this.#timeOfEpoch();
    this.#trainingTime += time;
    if (!complete) return false;
    const validation = await this.#validation?.measure(epoch);
    const record = { epoch, loss: this.#epochLossSum / rows, samplesPerSecond: perSecond(rows, time), time };
    this.#history.push(validation === undefined ? record : { ...record, validation });
    return this.#validation === undefined || validation !== undefined;
  }

  async #trainEpoch(epoch: number): Promise<boolean> {
    if (isAborted(this.#settings.signal)) return false;
    const { rows } = this.#data;
    const { shuffle, trainer } = this.#settings;
    if (shuffle) this.#batches.shuffle(trainer.seed, epoch);
    for (let first = 0; first < rows; first += this.#batches.batchRows) {
      if (isAborted(this.#settings.signal)) return false;
      const batch = this.#batches.load(first);
      const loss = this.#trainer.step(batch);
      this.#epochLossSum += loss * batch.rows;
      this.#epochRows += batch.rows;
      this.#rowsSeen += batch.rows;
      this.#report(epoch);
      if (this.#slices.stepDone()) await this.#slices.turn();
    }
    return true;
  }

  /** So far; 0 where the clock was set back. */
  #timeOfEpoch(): number {
    return Math.max(0, this.#parts.systemClock() - this.#start);
  }

  #report(epoch: number): void {
    const { epochs, onProgress } = this.#settings;
    if (onProgress === undefined) return;
    const { batchRows } = this.#batches;
    const elapsed = this.#trainingTime + this.#timeOfEpoch();
    const progress = {
      epoch,
      epochs,
      batch: Math.ceil(this.#epochRows / batchRows),
      batches: Math.ceil(this.#data.rows / batchRows),
      loss: this.#epochLossSum / this.#epochRows,
      samplesPerSecond: perSecond(this.#rowsSeen, elapsed),
      elapsed,
    };
    try {
      onProgress(progress);
    } catch (cause) {
      throw new CallbackFailure('onProgress', { cause });
    }
  }

  /** Throws `INVALID_ARGUMENT` for the first row with NaN or an infinity, of all that the arrays hold. */
  async #assertFinite(what: string, { inputs, wanted }: CheckedDataset): Promise<void> {
    await this.#assertFiniteRows(what, 'inputs', inputs);
    if (wanted.kind === 'targets') await this.#assertFiniteRows(what, 'targets', wanted.values);
  }

  async #assertFiniteRows(what: string, part: BatchPart, values: Float32Array): Promise<void> {
    const { badRowError, firstBadRow } = this.#parts;
    const columns = this.#core.widths[part === 'inputs' ? 'inputs' : 'outputs'];
    const rows = values.length / columns;
    const piece = Math.ceil(searchedValues / columns);
    for (let row = 0; row < rows; row += piece) {
      const bad = firstBadRow(values, Math.min(row + piece, rows), columns, row);
      if (bad >= 0) throw badRowError(what, part, bad);
      if (this.#slices.stepDone()) await this.#slices.turn();
    }
  }
}

/** `parts`: what the entry has, see there. */
export async function train(
  parts: TrainingParts,
  core: NetworkCore,
  data: CheckedDataset,
  settings: TrainSettings,
): Promise<TrainingReport> {
  const slices = new TimeSlices(parts.systemClock);
  try {
    const run = new TrainingRun(parts, core, data, settings, slices);
    const report = await run.run().finally(() => run.dispose());
    const accuracy = await measureAccuracy(parts, core, data, settings, slices);
    return accuracy === undefined ? report : { ...report, accuracy };
  } catch (error) {
    throw error instanceof CallbackFailure ? error.cause : parts.callError(core.engine, error, 'train');
  } finally {
    slices.close();
  }
}

/** The share of the training rows that are right; nothing for targets, when aborted, or without room to measure. */
async function measureAccuracy(
  { EvaluationRun, PoolExhaustedError }: TrainingParts,
  core: NetworkCore,
  data: CheckedDataset,
  { signal, trainer: { loss } }: TrainSettings,
  slices: TimeSlices,
): Promise<number | undefined> {
  if (data.wanted.kind !== 'labels' || isAborted(signal)) return undefined;
  let evaluation: EvaluationRun | undefined;
  try {
    evaluation = new EvaluationRun(core, data, loss);
    while (!evaluation.done) {
      if (isAborted(signal)) return undefined;
      evaluation.step();
      if (slices.stepDone()) await slices.turn();
    }
    return evaluation.result().accuracy;
  } catch (error) {
    // The training is done and must not be lost for want of this.
    if (error instanceof PoolExhaustedError) return undefined;
    throw error;
  } finally {
    evaluation?.dispose();
  }
}

// A function, since the compiler takes a property that was false for one that stays so.
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function perSecond(count: number, milliseconds: number): number {
  return milliseconds > 0 ? (count * 1000) / milliseconds : 0;
}
