/**
 * The object that SASI's agent manager takes as `globalThis.mockWasmModule`: with this one in its place its agents are
 * real networks in the pool of a runtime.
 */

import { assertKnownKeys, show } from '../core/arguments.js';
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import { systemClock, timeSince } from '../metrics/clock.js';
import { failureOf } from '../modules/failure.js';
import { assertBoolean } from '../networks/checks.js';
import { readSafetensors } from '../networks/formats/safetensors.js';
import type { EpochRecord, LayerParameters, Network } from '../networks/types.js';
import { isVectorBuild } from '../performance/build-contents.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import { type AgentMemory, agentMemory, type Lifeline } from './agent-memory.js';
import { type AgentPlan, bytesOf, datasetOf, inputsOf, isDenseType, planAgent } from './sasi-arguments.js';

/**
 * An agent, in the terms of SASI. More keys are allowed and ignored, as SASI's own configurations have them; null is
 * the same as left out.
 */
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
  /** Copies: `weights[i]` is inputs × outputs, row-major. None after destroyNetwork, or without the runtime. */
  readonly weights: Float32Array[];
  /** As `weights`. */
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
  /** Whether the build in use has vector instructions. Assigning changes nothing: `loadRuntime` chooses the build. */
  readonly enableSIMD: boolean;
  /**
   * Gives the network's memory back at once. One that is forgotten gives it back when it was collected, at the latest
   * when createNeuralNetwork has no room without it.
   */
  destroyNetwork(network: SasiNetwork): void;
}

/** What `createSasiNeuralModule` takes beside the runtime. */
export interface SasiNeuralModuleOptions {
  /** True: a network type that this package does not have is `INVALID_ARGUMENT`. Default false. */
  readonly strict?: boolean;
}

/** SASI's agents on `runtime`, which stays yours to dispose of. Throws `INVALID_ARGUMENT`. */
export function createSasiNeuralModule(
  runtime: NeuralRuntime,
  options: SasiNeuralModuleOptions = {},
): SasiNeuralModule {
  if (typeof (runtime as Partial<NeuralRuntime> | null)?.createNetwork !== 'function') {
    throw new InvalidArgumentError(
      `createSasiNeuralModule: runtime is ${show(runtime)}; give what loadRuntime resolves with`,
    );
  }
  assertKnownKeys('createSasiNeuralModule', options, ['strict']);
  const strict = options.strict ?? false;
  assertBoolean('createSasiNeuralModule: strict', strict);
  return new NeuralModule(runtime, strict);
}

class NeuralModule implements SasiNeuralModule {
  readonly #runtime: NeuralRuntime;
  readonly #strict: boolean;
  readonly #memory: AgentMemory;
  #created = 0;
  #warned = false;
  // Own and enumerable, so that `{ ...module }` has it too.
  declare enableSIMD: boolean;

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
    Object.defineProperty(this, 'enableSIMD', {
      enumerable: true,
      get: () => isVectorBuild(runtime.variant),
      // A mock's switch is thrown here in vain: the build is what it is, and this goes on telling which.
      set: () => {},
    });
  }

  createNeuralNetwork(config: SasiNetworkConfig = {}): SasiNetwork {
    const plan = planAgent(config, this.#created + 1);
    this.#checkType(plan.type);
    const network = this.#memory.withRoom(() => this.#runtime.createNetwork(plan.network));
    this.#created++;
    return new AgentNetwork(`network_${this.#created}`, plan, this.#memory.hold(network));
  }

  async runInference(network: SasiNetwork, inputs: ArrayLike<number>): Promise<number[]> {
    const input = inputsOf('runInference', inputs, agent(network, 'runInference').network.layers[0]!);
    // The agent, not what is behind it, is used to the end: who forgets it in the call still gets its outputs.
    const outputs = this.#memory.withRoom(() => agent(network, 'runInference').network.run(input));
    await this.#memory.ripen();
    return Array.from(outputs);
  }

  async trainNetwork(
    network: SasiNetwork,
    data: readonly SasiTrainingRow[],
    epochs = 100,
  ): Promise<SasiTrainingResult> {
    const { network: trained, plan } = agent(network, 'trainNetwork');
    const dataset = datasetOf(data, trained.layers);
    const begin = systemClock();
    const train = () => trained.train(dataset, { epochs, ...plan.training });
    const report = await train().catch((error: unknown) => {
      this.#memory.makeRoom(error);
      return train();
    });
    const trainingTime = timeSince(begin);
    // Asked of the agent again: one that was forgotten meanwhile has lived until here.
    const { loss, accuracy } = this.#memory.withRoom(() =>
      agent(network, 'trainNetwork').network.evaluate(dataset),
    );
    const convergence = convergenceEpoch(report.history);
    await this.#memory.ripen();
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
    const blended =
      influence === 1 ? parameters : this.#blended(target.exportLayers(), parameters, influence);
    agent(network, 'deserializeWeights').network.importLayers(blended);
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
    if (isDenseType(type)) return;
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
  readonly plan: AgentPlan;
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

  constructor(id: string, plan: AgentPlan, lifeline: Lifeline) {
    const { network } = lifeline.holding;
    this.id = id;
    this.type = plan.type;
    this.architecture = [...network.layers];
    this.memoryUsage = network.memoryBytes;
    this.#parts = { network, plan, lifeline };
    for (const name of ['weights', 'biases'] as const) {
      Object.defineProperty(this, name, {
        enumerable: true,
        // By way of `this`: who still asks for weights has not forgotten the agent.
        get: () => layersOf(this.#parts.network)[name],
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

/** None once it was disposed of: who spreads, prints or stores a list of agents does not expect a member to throw. */
function layersOf(network: Network): Pick<LayerParameters, 'weights' | 'biases'> {
  try {
    return network.exportLayers();
  } catch (error) {
    if (failureOf(error).code === 'DISPOSED') return { weights: [], biases: [] };
    throw error;
  }
}

function agent(value: unknown, operation: string): AgentParts {
  const parts = AgentNetwork.parts(value);
  if (parts !== undefined) return parts;
  throw new InvalidArgumentError(
    `${operation}: network is ${show(value)}; give one that createNeuralNetwork made`,
  );
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
