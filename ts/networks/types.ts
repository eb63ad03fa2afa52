/**
 * The public types of networks and their training.
 *
 * Shapes are rows × columns, row-major; sizes are in elements unless a name says bytes; times are in
 * milliseconds and rates per second.
 */
import type { ActivationName, InitializerName, LossName, ScheduleName } from '../core/abi.js';
import type { HostAbortSignal } from '../core/host-types.js';
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

/** Many networks of one topology. Everything but `agents` and `capacity` is as in `NetworkConfig`. */
export interface SwarmConfig extends NetworkConfig {
  /** Networks to begin with, ≥ 0 (≥ 1 without `capacity`). */
  readonly agents: number;
  /** Networks that there is room for. Default `agents`. */
  readonly capacity?: number;
}

/**
 * Networks of one topology in one block of the pool. An agent is known by its id, a whole number from 0 on that is
 * never given to another; agent `id` begins as `createNetwork` with `seed + id` would.
 * After `dispose` every use but `dispose` throws `DISPOSED`.
 */
export interface Swarm extends Disposable {
  /** Number of agents. */
  readonly size: number;
  readonly capacity: number;
  /** The ids, in the order of the rows of `runAll` and of a trainer: rising. */
  readonly agents: readonly number[];
  /** Widths of the layers, inputs first. */
  readonly layers: readonly number[];
  /** Weights and biases of each agent. */
  readonly parameters: number;
  /** Bytes that the swarm takes from the pool: weights and biases for its whole capacity, and little else. */
  readonly memoryBytes: number;

  /**
   * One row for each agent, in one call: agents × inputs → agents × outputs. Each row has the bits that `run` gives it.
   * Arrays are copied in and out; blocks are used in place. Without `out` the result is a new array.
   */
  runAll(inputs: Vec): Float32Array;
  runAll<Out extends Vec>(inputs: Vec, out: Out): Out;
  /** The outputs of one agent for one input. `INVALID_ARGUMENT` for an id that is no agent's. */
  run(agent: number, input: Vec): Float32Array;
  run<Out extends Vec>(agent: number, input: Vec, out: Out): Out;
  /**
   * The agent as a network that shares its weights, for all that networks can do; the same object as long as it is not
   * disposed of, which leaves the agent as it is. It takes a few bytes of its own from the pool. Once the agent was
   * removed, or the swarm disposed of, it throws `DISPOSED`.
   */
  network(agent: number): Network;
  /** Adds agents and returns their ids. `INVALID_ARGUMENT` beyond the capacity; none is added then. */
  add(count: number): number[];
  /** Removes an agent; all other ids stay. Its place is free for another. */
  remove(agent: number): void;
  /** What updates of all agents need. Dispose of it after use; the swarm does too. Options: as `Network.trainer`. */
  trainer(options?: TrainOptions): SwarmTrainer;
  /** Gives the memory back, with that of the trainers. Can be called again. */
  dispose(): void;
}

/** Gradient descent for every agent of a swarm: a workspace for all, moments for each. */
export interface SwarmTrainer extends Disposable {
  /** Bytes that the trainer takes from the pool. */
  readonly memoryBytes: number;
  /**
   * One update of every agent, each from `rowsPerAgent` rows of its own, in the order of `agents`. `targets` are
   * rows × outputs numbers, or a class label for each row. Returns the mean loss of each agent's rows before the update.
   * An agent whose loss or gradient is not finite is not updated; the others are. Data with NaN or infinities are refused
   * (`INVALID_ARGUMENT`, naming the first such row and its agent) before anything is changed.
   */
  step(inputs: Vec, targets: Vec | Labels, rowsPerAgent: number): Float32Array;
  dispose(): void;
}

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
 * How a gradient g changes the weights. η is `learningRate`, > 0.
 * - `'sgd'`: w ← w − η·g (Robbins & Monro 1951). Default rate 0.01.
 * - `'momentum'`: v ← μ·v + g; w ← w − η·v (Polyak 1964). Default rate 0.01, momentum 0.9.
 * - `'nesterov'`: v ← μ·v + g; w ← w − η·(g + μ·v) (Nesterov 1983; Sutskever et al. 2013). As momentum.
 * - `'rmsprop'`: v ← β₂·v + (1 − β₂)·g²; w ← w − η·g/(√v + ε) (Tieleman & Hinton 2012). Default rate 0.001, β₂ 0.9,
 *   ε 1e-8.
 * - `'adam'`: Kingma & Ba 2015, with bias correction. Default rate 0.001, β₁ 0.9, β₂ 0.999, ε 1e-8.
 * - `'adamw'`: the same after w ← w − η·λ·w on the weights, not the biases (Loshchilov & Hutter 2019). As adam;
 *   λ, `weightDecay`, 0.01.
 * - `'rprop'`: iRPROP⁻ (Igel & Hüsken 2000), for batches of the whole set: each weight has a step of its own, η at
 *   first (default 0.0125), that is multiplied by `growth` (1.2) or `shrink` (0.5) and kept from `smallest` (1e-6) to
 *   `largest` (50). It knows no schedule.
 * - `'quickprop'`: Fahlman 1988, for batches of the whole set: to the lowest point of a parabola through the last two
 *   slopes; a step may be `growth` (1.75) times the last one. Default rate 0.01.
 */
export type OptimizerConfig =
  | { readonly kind: 'sgd'; readonly learningRate?: number }
  | { readonly kind: 'momentum' | 'nesterov'; readonly learningRate?: number; readonly momentum?: number }
  | {
      readonly kind: 'rmsprop';
      readonly learningRate?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
    }
  | {
      readonly kind: 'adam';
      readonly learningRate?: number;
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
    }
  | {
      readonly kind: 'adamw';
      readonly learningRate?: number;
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    }
  | {
      readonly kind: 'rprop';
      readonly learningRate?: number;
      readonly growth?: number;
      readonly shrink?: number;
      readonly smallest?: number;
      readonly largest?: number;
    }
  | { readonly kind: 'quickprop'; readonly learningRate?: number; readonly growth?: number };

/** All are optional. An option that is not known is `INVALID_ARGUMENT`. */
export interface TrainOptions {
  /** Rows in one update of `train`, and rows that the workspace is laid out for. Default 32. */
  readonly batchSize?: number;
  /** Default `{ kind: 'adam' }`. */
  readonly optimizer?: OptimizerConfig;
  /**
   * Means over the rows of
   * - `'mse'`: the mean over the outputs of (y − t)²;
   * - `'crossEntropy'`: −Σ t·ln y, for a softmax output only, with which it is computed as one;
   * - `'binaryCrossEntropy'`: the mean over the outputs of −t·ln y − (1 − t)·ln(1 − y), t from 0 to 1, for a sigmoid
   *   output only, with which it is computed as one;
   * - `'huber'`: the mean over the outputs of e²/2 where |e| ≤ 1, else |e| − ½, e = y − t (Huber 1964).
   *
   * Default `'crossEntropy'` when the output is softmax, else `'mse'`.
   */
  readonly loss?: LossName;
  /** Weight of the penalty l1·Σ|w| on the weights (not the biases), ≥ 0. Default 0. Not part of a loss shown. */
  readonly l1?: number;
  /** Weight of the penalty ½·l2·Σw² on the weights (not the biases), ≥ 0. Default 0. Not part of a loss shown. */
  readonly l2?: number;
  /**
   * Share of the outputs of each hidden layer that is left out at random in each row of an update, from 0 to below 1;
   * the others are divided by what is left (Srivastava et al. 2014). Default 0. Losses shown while training are those
   * of the thinned network. `seed` fixes the choice, the same in every build.
   */
  readonly dropout?: number;
  /** The same for the inputs of the network, from 0 to below 1. Default 0. */
  readonly inputDropout?: number;
  /**
   * Largest length ‖g‖₂ of the gradient of all weights and biases, penalties included, > 0: a longer one is scaled down
   * to it (Pascanu, Mikolov & Bengio 2013). Default: any length.
   */
  readonly clipNorm?: number;
  /**
   * The learning rate of update t (from 0) of T: `'constant'`; `'cosine'`: η·½(1 + cos(π·t/T)) (Loshchilov & Hutter
   * 2017, without restarts); `'step'`: η, from T/2 on η/10, from 3T/4 on η/100 (He et al. 2016). Default `'constant'`.
   */
  readonly schedule?: ScheduleName;
  /** T of the schedule, ≥ 1. Default in `train`: all updates of its epochs. A `trainer` with a schedule needs it. */
  readonly updates?: number;
  /** Passes over the data, ≥ 0. Default 10. */
  readonly epochs?: number;
  /** Fixes the order of the rows and what dropout leaves out; whole number from 0 to 2⁵³−1. Default 0. */
  readonly seed?: number;
  /** A new order of the rows in each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * Rows that are not trained on: the loss on them is measured after every epoch, and the weights after the best one
   * are what the network has in the end (Prechelt 1998), unless the promise rejects. A number from 0 to 1 (neither)
   * takes that share of the data: the last rows, or rows chosen by `seed` when `shuffle` is true.
   */
  readonly validation?: Dataset | number;
  /** Epochs without a better loss on the validation rows after which training stops, ≥ 1. Default: it does not. */
  readonly patience?: number;
  /** Stops before the next batch; the promise then resolves with `stopped: 'aborted'`. */
  readonly signal?: HostAbortSignal;
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
  /** Milliseconds that the epoch took, without the measurement on the validation rows. */
  readonly time: number;
  /** Loss and accuracy on the validation rows after the epoch, when there are such rows. */
  readonly validation?: Evaluation;
}

/** What a training came to. */
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
  /** The epoch, from 1, whose weights the network has, when there were validation rows and a complete epoch. */
  readonly bestEpoch?: number;
  /** Loss and accuracy on the validation rows after that epoch. */
  readonly validation?: Evaluation;
  /** One entry for each complete epoch. */
  readonly history: EpochRecord[];
  readonly samplesPerSecond: number;
  /** Milliseconds of all epochs, without the measurement of accuracies. */
  readonly trainingTime: number;
  /** Why it ended: all epochs done; `patience` used up; `signal` aborted. */
  readonly stopped: 'finished' | 'patience' | 'aborted';
}

/** What `evaluate` takes. */
export interface EvaluateOptions {
  /** As for training. */
  readonly loss?: LossName;
}

/** How well a network does on a set of rows. */
export interface Evaluation {
  /** Mean loss of the rows. */
  readonly loss: number;
  /**
   * Share of the rows whose largest output is the labelled class, or that of the largest target. With a
   * single output: of the rows whose output is on the same side of 0.5 as the target.
   */
  readonly accuracy: number;
}
