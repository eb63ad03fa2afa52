/**
 * The object that SASI's agent manager takes as `globalThis.mockWasmModule`: with this one in its place its agents are
 * real networks in the pool of a runtime.
 */

import type { ActivationName } from '../core/abi.js';
import { show } from '../core/arguments.js';
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import { systemClock } from '../metrics/clock.js';
import { readSafetensors } from '../networks/formats/safetensors.js';
import type {
  Dataset,
  EpochRecord,
  LayerParameters,
  Network,
  OptimizerConfig,
  TrainOptions,
} from '../networks/types.js';
import { isVectorBuild } from '../performance/build-contents.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import { type AgentMemory, agentMemory, type Lifeline } from './agent-memory.js';

/** An agent, in the terms of SASI. More keys are allowed and ignored, as SASI's own configurations have them. */
export interface SasiNetworkConfig {
  /** `'mlp'` and its names are what this package has; any other becomes a dense stack, with one warning. */
  readonly type?: string;
  /** Widths of the layers, inputs first. Default `[10, 5, 1]`. */
  readonly architecture?: readonly number[];
  /** Of the hidden layers; the outputs are linear. Default `'relu'`. */
  readonly activationFunction?: 'relu' | 'sigmoid' | 'tanh' | 'leaky_relu' | 'gelu';
  /** Default 0.001. */
  readonly learningRate?: number;
  /** With it the training is gradient descent with momentum, without it Adam. */
  readonly momentum?: number;
  readonly regularization?: { readonly l1?: number; readonly l2?: number; readonly dropout?: number };
  /** Rows in one update. Default 32. */
  readonly batchSize?: number;
  /** Of the first weights and of the training's order. Default: 1 for the module's first network, 2 for the next … */
  readonly seed?: number;
}

/** An agent's network. What it shows is read from the pool each time it is asked for. */
export interface SasiNetwork {
  readonly id: string;
  readonly type: string;
  readonly architecture: readonly number[];
  /** Bytes of the pool: weights and biases. */
  readonly memoryUsage: number;
  /** Copies: `weights[i]` is inputs × outputs, row-major. Throws `DISPOSED` after destroyNetwork. */
  readonly weights: Float32Array[];
  readonly biases: Float32Array[];
}

/** One row to learn from. */
export interface SasiTrainingRow {
  readonly inputs: ArrayLike<number>;
  readonly outputs: ArrayLike<number>;
}

/** What a training came to. */
export interface SasiTrainingResult {
  /** Share of the rows that the trained network gets right, 0..1: its largest output is that of the row; with a single output: both are on the same side of 0.5. */
  readonly accuracy: number;
  /** Mean squared error over the rows, after the training. */
  readonly loss: number;
  /** The first epoch from which on the loss stayed within 1 % of what was reached in all; none without an epoch. */
  readonly convergenceEpoch?: number;
  /** Milliseconds. */
  readonly trainingTime: number;
}

/** What SASI's agent manager calls. The functions may be taken off the object. */
export interface SasiNeuralModule {
  /** Throws `INVALID_ARGUMENT`, `POOL_EXHAUSTED`, `DISPOSED`. */
  createNeuralNetwork(config?: SasiNetworkConfig): SasiNetwork;
  /** The outputs for one row of inputs. Rejects with `SHAPE_MISMATCH`, `INVALID_ARGUMENT`, `DISPOSED`. */
  runInference(network: SasiNetwork, inputs: ArrayLike<number>): Promise<number[]>;
  /**
   * Trains in slices that leave the event loop free; gradients and moments live for as long as that. No epochs change
   * nothing. Rejects with `INVALID_ARGUMENT` for no rows, `SHAPE_MISMATCH` naming the row that does not fit.
   */
  trainNetwork(
    network: SasiNetwork,
    data: readonly SasiTrainingRow[],
    epochs?: number,
  ): Promise<SasiTrainingResult>;
  /** Weights, biases, widths and activations, as a safetensors file. */
  serializeWeights(network: SasiNetwork): Promise<ArrayBuffer>;
  /**
   * W ← (1−α)·W + α·W′ with what serializeWeights gave, α = `influence` in 0..1, default 1: W ← W′. Rejects with
   * `BAD_FORMAT`, `SHAPE_MISMATCH` for other widths, `INVALID_ARGUMENT`; the network is then as before.
   */
  deserializeWeights(
    network: SasiNetwork,
    weights: ArrayBuffer | Uint8Array,
    influence?: number,
  ): Promise<void>;
  /** Bytes of the memory limit that the module and live blocks take. */
  getMemoryUsage(): number;
  /** Whether the build in use has vector instructions. */
  readonly enableSIMD: boolean;
  /** Gives the network's memory back at once; one that is forgotten gives it back when it was collected. */
  destroyNetwork(network: SasiNetwork): void;
}

/** What `createSasiNeuralModule` takes beside the runtime. */
export interface SasiNeuralModuleOptions {
  /** True: a network type that this package does not have is `INVALID_ARGUMENT`. Default false. */
  readonly strict?: boolean;
}

const activations: {
  readonly [Name in NonNullable<SasiNetworkConfig['activationFunction']>]: ActivationName;
} = {
  relu: 'relu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  leaky_relu: 'leakyRelu',
  gelu: 'gelu',
};
const denseTypes = ['mlp', 'dense', 'feedforward'];
const defaultArchitecture = [10, 5, 1];

/** SASI's agents on `runtime`, which stays yours to dispose of. Throws `INVALID_ARGUMENT`. */
export function createSasiNeuralModule(
  runtime: NeuralRuntime,
  { strict = false }: SasiNeuralModuleOptions = {},
): SasiNeuralModule {
  if (typeof (runtime as Partial<NeuralRuntime> | null)?.createNetwork !== 'function') {
    throw new InvalidArgumentError(
      `createSasiNeuralModule: runtime is ${show(runtime)}; give what loadRuntime resolves with`,
    );
  }
  return new NeuralModule(runtime, strict);
}

class NeuralModule implements SasiNeuralModule {
  readonly #runtime: NeuralRuntime;
  readonly #strict: boolean;
  readonly #memory: AgentMemory;
  #created = 0;
  #warned = false;

  constructor(runtime: NeuralRuntime, strict: boolean) {
    this.#runtime = runtime;
    this.#strict = strict;
    this.#memory = agentMemory(runtime);
    // SASI takes the functions off the object.
    this.createNeuralNetwork = this.createNeuralNetwork.bind(this);
    this.runInference = this.runInference.bind(this);
    this.trainNetwork = this.trainNetwork.bind(this);
    this.serializeWeights = this.serializeWeights.bind(this);
    this.deserializeWeights = this.deserializeWeights.bind(this);
    this.getMemoryUsage = this.getMemoryUsage.bind(this);
    this.destroyNetwork = this.destroyNetwork.bind(this);
  }

  get enableSIMD(): boolean {
    return isVectorBuild(this.#runtime.variant);
  }

  createNeuralNetwork(config: SasiNetworkConfig = {}): SasiNetwork {
    if (typeof config !== 'object' || config === null) {
      throw new InvalidArgumentError(
        `createNeuralNetwork: the configuration is ${show(config)}; give an object`,
      );
    }
    const { type = 'mlp', architecture = defaultArchitecture, activationFunction = 'relu' } = config;
    this.#checkType(type);
    if (!Object.hasOwn(activations, activationFunction)) {
      throw new InvalidArgumentError(
        `createNeuralNetwork: activationFunction is ${show(activationFunction)}; ` +
          `use one of ${Object.keys(activations).join(', ')}`,
      );
    }
    const { seed = this.#created + 1 } = config;
    const activation = activations[activationFunction];
    const network = this.#memory.withRoom(() =>
      this.#runtime.createNetwork({ layers: [...architecture], activation, seed }),
    );
    this.#created++;
    const lifeline = this.#memory.hold(network);
    return new AgentNetwork(`network_${this.#created}`, type, lifeline, { ...config, seed });
  }

  async runInference(network: SasiNetwork, inputs: ArrayLike<number>): Promise<number[]> {
    const { network: run } = agent(network, 'runInference');
    const input = row('runInference: inputs', inputs);
    const outputs = Array.from(this.#memory.withRoom(() => run.run(input)));
    await this.#memory.ripen();
    return outputs;
  }

  async trainNetwork(
    network: SasiNetwork,
    data: readonly SasiTrainingRow[],
    epochs = 100,
  ): Promise<SasiTrainingResult> {
    const { network: trained, config } = agent(network, 'trainNetwork');
    const dataset = datasetOf(data, trained.layers);
    const begin = systemClock();
    const train = () => trained.train(dataset, { epochs, ...trainOptions(config) });
    const report = await train().catch((error: unknown) => {
      this.#memory.makeRoom(error);
      return train();
    });
    const trainingTime = systemClock() - begin;
    // Asked of the agent again: one that was forgotten meanwhile has lived until here.
    const { network: evaluated } = agent(network, 'trainNetwork');
    const { loss, accuracy } = this.#memory.withRoom(() => evaluated.evaluate(dataset));
    const convergence = convergenceEpoch(report.history);
    return {
      accuracy,
      loss,
      ...(convergence === undefined ? {} : { convergenceEpoch: convergence }),
      trainingTime,
    };
  }

  async serializeWeights(network: SasiNetwork): Promise<ArrayBuffer> {
    const bytes = agent(network, 'serializeWeights').network.save('safetensors');
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }

  async deserializeWeights(
    network: SasiNetwork,
    weights: ArrayBuffer | Uint8Array,
    influence = 1,
  ): Promise<void> {
    const { network: target } = agent(network, 'deserializeWeights');
    if (!(typeof influence === 'number' && influence >= 0 && influence <= 1)) {
      throw new InvalidArgumentError(
        `deserializeWeights: influence is ${show(influence)}; give a number from 0 to 1`,
      );
    }
    const given = readSafetensors(bytesOf(weights));
    if (given.layers.join() !== target.layers.join()) {
      throw new ShapeMismatchError(
        `deserializeWeights: the weights are of ${given.layers.join('-')}, the network is ` +
          `${target.layers.join('-')}; give those of a network of the same widths`,
      );
    }
    const { weights: givenWeights, biases } = given;
    const parameters = { weights: givenWeights, biases };
    target.importLayers(
      influence === 1 ? parameters : this.#blended(target.exportLayers(), parameters, influence),
    );
  }

  getMemoryUsage(): number {
    const { reserved, used } = this.#runtime.memory.stats();
    return reserved + used;
  }

  destroyNetwork(network: SasiNetwork): void {
    const { holding } = agent(network, 'destroyNetwork').lifeline;
    this.#memory.release(holding);
  }

  /** In pieces of the pool's scratch memory: it may have no room for a second network. */
  #blended(own: LayerParameters, given: LayerParameters, influence: number): LayerParameters {
    const { ops } = this.#runtime;
    const blend = (a: Float32Array, b: Float32Array): Float32Array =>
      this.#memory.withRoom(() => ops.lerp(a, b, influence));
    return {
      weights: own.weights.map((values, layer) => blend(values, given.weights[layer]!)),
      biases: own.biases.map((values, layer) => blend(values, given.biases[layer]!)),
    };
  }

  #checkType(type: string): void {
    if (denseTypes.includes(type)) return;
    const message = `createNeuralNetwork: there is no network of type ${show(type)}, only dense stacks ('mlp')`;
    if (this.#strict) throw new InvalidArgumentError(`${message}; ask for one, or leave strict out`);
    if (this.#warned) return;
    this.#warned = true;
    console.warn(`${message}; this one and all others become dense stacks`);
  }
}

/** What stands behind an agent. */
interface AgentParts {
  readonly network: Network;
  readonly config: SasiNetworkConfig;
  readonly lifeline: Lifeline;
}

class AgentNetwork implements SasiNetwork {
  readonly id: string;
  readonly type: string;
  readonly architecture: readonly number[];
  readonly memoryUsage: number;
  // Own and enumerable, so that `{ ...network }` has them too.
  declare readonly weights: Float32Array[];
  declare readonly biases: Float32Array[];
  readonly #parts: AgentParts;

  constructor(id: string, type: string, lifeline: Lifeline, config: SasiNetworkConfig) {
    const { network } = lifeline.holding;
    this.id = id;
    this.type = type;
    this.architecture = [...network.layers];
    this.memoryUsage = network.memoryBytes;
    this.#parts = { network, config, lifeline };
    for (const name of ['weights', 'biases'] as const) {
      Object.defineProperty(this, name, {
        enumerable: true,
        // By way of `this`: who still asks for weights has not forgotten the agent.
        get: () => this.#parts.network.exportLayers()[name],
        set: () => {
          throw new InvalidArgumentError(
            `${name} of ${this.id} were assigned to; they are copies: change a network by deserializeWeights or trainNetwork`,
          );
        },
      });
    }
  }

  static parts(value: unknown): AgentParts | undefined {
    if (typeof value !== 'object' || value === null || !(#parts in value)) return undefined;
    return value.#parts;
  }
}

function agent(value: unknown, operation: string): AgentParts {
  const parts = AgentNetwork.parts(value);
  if (parts !== undefined) return parts;
  throw new InvalidArgumentError(
    `${operation}: network is ${show(value)}; give one that createNeuralNetwork made`,
  );
}

function row(what: string, values: ArrayLike<number>): Float32Array {
  if (typeof values === 'object' && values !== null && Number.isInteger(values.length)) {
    return Float32Array.from(values);
  }
  throw new InvalidArgumentError(`${what} are ${show(values)}; give an array of numbers`);
}

function datasetOf(data: readonly SasiTrainingRow[], layers: readonly number[]): Dataset {
  if (!Array.isArray(data) || data.length === 0) {
    const given = Array.isArray(data) ? 'empty' : show(data);
    throw new InvalidArgumentError(
      `trainNetwork: data is ${given}; give at least one row of { inputs, outputs }`,
    );
  }
  const widths = { inputs: layers[0]!, outputs: layers.at(-1)! };
  const inputs = new Float32Array(data.length * widths.inputs);
  const targets = new Float32Array(data.length * widths.outputs);
  for (const [index, given] of data.entries()) {
    for (const [name, into] of [
      ['inputs', inputs],
      ['outputs', targets],
    ] as const) {
      const values = row(`trainNetwork: ${name} of row ${index}`, given?.[name]);
      if (values.length !== widths[name]) {
        throw new ShapeMismatchError(
          `trainNetwork: row ${index} has ${values.length} ${name}, the network has ${widths[name]}; give as many`,
        );
      }
      into.set(values, index * widths[name]);
    }
  }
  return { inputs, targets, rows: data.length };
}

function trainOptions(config: SasiNetworkConfig): TrainOptions {
  const { learningRate, momentum, regularization = {}, batchSize, seed } = config;
  const rate = learningRate === undefined ? {} : { learningRate };
  const optimizer: OptimizerConfig =
    momentum === undefined ? { kind: 'adam', ...rate } : { kind: 'momentum', momentum, ...rate };
  const { l1 = 0, l2 = 0, dropout = 0 } = regularization;
  return {
    optimizer,
    loss: 'mse',
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(seed === undefined ? {} : { seed }),
    ...(l1 === 0 ? {} : { l1 }),
    ...(l2 === 0 ? {} : { l2 }),
    ...(dropout === 0 ? {} : { dropout }),
  };
}

/** The first epoch from which on at least 99 % of the whole decrease of the loss were kept. */
function convergenceEpoch(history: readonly EpochRecord[]): number | undefined {
  const last = history.at(-1);
  if (last === undefined) return undefined;
  const limit = last.loss + 0.01 * Math.max(0, history[0]!.loss - last.loss);
  let first = last;
  for (let i = history.length - 1; i >= 0 && history[i]!.loss <= limit; i--) first = history[i]!;
  return first.epoch;
}

function bytesOf(value: ArrayBuffer | Uint8Array): Uint8Array {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  // By the tag: a buffer may come from another realm.
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') return new Uint8Array(value);
  throw new InvalidArgumentError(
    `deserializeWeights: weights are ${show(value)}; give what serializeWeights resolves with`,
  );
}
