/** Trains a network on the digits and reads what is drawn, also while it trains. */
import { type Candidate, loadRuntime, type Network, type NeuralRuntime } from '@sasi/wasm-performance';
import type { Emit } from '../link/protocol.js';
import { type DigitData, fetchDigits, pixels } from './digit-data.js';

export interface TrainingChoice {
  readonly variant: 'auto' | 'simd' | 'scalar' | 'js';
  readonly hidden: number;
}

export interface TrainingStart {
  readonly variant: string;
  readonly selection: readonly Candidate[];
  readonly parameters: number;
  readonly memoryBytes: number;
  readonly trainingRows: number;
  readonly testRows: number;
}

export interface TrainingStep {
  readonly epoch: number;
  readonly epochs: number;
  readonly samples: number;
  readonly samplesPerSecond: number;
  /** Milliseconds since the training began, the tests in between with it. */
  readonly elapsed: number;
}

/** What the network does with the digits that it has never trained on. */
export interface TestResult {
  readonly samples: number;
  readonly elapsed: number;
  readonly accuracy: number;
  readonly loss: number;
  /** Mean over what was trained on since the last test. */
  readonly trainingLoss: number;
  /** 10 × 10: the digit shown × the digit read. */
  readonly confusion: Uint32Array;
  /** units × 784: the input weights of the first hidden units. */
  readonly units: Float32Array;
  /** The digit for which each unit's outgoing weight is largest. */
  readonly speaksFor: Uint8Array;
}

export interface DigitsEvents {
  step: TrainingStep;
  test: TestResult;
}

const epochs = 12;
const batchSize = 32;
const learningRate = 0.003;
const l2 = 1e-4;
const testEvery = 400;
const stepEvery = 100;
export const shownUnits = 40;

export function digitsService(emit: Emit) {
  let data: Promise<DigitData> | undefined;
  let runtime: NeuralRuntime | undefined;
  let network: Network | undefined;
  let controller = new AbortController();

  /** Resolves to undefined as soon as `stop` is called; a download goes on, for the next time. */
  function begin(choice: TrainingChoice): Promise<TrainingStart | undefined> {
    controller = new AbortController();
    const { signal } = controller;
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined));
    });
    return Promise.race([prepare(choice, signal), stopped]);
  }

  async function prepare(
    { variant, hidden }: TrainingChoice,
    signal: AbortSignal,
  ): Promise<TrainingStart | undefined> {
    // A download that failed may be tried again.
    data ??= fetchDigits().catch((error: unknown) => {
      data = undefined;
      throw error;
    });
    const { training, test } = await data;
    if (signal.aborted) return undefined;
    const next = await loadRuntime({ variant, memoryLimit: 32 * 1024 * 1024 });
    if (signal.aborted) {
      next.dispose();
      return undefined;
    }
    runtime?.dispose();
    runtime = next;
    network = next.createNetwork({ layers: [pixels, hidden, 10], output: 'softmax', init: 'he', seed: 1 });
    const { parameters, memoryBytes } = network;
    const { variant: build, selection } = next;
    const rows = { trainingRows: training.rows, testRows: test.rows };
    return { variant: build, selection, parameters, memoryBytes, ...rows };
  }

  /** Resolves when the epochs are over or `stop` was called. */
  async function train(): Promise<'finished' | 'aborted'> {
    if (network === undefined || data === undefined) throw new Error('begin() comes first');
    const { training, test } = await data;
    const learner = network;
    const watch = new TestWatch(learner, test, emit);
    const { signal } = controller;
    await learner.train(training, {
      epochs,
      batchSize,
      l2,
      seed: 1,
      optimizer: { kind: 'adam', learningRate },
      schedule: 'cosine',
      signal,
      onProgress: ({ epoch, batch, loss }) => {
        const rows = Math.min(batch * batchSize, training.rows);
        watch.progress(epoch, (epoch - 1) * training.rows + rows, rows, loss);
      },
    });
    watch.test();
    return signal.aborted ? 'aborted' : 'finished';
  }

  return {
    begin,
    train,
    stop(): void {
      controller.abort();
    },
    /** Ten probabilities; null while there is no network. */
    classify(image: Float32Array): Float32Array | null {
      return network === undefined ? null : network.run(image);
    },
    /** An image that is not trained on; they come round. */
    async example(index: number): Promise<{ image: Float32Array; label: number }> {
      data ??= fetchDigits().catch((error: unknown) => {
        data = undefined;
        throw error;
      });
      const { test } = await data;
      const row = index % test.rows;
      return { image: test.inputs.slice(row * pixels, (row + 1) * pixels), label: test.labels[row]! };
    },
  };
}

/** Tests the network now and then while it trains, and tells the page. */
class TestWatch {
  readonly #network: Network;
  readonly #test: DigitData['test'];
  readonly #emit: Emit;
  readonly #start = performance.now();
  #lastStep = 0;
  #lastTest = 0;
  #testing = 0;
  #samples = 0;
  /** Where the mean that `train` reports stood at the last test. */
  #meanFrom = { epoch: 0, rows: 0, loss: 0 };
  #mean = { epoch: 0, rows: 0, loss: 0 };

  constructor(network: Network, test: DigitData['test'], emit: Emit) {
    this.#network = network;
    this.#test = test;
    this.#emit = emit;
  }

  progress(epoch: number, samples: number, rows: number, loss: number): void {
    const now = performance.now();
    this.#samples = samples;
    this.#mean = { epoch, rows, loss };
    if (now - this.#lastStep >= stepEvery) {
      this.#lastStep = now;
      const elapsed = now - this.#start;
      const samplesPerSecond = (samples * 1000) / (elapsed - this.#testing);
      const step: TrainingStep = { epoch, epochs, samples, samplesPerSecond, elapsed };
      this.#emit('step', step);
    }
    if (now - this.#lastTest >= testEvery) this.test();
  }

  test(): void {
    const begin = performance.now();
    const { rows, inputs, labels } = this.#test;
    const outputs = this.#network.runBatch(inputs, rows);
    const confusion = new Uint32Array(100);
    let loss = 0;
    let right = 0;
    for (let row = 0; row < rows; row++) {
      const answer = outputs.subarray(row * 10, row * 10 + 10);
      const label = labels[row]!;
      const read = answer.indexOf(Math.max(...answer));
      confusion[label * 10 + read]! += 1;
      if (read === label) right++;
      loss -= Math.log(Math.max(answer[label]!, 1e-30));
    }
    const now = performance.now();
    this.#testing += now - begin;
    this.#lastTest = now;
    const result: TestResult = {
      samples: this.#samples,
      elapsed: now - this.#start,
      accuracy: right / rows,
      loss: loss / rows,
      trainingLoss: this.#trainingLoss(),
      confusion,
      ...unitsOf(this.#network),
    };
    this.#emit('test', result);
  }

  /** The mean since the last test, from the means since the epoch began. */
  #trainingLoss(): number {
    const now = this.#mean;
    const before = this.#meanFrom.epoch === now.epoch ? this.#meanFrom : { rows: 0, loss: 0 };
    this.#meanFrom = now;
    const rows = now.rows - before.rows;
    return rows <= 0 ? now.loss : (now.loss * now.rows - before.loss * before.rows) / rows;
  }
}

function unitsOf(network: Network): { units: Float32Array; speaksFor: Uint8Array } {
  const [, hidden = 0] = network.layers;
  const { weights } = network.exportLayers();
  const [first, second] = weights as [Float32Array, Float32Array];
  const shown = Math.min(shownUnits, hidden);
  const units = new Float32Array(shown * pixels);
  const speaksFor = new Uint8Array(shown);
  for (let unit = 0; unit < shown; unit++) {
    for (let pixel = 0; pixel < pixels; pixel++) units[unit * pixels + pixel] = first[pixel * hidden + unit]!;
    const out = second.subarray(unit * 10, unit * 10 + 10);
    speaksFor[unit] = out.indexOf(Math.max(...out));
  }
  return { units, speaksFor };
}
