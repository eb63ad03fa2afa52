/**
 * SASI's synchronous bridge, with the low-level module that it has always shown: functions over addresses in linear
 * memory, which are real here.
 */

import { assertSize, show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { Float32Block } from '../core/memory-pool.js';
import { failureOf } from '../modules/failure.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { ModuleOperations } from '../modules/module-operations.js';
import type { Vec } from '../ops/vec.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import { BridgeCore, type BridgeOptions } from './bridge-core.js';

/**
 * Of this bridge's operations since `initialize`. Every number is finite; all are 0 or false where no build is loaded.
 * With profiling off no time is measured: `executionTime`, `throughput` and `efficiency` are 0.
 */
export interface WasmBridgeMetrics {
  /** Milliseconds that the last operation took, with the copies in and out. */
  readonly executionTime: number;
  /** Mebibytes of the memory limit that the module and live blocks take. */
  readonly memoryUsage: number;
  /** Whether the build in use has vector instructions. */
  readonly simdAcceleration: boolean;
  /** Elements per millisecond, over all operations. */
  readonly throughput: number;
  /**
   * Share of the operations' time in which a kernel ran, 0..1: the rest are copies in and out. Of the first of every 16
   * operations; 1 where the clock is too coarse to tell, 0 with profiling off.
   */
  readonly efficiency: number;
}

/**
 * Addresses are byte offsets into `memory`, of memory that `allocateMemory` gave; counts are in elements. A function
 * throws `INVALID_ARGUMENT` for what `allocateMemory` did not give, `TRAPPED` when the engine stops it, and
 * `NOT_INITIALIZED` once its module is in use no more: the bridge's `module` is another one then.
 */
export interface WasmBridgeModule {
  readonly memory: { readonly buffer: ArrayBufferLike };
  /** tanh(0.5·x) of `inputs` elements into as many at `outputsAt`. */
  calculate_neural_activation(inputs: number, inputsAt: number, outputs: number, outputsAt: number): void;
  /** One step of the default rule, in place, or into `count` elements at `outputsAt`. */
  optimize_connections(connections: number, connectionsAt: number, count: number, outputsAt?: number): void;
  /** Spikes per second. */
  process_spike_train(spikes: number, spikesAt: number, count: number, windowMs: number): number;
  /** mean(neurons) · mean(synapses). */
  calculate_mesh_efficiency(neurons: number, neuronsAt: number, synapses: number, synapsesAt: number): number;
  /** 1 where the build has vector instructions, else 0. */
  simd_supported(): number;
  /** Bytes. */
  get_memory_usage(): number;
}

const floatBytes = 4;

/** SASI's synchronous bridge over the process's shared runtime, with its low-level module. */
export class WasmBridge {
  /**
   * The functions that the operations call; null before `initialize`, after `cleanup`, and while another module is
   * loaded after a trap. One that is set is used in its place until another module is loaded. With null the operations
   * throw `NOT_INITIALIZED` until the next `initialize`, which brings its own functions back.
   */
  // Own and enumerable, as the field that it has always been.
  declare module: WasmBridgeModule | null;
  #module: WasmBridgeModule | null = null;
  readonly #core: BridgeCore;
  readonly #blocks = new Map<number, Float32Block>();
  /** What `#module` was made for. */
  #madeFor: LoadedModule | undefined;
  /** Whether `module` was set to null: the runtime is there, and is not to be used. */
  #withheld = false;

  /** Loads nothing. Throws `INVALID_ARGUMENT`. */
  constructor(options: BridgeOptions = {}) {
    this.#core = new BridgeCore('WasmBridge', 'WASM module not initialized', options);
    Object.defineProperty(this, 'module', {
      configurable: true,
      enumerable: true,
      get: () => {
        const loaded = this.#find();
        return loaded === undefined ? null : this.#moduleOf(loaded);
      },
      set: (module: WasmBridgeModule | null | undefined) => this.#setModule(module ?? null),
    });
  }

  /** Loads if need be, or shares the process's runtime. Never rejects: false when no build could be loaded. */
  initialize(): Promise<boolean> {
    this.#withheld = false;
    return this.#core.initialize();
  }

  /**
   * tanh(0.5·x), elementwise, into a new array; NaN stays NaN, ±∞ gives ±1. Throws `NOT_INITIALIZED`,
   * `INVALID_ARGUMENT` for what is no Float32Array and `SHAPE_MISMATCH` for one that is longer than `maxArraySize`.
   * Arrays for which the pool has no room are worked on in pieces.
   */
  calculateNeuralActivation(inputs: Float32Array): Float32Array {
    const whole: WholeCall<Float32Array> = (module, [at]) => {
      const count = inputs.length;
      const outputsAt = this.allocateMemory(count * floatBytes);
      try {
        this.#core.kernel(() => module.calculate_neural_activation(count, at!, count, outputsAt));
        return this.#read(outputsAt, count);
      } finally {
        this.freeMemory(outputsAt);
      }
    };
    return this.#operation('calculateNeuralActivation', [inputs], whole, (operations) =>
      operations.calculateNeuralActivation(inputs),
    );
  }

  /** One gradient step on w²(1−w)², clamped to 0..1, into a new array. Throws as calculateNeuralActivation does. */
  optimizeConnections(connections: Float32Array): Float32Array {
    const whole: WholeCall<Float32Array> = (module, [at]) => {
      const count = connections.length;
      this.#core.kernel(() => module.optimize_connections(count, at!, count));
      return this.#read(at!, count);
    };
    return this.#operation('optimizeConnections', [connections], whole, (operations) =>
      operations.optimizeConnections(connections),
    );
  }

  /**
   * Spikes per second: the elements above 0.1 over the window of `windowMs` milliseconds; 0 for a window that is not
   * above 0. Throws as calculateNeuralActivation does.
   */
  processSpikeTrainData(spikes: Float32Array, windowMs: number): number {
    const whole: WholeCall<number> = (module, [at]) =>
      this.#core.kernel(() => module.process_spike_train(spikes.length, at!, spikes.length, windowMs));
    return this.#operation('processSpikeTrainData', [spikes], whole, (operations) =>
      operations.spikeRate(spikes, windowMs),
    );
  }

  /** mean(neurons) · mean(synapses); 0 when either is empty. Throws as calculateNeuralActivation does. */
  calculateMeshEfficiency(neurons: Float32Array, synapses: Float32Array): number {
    const whole: WholeCall<number> = (module, [a, b]) =>
      this.#core.kernel(() => module.calculate_mesh_efficiency(neurons.length, a!, synapses.length, b!));
    return this.#operation('calculateMeshEfficiency', [neurons, synapses], whole, (operations) =>
      operations.meshEfficiency(neurons, synapses),
    );
  }

  getPerformanceMetrics(): WasmBridgeMetrics {
    const { lastTime, busyTime, elements } = this.#core.counts;
    return {
      executionTime: lastTime,
      memoryUsage: this.#core.memory.used / (1024 * 1024),
      simdAcceleration: this.isSIMDSupported(),
      throughput: busyTime > 0 ? elements / busyTime : 0,
      efficiency: this.#core.efficiency,
    };
  }

  /** False also while another module is loaded after a trap, and after `module` was set to null. */
  isWasmInitialized(): boolean {
    return this.#find() !== undefined;
  }

  /** Whether the build in use has vector instructions. */
  isSIMDSupported(): boolean {
    return this.#core.isSimd;
  }

  /** Gives everything back, at once. Operations throw until the next `initialize`. Can be called again. */
  cleanup(): void {
    for (const address of [...this.#blocks.keys()]) this.freeMemory(address);
    this.#module = null;
    this.#madeFor = undefined;
    this.#core.cleanup();
  }

  /**
   * The address of `bytes` bytes for the functions of `module`. Throws `NOT_INITIALIZED`, `INVALID_ARGUMENT` for what is
   * no number of bytes, and `POOL_EXHAUSTED`.
   */
  allocateMemory(bytes: number): number {
    const loaded = this.#loaded();
    assertSize('allocateMemory', 'bytes', bytes, Number.MAX_SAFE_INTEGER);
    // Those of a module that is in use no more must not be found under an address of this one.
    this.#moduleOf(loaded);
    const block = loaded.runtime.memory.float32(Math.ceil(bytes / floatBytes));
    this.#blocks.set(block.byteOffset, block);
    return block.byteOffset;
  }

  /** Gives memory of `allocateMemory` back; an address that has none is ignored. */
  freeMemory(address: number): void {
    this.#blocks.get(address)?.dispose();
    this.#blocks.delete(address);
  }

  /**
   * `whole` works on `inputs` in linear memory. Where the pool has no room for them all, the module's operations do, as
   * far as they can: elementwise ones in pieces.
   */
  #operation<T>(
    name: string,
    inputs: readonly Float32Array[],
    whole: WholeCall<T>,
    otherwise: (operations: ModuleOperations) => T,
  ): T {
    this.#loaded();
    return this.#core.operation(name, inputs, (loaded) => {
      const module = this.#moduleOf(loaded);
      const addresses: number[] = [];
      try {
        for (const input of inputs) addresses.push(this.#write(input));
        return whole(module, addresses);
      } catch (error) {
        if (failureOf(error).code !== 'POOL_EXHAUSTED') throw error;
      } finally {
        for (const address of addresses) this.freeMemory(address);
      }
      return this.#core.kernel(() => otherwise(loaded.operations));
    });
  }

  /** What the operations may use. */
  #find(): LoadedModule | undefined {
    return this.#withheld ? undefined : this.#core.attachment.find();
  }

  /** Throws `NOT_INITIALIZED`. */
  #loaded(): LoadedModule {
    if (this.#withheld) throw this.#core.notInitialized();
    return this.#core.loaded;
  }

  #setModule(module: WasmBridgeModule | null): void {
    this.#withheld = module === null;
    // It stands in for the functions over what is loaded now; those made later for another one replace it.
    const loaded = this.#find();
    if (loaded !== undefined) this.#moduleOf(loaded);
    this.#module = module;
  }

  /** The functions over `loaded`, made anew when it is another one. */
  #moduleOf(loaded: LoadedModule): WasmBridgeModule {
    if (this.#module === null || this.#madeFor !== loaded) {
      // Blocks of a runtime that trapped went with it.
      if (this.#madeFor !== loaded) this.#blocks.clear();
      this.#madeFor = loaded;
      this.#module = lowLevelModule(loaded, this.#core, this.#blocks);
    }
    return this.#module;
  }

  #write(values: Float32Array): number {
    const address = this.allocateMemory(values.length * floatBytes);
    this.#blocks.get(address)?.set(values);
    return address;
  }

  #read(address: number, count: number): Float32Array {
    return this.#blocks.get(address)!.view.slice(0, count);
  }
}

export default WasmBridge;

/** Works on operands that lie at these addresses. */
type WholeCall<T> = (module: WasmBridgeModule, addresses: readonly number[]) => T;

function lowLevelModule(
  loaded: LoadedModule,
  core: BridgeCore,
  blocks: ReadonlyMap<number, Float32Block>,
): WasmBridgeModule {
  const { runtime, ops } = loaded;
  /** The block itself where it is wanted whole, so that nothing is copied. */
  const at = (address: number, count: number): Vec => {
    const block = blocks.get(address);
    if (block === undefined || !Number.isInteger(count) || count < 0 || count > block.length) {
      throw new InvalidArgumentError(
        `there are no ${show(count)} elements at ${show(address)}; give an address and a count of allocateMemory`,
      );
    }
    return count === block.length ? block : block.view.subarray(0, count);
  };
  let memory: WasmBridgeModule['memory'] | undefined;
  return {
    get memory() {
      memory ??= memoryOf(runtime);
      return memory;
    },
    calculate_neural_activation(inputs, inputsAt, outputs, outputsAt) {
      core.lowLevel(loaded, () => {
        assertSize('calculate_neural_activation', 'inputs', inputs);
        assertSize('calculate_neural_activation', 'outputs', outputs);
        const count = Math.min(inputs, outputs);
        ops.activate('tanh', at(inputsAt, count), { gain: 0.5, out: at(outputsAt, count) });
      });
    },
    optimize_connections(_, connectionsAt, count, outputsAt = connectionsAt) {
      core.lowLevel(loaded, () => {
        ops.optimizeConnections(at(connectionsAt, count), { out: at(outputsAt, count) });
      });
    },
    process_spike_train: (_, spikesAt, count, windowMs) =>
      core.lowLevel(loaded, () => ops.spikeRate(at(spikesAt, count), windowMs)),
    calculate_mesh_efficiency: (neurons, neuronsAt, synapses, synapsesAt) =>
      core.lowLevel(loaded, () => ops.meshEfficiency(at(neuronsAt, neurons), at(synapsesAt, synapses))),
    simd_supported: () => (core.isSimd ? 1 : 0),
    get_memory_usage: () => core.memory.used,
  };
}

/** Only a block shows the linear memory. */
function memoryOf(runtime: NeuralRuntime): WasmBridgeModule['memory'] {
  const probe = runtime.memory.allocate(1);
  const { buffer } = probe.view;
  probe.dispose();
  return { buffer };
}
