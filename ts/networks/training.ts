/** The training of a network over a whole data set, in slices that leave the event loop free. */
import type { BatchPart } from './bad-rows.js';
import type { Batch, Batches } from './batches.js';
import type { CheckedDataset } from './dataset.js';
import type { EvaluationRun } from './evaluation.js';
import { TimeSlices } from './event-loop.js';
import type { NetworkCore } from './network-core.js';
import type { TrainSettings } from './train-settings.js';
import type { TrainerCore } from './trainer-core.js';
import type { TrainingParts } from './training-parts.js';
import type { EpochRecord, TrainingReport } from './types.js';
import { splitData, Validation } from './validation.js';

/** Values that are looked at in one go when the first bad row of a data set is searched for. */
const searchedValues = 1 << 20;

/** All that one training holds: made, run once, disposed of. */
class TrainingRun {
  readonly #parts: TrainingParts;
  readonly #core: NetworkCore;
  readonly #data: CheckedDataset;
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
    const time = this.#parts.systemClock() - this.#start;
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
    const { badPart } = this.#parts;
    const { engine, widths } = this.#core;
    if (shuffle) this.#batches.shuffle(trainer.seed, epoch);
    for (let first = 0; first < rows; first += this.#batches.batchRows) {
      if (isAborted(this.#settings.signal)) return false;
      const batch = this.#batches.load(first);
      const bad = badPart(engine, batch, widths);
      if (bad !== undefined) throw await this.#badRowError(bad, batch, first);
      const loss = this.#trainer.step(batch);
      this.#epochLossSum += loss * batch.rows;
      this.#epochRows += batch.rows;
      this.#rowsSeen += batch.rows;
      this.#report(epoch);
      if (this.#slices.stepDone()) await this.#slices.turn();
    }
    return true;
  }

  #report(epoch: number): void {
    const { epochs, onProgress } = this.#settings;
    if (onProgress === undefined) return;
    const { batchRows } = this.#batches;
    const elapsed = this.#trainingTime + this.#parts.systemClock() - this.#start;
    onProgress({
      epoch,
      epochs,
      batch: Math.ceil(this.#epochRows / batchRows),
      batches: Math.ceil(this.#data.rows / batchRows),
      loss: this.#epochLossSum / this.#epochRows,
      samplesPerSecond: perSecond(this.#rowsSeen, elapsed),
      elapsed,
    });
  }

  /**
   * Names the first bad row of the data set. In a shuffled order another one was met first: what lies before it
   * is searched, in slices too.
   */
  async #badRowError(part: BatchPart, batch: Batch, first: number): Promise<Error> {
    const { inputs, wanted } = this.#data;
    const { engine, widths } = this.#core;
    const { badBatchRow, badRowError, firstBadRow } = this.#parts;
    const met = this.#batches.sourceRow(first, badBatchRow(engine, part, batch, widths));
    const values = part === 'inputs' ? inputs : wanted.values;
    const columns = widths[part === 'inputs' ? 'inputs' : 'outputs'];
    const piece = Math.max(1, Math.floor(searchedValues / columns));
    for (let row = 0; row < met; row += piece) {
      const earlier = firstBadRow(values, Math.min(row + piece, met), columns, row);
      if (earlier >= 0) return badRowError('train', part, earlier);
      if (this.#slices.stepDone()) await this.#slices.turn();
    }
    return badRowError('train', part, met);
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
