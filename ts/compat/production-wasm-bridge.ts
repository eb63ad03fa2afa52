/**
 * The bridge that SASI's application uses: synchronous operations, health, and measurements.
 */
import { type HealthStatus, reportOf } from '../metrics/health.js';
import { medianOrZero } from '../metrics/timing.js';
import type { ConnectionOptions } from '../modules/module-operations.js';
import { sampleInterleaved } from '../performance/benchmark/sampler.js';
import { speedsOf } from '../performance/build-speeds.js';
import { BridgeCore, type BridgeOptions } from './bridge-core.js';
import { ScratchBlocks } from './scratch-blocks.js';

/** Of this bridge's operations since `initialize`. Every number is finite; without a module they are 0. */
export interface ProductionWasmBridgeMetrics {
  /** Milliseconds that the last operation took, with the copies in and out. */
  readonly executionTime: number;
  /** Bytes of the memory limit that the module and live blocks take. */
  readonly memoryUsage: number;
  /** Whether the build in use has vector instructions. */
  readonly simdAcceleration: boolean;
  /** Elements per second, over all operations. */
  readonly throughput: number;
  /**
   * Share of the time of the first of every 16 operations in which a kernel ran, 0..1; 1 where the clock is too coarse
   * to tell, 0 with profiling off.
   */
  readonly efficiency: number;
  /** As getSpeedupFactor(). */
  readonly speedupFactor: number;
  /** Share of the memory limit that is taken, 0..1. */
  readonly memoryPressure: number;
  /** Share of the operands that found a block of their length from an earlier operation of any bridge, 0..1. */
  readonly cacheHitRatio: number;
  /** Milliseconds until the runtime was usable. */
  readonly loadTime: number;
  readonly operationsCount: number;
  /** Milliseconds. */
  readonly averageOperationTime: number;
}

/** In the names of SASI. Times and rates are 0 where the clock moves in steps of more than 20 ms or stands still. */
export interface ProductionWasmBenchmark {
  /** Calls per second of the activation of 100 elements, copies in and out included. */
  readonly operations_per_second: number;
  /** Bytes of the memory limit that the module and live blocks take. */
  readonly memory_usage: number;
  /** Milliseconds of such a call, the median. */
  readonly average_operation_time: number;
  readonly simd_acceleration: boolean;
}

/** The verdict of `healthCheck`: its issues as sentences that name value and limit. */
export interface ProductionWasmBridgeHealth {
  /** The worst issue's. */
  readonly status: HealthStatus;
  readonly metrics: ProductionWasmBridgeMetrics;
  readonly issues: string[];
}

const notInitialized = 'Production WASM Bridge not initialized: Production WASM module not initialized';
const benchmarkElements = 100;
const sampling = { samples: 9, minSampleMs: 2 } as const;

/** The bridge of SASI's application: synchronous operations over the process's shared runtime, health, measurements. */
export class ProductionWasmBridge {
  readonly #core: BridgeCore;
  readonly #scratch = new ScratchBlocks();

  /** Loads nothing and starts no timer. Throws `INVALID_ARGUMENT`. */
  constructor(options: BridgeOptions = {}) {
    this.#core = new BridgeCore('ProductionWasmBridge', notInitialized, options);
  }

  /** Loads if need be, or shares the process's runtime. Never rejects: false when no build could be loaded. */
  initialize(): Promise<boolean> {
    return this.#core.initialize();
  }

  /**
   * tanh(0.5·x), elementwise, into a new array; NaN stays NaN, ±∞ gives ±1. Throws `NOT_INITIALIZED`,
   * `INVALID_ARGUMENT` for what is no Float32Array and `SHAPE_MISMATCH` for one that is longer than `maxArraySize`.
   */
  calculateNeuralActivation(inputs: Float32Array): Float32Array {
    return this.#core.operation('calculateNeuralActivation', [inputs], ({ runtime, ops, operations }) => {
      const block = this.#scratch.take(runtime, inputs, 0);
      if (block === undefined) return this.#core.kernel(() => operations.calculateNeuralActivation(inputs));
      this.#core.kernel(() => ops.activate('tanh', block, { gain: 0.5, out: block }));
      return block.toArray();
    });
  }

  /**
   * New weights by `rule`, into a new array; without one a gradient step on w²(1−w)², clamped to 0..1. Throws as
   * calculateNeuralActivation does, and for a rule that is none.
   */
  optimizeConnections(connections: Float32Array, rule?: ConnectionOptions): Float32Array {
    return this.#core.operation('optimizeConnections', [connections], ({ runtime, ops, operations }) => {
      const block = rule === undefined ? this.#scratch.take(runtime, connections, 0) : undefined;
      if (block === undefined) {
        return this.#core.kernel(() => operations.optimizeConnections(connections, rule));
      }
      this.#core.kernel(() => ops.optimizeConnections(block, { out: block }));
      return block.toArray();
    });
  }

  /** Spikes per second: the elements above 0.1 over `windowMs` milliseconds; 0 for a window that is not above 0. */
  processSpikeTrainData(spikes: Float32Array, windowMs: number): number {
    return this.#core.operation('processSpikeTrainData', [spikes], ({ runtime, ops }) => {
      const operand = this.#scratch.take(runtime, spikes, 0) ?? spikes;
      return this.#core.kernel(() => ops.spikeRate(operand, windowMs));
    });
  }

  /** mean(neurons) · mean(synapses); 0 when either is empty. */
  calculateMeshEfficiency(neurons: Float32Array, synapses: Float32Array): number {
    return this.#core.operation('calculateMeshEfficiency', [neurons, synapses], ({ runtime, ops }) => {
      const a = this.#scratch.take(runtime, neurons, 0) ?? neurons;
      const b = this.#scratch.take(runtime, synapses, 1) ?? synapses;
      return this.#core.kernel(() => ops.meshEfficiency(a, b));
    });
  }

  /** The first call on a runtime measures the speed-up, in about five milliseconds (see getSpeedupFactor). */
  getPerformanceMetrics(): ProductionWasmBridgeMetrics {
    const { lastTime, busyTime, elements, operations } = this.#core.counts;
    const { used, limit } = this.#core.memory;
    return {
      executionTime: lastTime,
      memoryUsage: used,
      simdAcceleration: this.isSIMDSupported(),
      throughput: busyTime > 0 ? (elements * 1000) / busyTime : 0,
      efficiency: this.#core.efficiency,
      speedupFactor: this.getSpeedupFactor(),
      memoryPressure: limit > 0 ? used / limit : 0,
      cacheHitRatio: this.#scratch.hitRatio,
      loadTime: this.#core.attachment.runtime?.loadTime.total ?? 0,
      operationsCount: operations,
      averageOperationTime: operations > 0 ? busyTime / operations : 0,
    };
  }

  /**
   * How many times faster than plain JavaScript the build computes the activation of 1000 elements in linear memory,
   * as measured once for the runtime, when it is first asked for; 0 without a module, and where the clock moves in
   * steps of more than 2 ms or stands still.
   */
  getSpeedupFactor(): number {
    const module = this.#core.attachment.current;
    return module === undefined ? 0 : speedsOf(module).activation.speedup;
  }

  /** A load over 100 ms, a mean time over 5 ms, memory over the limit and errors over 10 % are issues. */
  healthCheck(): ProductionWasmBridgeHealth {
    const issues = this.#core.issues();
    return {
      status: reportOf(issues).status,
      metrics: this.getPerformanceMetrics(),
      issues: issues.map(({ message }) => message),
    };
  }

  /** Bytes of the memory limit that the module and live blocks take; 0 without a module. */
  getMemoryUsage(): number {
    return this.#core.memory.used;
  }

  /** About 20 ms of activations; they are not among the operations that are counted. Rejects with `NOT_INITIALIZED`. */
  async runBenchmark(): Promise<ProductionWasmBenchmark> {
    const { operations } = this.#core.loaded;
    const x = Float32Array.from({ length: benchmarkElements }, (_, i) => (i % 17) / 8 - 1);
    const [samples = []] = await sampleInterleaved(
      [
        {
          run(iterations) {
            for (let i = 0; i < iterations; i++) operations.calculateNeuralActivation(x);
          },
        },
      ],
      sampling,
    );
    const time = medianOrZero(samples);
    return {
      operations_per_second: time > 0 ? 1000 / time : 0,
      memory_usage: this.getMemoryUsage(),
      average_operation_time: time,
      simd_acceleration: this.isSIMDSupported(),
    };
  }

  /** Operations that succeeded since `initialize`. */
  getOperationsCount(): number {
    return this.#core.counts.operations;
  }

  /** False also while another module is loaded after a trap. */
  isWasmInitialized(): boolean {
    return this.#core.attachment.find() !== undefined;
  }

  /** Whether the build in use has vector instructions. */
  isSIMDSupported(): boolean {
    return this.#core.isSimd;
  }

  /** Forgets what was counted. */
  resetMetrics(): void {
    this.#core.resetCounts();
    this.#scratch.resetCounts();
  }

  /** Gives everything back; that is done when the call returns. Can be called again. */
  cleanup(): Promise<void> {
    this.#scratch.clear(this.#core.attachment.runtime);
    this.#core.cleanup();
    return Promise.resolve();
  }
}

export default ProductionWasmBridge;
