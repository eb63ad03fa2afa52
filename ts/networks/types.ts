/**
 * The public types of networks and their training.
 *
 * Shapes are rows × columns, row-major; sizes are in elements unless a name says bytes; times are in
 * milliseconds and rates per second.
 */
import type { ActivationName, InitializerName, LossName } from '../core/abi.js';
import type { Vec } from '../ops/vec.js';

/** Activation of the last layer: any elementwise one, or softmax over the outputs of each row. */
export type OutputActivationName = ActivationName | 'softmax';

/** Class labels, one for each row: whole numbers below the number of outputs. */
export type Labels = Uint8Array | Uint16Array | Uint32Array;

/** A stack of dense layers: what `createNetwork` makes. Anything else in it is `INVALID_ARGUMENT`. */
export interface NetworkConfig {
  /** Widths of the layers, inputs first: `[784, 128, 10]` has two layers of weights. At least two, each ≥ 1. */
  readonly layers: readonly number[];
  /** Of every hidden layer, or one for each of them (`layers.length - 2`). Default `'relu'`. */
  readonly activation?: ActivationName | readonly ActivationName[];
  /** Default `'linear'`. */
  readonly output?: OutputActivationName;
  /**
   * How weights begin; biases begin at 0. `'he'`: uniform in ±√(6/inputs) (He et al. 2015), made for relu.
   * `'xavier'`: uniform in ±√(6/(inputs + outputs)) (Glorot & Bengio 2010), made for tanh and sigmoid.
   * `'uniform'`: uniform in ±1/√inputs (LeCun et al. 1998). `'zeros'`: all 0, for weights that are imported afterwards.
   * Default `'he'` when the first hidden layer is relu, else `'xavier'`.
   */
  readonly init?: InitializerName;
  /** Whole number from 0 to 2⁵³−1, default 0. The same seed gives the same bits in every build. */
  readonly seed?: number;
}

/** Weights and biases of every layer: `weights[i]` is inputs × outputs, row-major; `biases[i]` is outputs long. */
export interface LayerParameters {
  weights: Float32Array[];
  biases: Float32Array[];
}

/**
 * A dense network whose weights live in the pool. After `dispose` every use but `dispose` throws
 * `DISPOSED`; after any other error the network is as it was before the call.
 */
export interface Network extends Disposable {
  /** Widths of the layers, inputs first. */
  readonly layers: readonly number[];
  /** Number of weights and biases. */
  readonly parameters: number;
  /** Bytes that the network takes from the pool: its weights, its biases and a header for each layer. */
  readonly memoryBytes: number;

  /**
   * The outputs for one input. An array is copied in and out; with a block as input and as `out` nothing is
   * copied and nothing is allocated. Without `out` the result is a new array.
   * Throws `SHAPE_MISMATCH` when a length is not that of the layer.
   */
  run(input: Vec): Float32Array;
  run<Out extends Vec>(input: Vec, out: Out): Out;
  run(input: Vec, out?: Vec): Vec;

  /**
   * The outputs of `rows` inputs: rows × inputs → rows × outputs. Each row has the bits that `run` gives it.
   * Arrays larger than the pool are fine: they are worked on in pieces.
   */
  runBatch(inputs: Vec, rows: number): Float32Array;
  runBatch<Out extends Vec>(inputs: Vec, rows: number, out: Out): Out;
  runBatch(inputs: Vec, rows: number, out?: Vec): Vec;

  /**
   * What one update needs: gradients, moments and workspace. Dispose of it after use; the network does too. Of the
   * options it needs those of an update; those of whole passes over a data set are for `train`.
   */
  trainer(options?: TrainOptions): Trainer;

  /**
   * Trains on the whole set, epoch after epoch, in slices that leave the event loop free. Rejects, with the
   * network as the last complete update left it: `SHAPE_MISMATCH` for data that do not fit, `INVALID_ARGUMENT`
   * for options, labels and data that cannot be (NaN and infinities are named by their row and never reach
   * the weights), `POOL_EXHAUSTED` before anything is changed, and whatever `onProgress` throws.
   */
  train(data: Dataset, options?: TrainOptions): Promise<TrainingReport>;

  /** Mean loss and accuracy over the set, in pieces when it is larger than the pool. Changes nothing. */
  evaluate(data: Dataset, options?: EvaluateOptions): Evaluation;

  /** Copies of the weights and biases. */
  exportLayers(): LayerParameters;
  /** Overwrites weights and biases. All shapes are checked before the first value is written. */
  importLayers(parameters: {
    readonly weights: readonly Float32Array[];
    readonly biases: readonly Float32Array[];
  }): void;
  /** W ← (1−α)·W + α·W′ for every weight and bias, α = `influence` in 0..1, W′ those of `other`. */
  blend(other: Network, influence: number): void;
  /** A network of its own with the same weights. */
  clone(): Network;
  /**
   * The network as a file. Default `'safetensors'`, which like `'json'` keeps every bit and every name; `'fann'`
   * keeps every bit of the weights. Throws `INVALID_ARGUMENT` for what the format cannot hold: an activation that FANN
   * has not, or a weight for it that is not finite.
   */
  save(format?: SaveFormat): Uint8Array;
  /** Gives the memory back, with that of the trainers. Can be called again. */
  dispose(): void;
}

/**
 * What `save` writes.
 * - `'safetensors'`: tensors `layers.N.weight` (outputs × inputs, as PyTorch has them) and `layers.N.bias`, with the
 *   activations in the metadata.
 * - `'json'`: the same as text. −0 and denormals are kept; NaN and infinities are strings.
 * - `'fann'`: the `.net` text of FANN 2.1 to 2.2.
 * - `'onnx'`: Gemm and activation for each layer, opset 17; to be run elsewhere, not to be read back.
 */
export type SaveFormat = 'safetensors' | 'json' | 'fann' | 'onnx';

/** What `loadNetwork` reads. `'brainjs'`: what `toJSON` of brain.js gives, of its versions 1 and 2. */
export type NetworkFormat = 'safetensors' | 'json' | 'fann' | 'brainjs';

/** Gradient descent, and what it remembers between updates. */
export interface Trainer extends Disposable {
  /** Bytes that the trainer takes from the pool. */
  readonly memoryBytes: number;
  /**
   * One update from `rows` rows. `targets` are rows × outputs numbers, or `rows` class labels.
   * Returns the mean loss of the rows before the update. Data with NaN or infinities are refused
   * (`INVALID_ARGUMENT`, naming the first such row) before anything is changed.
   */
  step(inputs: Vec, targets: Vec | Labels, rows: number): number;
  dispose(): void;
}

/** Rows to learn from. Exactly one of `targets` (rows × outputs) and `labels` (rows) is given. */
export interface Dataset {
  readonly inputs: Float32Array;
  readonly targets?: Float32Array;
  readonly labels?: Labels;
  readonly rows: number;
}

/**
 * - `'sgd'`: w ← w − η·g. Default rate 0.01.
 * - `'momentum'`: v ← μ·v + g; w ← w − η·v (Polyak 1964). Default rate 0.01, momentum 0.9.
 * - `'adam'`: Kingma & Ba 2015, with bias correction. Default rate 0.001, β₁ 0.9, β₂ 0.999, ε 1e-8.
 */
export type OptimizerConfig =
  | { readonly kind: 'sgd'; readonly learningRate?: number }
  | { readonly kind: 'momentum'; readonly learningRate?: number; readonly momentum?: number }
  | {
      readonly kind: 'adam';
      readonly learningRate?: number;
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
    };

/** All are optional. An option that is not known is `INVALID_ARGUMENT`. */
export interface TrainOptions {
  /** Rows in one update of `train`, and rows that the workspace is laid out for. Default 32. */
  readonly batchSize?: number;
  /** Default `{ kind: 'adam' }`. */
  readonly optimizer?: OptimizerConfig;
  /** Default `'crossEntropy'` when the output is softmax, which it needs; else `'mse'`. */
  readonly loss?: LossName;
  /** Weight of the penalty ½·l2·Σw² on the weights (not the biases), ≥ 0. Default 0. Not part of a loss shown. */
  readonly l2?: number;
  /** Passes over the data, ≥ 0. Default 10. */
  readonly epochs?: number;
  /** Fixes the order of the rows; whole number from 0 to 2⁵³−1. Default 0. */
  readonly seed?: number;
  /** A new order of the rows in each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Stops before the next batch; the promise then resolves with `stopped: 'aborted'`. */
  readonly signal?: AbortSignal;
  /** Called after every batch. What it throws rejects the promise of `train`. */
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/** Where `train` stands after a batch. */
export interface TrainingProgress {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches in an epoch. */
  readonly batches: number;
  /** Mean loss of the rows seen in this epoch, each before the update that used it. */
  readonly loss: number;
  /** Rows per second since the training began. */
  readonly samplesPerSecond: number;
  /** Milliseconds since the training began. */
  readonly elapsed: number;
}

/** One complete pass over the data. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of all rows, each before the update that used it. */
  readonly loss: number;
  readonly samplesPerSecond: number;
  /** Milliseconds that the epoch took. */
  readonly time: number;
}

export interface TrainingReport {
  /** Complete epochs. */
  readonly epochs: number;
  /** Mean loss of the last epoch (of its rows seen, when aborted within it); NaN when no batch was run. */
  readonly loss: number;
  /**
   * Share of the training rows that the trained network gets right. For labels only; left out when the training
   * was aborted, or when the pool has no room to measure it.
   */
  readonly accuracy?: number;
  /** One entry for each complete epoch. */
  readonly history: EpochRecord[];
  readonly samplesPerSecond: number;
  /** Milliseconds from the first batch to the last, without the measurement of `accuracy`. */
  readonly trainingTime: number;
  readonly stopped: 'finished' | 'aborted';
}

export interface EvaluateOptions {
  /** As for training: default `'crossEntropy'` when the output is softmax, else `'mse'`. */
  readonly loss?: LossName;
}

export interface Evaluation {
  /** Mean loss of the rows. */
  readonly loss: number;
  /**
   * Share of the rows whose largest output is the labelled class, or that of the largest target. With a
   * single output: of the rows whose output is on the same side of 0.5 as the target.
   */
  readonly accuracy: number;
}
