/**
 * The performance layer: SASI's asynchronous operations over the fastest runtime there is, and what they cost.
 */
import { show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { VariantName } from '../core/variants.js';
import { systemClock } from '../metrics/clock.js';
import { type HealthStatus, reportOf } from '../metrics/health.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { ConnectionOptions, ModuleOperations } from '../modules/module-operations.js';
import { benchmarkActivation, type WasmBenchmarkResult } from './benchmark/layer-benchmarks.js';
import { geometricMean } from './benchmark/statistics.js';
import { BoundedHistory } from './bounded-history.js';
import { isVectorBuild } from './build-contents.js';
import { speedsOf } from './build-speeds.js';
import { callTotals, errorRate, meanLatency, perBusySecond } from './call-totals.js';
import { assertFinite, assertFloat32Array, outOf } from './layer-operations.js';
import {
  type CurrentOptions,
  filesOf,
  type LayerOptions,
  layerConfig,
  sharedSource,
} from './layer-options.js';
import { moduleIssues } from './module-health.js';
import { memoryOf, memoryUsage } from './module-memory.js';
import { RuntimeAttachment } from './runtime-attachment.js';

/** What a performance layer is made with. */
export interface WasmPerformanceLayerOptions extends LayerOptions {
  /** `'throw'`: NaN and infinities in an input are `INVALID_ARGUMENT`. Default: they go through the arithmetic. */
  readonly validateInputs?: 'throw' | 'propagate';
}

/** Of this layer's own calls. Times in milliseconds, rates per second; all 0 where nothing was measured. */
export interface WasmPerformanceMetrics {
  /** The vector instructions of the build in use: `'simd128'`, or `'none'`. */
  readonly simdCapabilities: string;
  /** Bytes of the memory limit that the module and live blocks take. */
  readonly memoryUsage: number;
  /** Calls per second of busy time. */
  readonly operationsPerSecond: number;
  readonly averageLatency: number;
  readonly simdAcceleration: boolean;
  /**
   * How many times faster the build in use is than plain JavaScript at the activation in linear memory: the geometric
   * mean over the sizes of runPerformanceBenchmark when that was run on this build, else of 1000 elements, measured when
   * it is first asked for, in some 10 ms (the `js` build: some 30); the operands are in the pool meanwhile, where there
   * is room for them, and count in its `peak`. 0 without room, without a module, and where the clock moves in steps of more than 2 ms or stands still.
   */
  readonly performanceGain: number;
  /** Share of the pool's free memory that is in one piece, 0..1. */
  readonly memoryEfficiency: number;
  readonly loadTime: number;
  /** Failed calls as a share of all calls, 0..1. */
  readonly errorRate: number;
  /** Elements per second of busy time. */
  readonly throughput: number;
}

/** One call in the history. */
export interface PerformanceHistoryEntry {
  readonly operation: string;
  readonly elements: number;
  /** Milliseconds. */
  readonly executionTime: number;
  /** Milliseconds since the epoch at which the call ended. */
  readonly timestamp: number;
}

/** The verdict of a layer's `healthCheck`. */
export interface LayerHealth<Metrics> {
  readonly status: HealthStatus;
  readonly metrics: Metrics;
  readonly issues: string[];
}

const noMetrics: WasmPerformanceMetrics = {
  simdCapabilities: 'none',
  memoryUsage: 0,
  operationsPerSecond: 0,
  averageLatency: 0,
  simdAcceleration: false,
  performanceGain: 0,
  memoryEfficiency: 0,
  loadTime: 0,
  errorRate: 0,
  throughput: 0,
};

/** Calls that the history keeps. */
const historyLength = 100;

const noOptions = {};

const operationNames = ['calculateNeuralActivation', 'optimizeConnections'] as const;

type Managed = (options: CurrentOptions, attachment: RuntimeAttachment) => WasmPerformanceLayer;

let managedLayer: Managed;

/** SASI's asynchronous operations, and what they cost. They initialise on demand. */
export class WasmPerformanceLayer {
  #attachment: RuntimeAttachment;
  readonly #validate: boolean;
  #options: CurrentOptions;
  /**
   * What the clock's zero is in milliseconds since the epoch: a second clock need not be read on each call. Of a test
   * runner's stub of `Date.now` nothing is known.
   */
  readonly #epoch = Date.now() - systemClock() || 0;
  /** What the last benchmark measured, and the build that it is about: a switch of modules may change that. */
  #gain: { readonly variant: VariantName; readonly value: number } | undefined;
  /** Of each call: which operation, elements, milliseconds it took, reading of the clock at its end. */
  readonly #history = new BoundedHistory(historyLength, 4);

  static {
    managedLayer = (options, attachment) => {
      const layer = new WasmPerformanceLayer();
      layer.#options = options;
      layer.#attachment = attachment;
      return layer;
    };
  }

  /**
   * Loads nothing: the layer finds the process's shared runtime on its first use, or loads it. (A manager makes its
   * own layers.) Throws `INVALID_ARGUMENT`.
   */
  constructor(options: WasmPerformanceLayerOptions = {}) {
    const config = layerConfig(options);
    const { validateInputs = 'propagate' } = options;
    if (validateInputs !== 'throw' && validateInputs !== 'propagate') {
      throw new InvalidArgumentError(
        `validateInputs must be 'throw' or 'propagate', it is ${show(validateInputs)}`,
      );
    }
    this.#validate = validateInputs === 'throw';
    this.#options = () => config;
    const source = sharedSource(config, options.memoryLimit !== undefined);
    this.#attachment = new RuntimeAttachment('WasmPerformanceLayer', source, config.enableProfiling);
  }

  /** Loads if need be. Never rejects: false when no build could be loaded. Calls at the same time are one load. */
  async initialize(): Promise<boolean> {
    try {
      await this.#attachment.initialize();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * tanh(0.5·x), elementwise, into a new array or into `out`; NaN stays NaN, ±∞ gives ±1. An array that is larger than
   * the pool is worked on in pieces. Rejects with `INVALID_ARGUMENT`, with `SHAPE_MISMATCH` for an `out` of another
   * length, or with `NOT_INITIALIZED` when there is no runtime.
   */
  async calculateNeuralActivation(
    x: Float32Array,
    options: { readonly out?: Float32Array } = noOptions,
  ): Promise<Float32Array> {
    // Attached, the work is done before the first await: a later switch of modules cannot reach it.
    const module = this.#attachment.find() ?? (await this.#attachment.demand());
    return this.#measured('calculateNeuralActivation', module, x, (operations) => {
      const out = outOf(options, x);
      const result = operations.calculateNeuralActivation(x, out);
      if (out === undefined || out === result) return result;
      // A module of somebody else's, which knows of no `out`.
      out.set(result);
      return out;
    });
  }

  /**
   * New weights by `rule`, into a new array; without one it is a deterministic gradient step on w²(1−w)², clamped to
   * 0..1, that drives weights towards 0 or 1. Rejects as calculateNeuralActivation does, and for a rule that is none.
   */
  async optimizeConnections(w: Float32Array, rule?: ConnectionOptions): Promise<Float32Array> {
    const module = this.#attachment.find() ?? (await this.#attachment.demand());
    return this.#measured('optimizeConnections', module, w, (operations) =>
      operations.optimizeConnections(w, rule),
    );
  }

  /**
   * The activation of 100, 1 000, 10 000 and 50 000 elements against a plain JavaScript loop, in interleaved rounds
   * on a runtime of its own, so that the counts of this one stay those of your calls. Takes about a second; rejects with `ABORTED` after cleanup().
   */
  async runPerformanceBenchmark(): Promise<WasmBenchmarkResult[]> {
    const { variant } = (await this.#initialized()).runtime;
    const results = await benchmarkActivation({
      variant,
      files: filesOf(this.#options()),
      signal: this.#attachment.life,
    });
    this.#gain = { variant, value: gainOf(results) };
    return results;
  }

  /** The state of the vector build in a few lines for people. */
  getSIMDPerformanceReport(): string {
    const runtime = this.#attachment.find()?.runtime;
    if (runtime === undefined) return 'SIMD performance report\n  not initialised: no build is loaded';
    const metrics = this.getPerformanceMetrics();
    const { calls } = this.#attachment.recorder.snapshot().total;
    const gain = metrics.performanceGain;
    return [
      'SIMD performance report',
      `  build: ${runtime.variant} (vector instructions: ${metrics.simdCapabilities})`,
      `  calls: ${calls}, ${metrics.averageLatency.toFixed(4)} ms each`,
      `  throughput: ${metrics.throughput.toFixed(0)} elements per second`,
      gain === 0
        ? '  against plain JavaScript: not measured'
        : `  against plain JavaScript: ${gain.toFixed(2)} times as fast`,
    ].join('\n');
  }

  /** Of this layer's own calls since it was made or reset; all 0 without a module. */
  getPerformanceMetrics(): WasmPerformanceMetrics {
    const module = this.#attachment.find();
    if (module === undefined) return noMetrics;
    const { runtime } = module;
    const memory = memoryOf(module);
    const total = callTotals([this.#attachment.recorder]);
    const simd = isVectorBuild(runtime.variant);
    // Measured after the counts were read: what it takes is no latency of theirs.
    const performanceGain = this.#benchmarked(runtime.variant) || speedsOf(module).activation.speedup;
    return {
      simdCapabilities: simd ? 'simd128' : 'none',
      memoryUsage: memory.reserved + memory.used,
      operationsPerSecond: perBusySecond(total.calls, total),
      averageLatency: meanLatency(total),
      simdAcceleration: simd,
      performanceGain,
      memoryEfficiency: 1 - memory.fragmentation,
      loadTime: runtime.loadTime.total,
      errorRate: errorRate(total),
      throughput: perBusySecond(total.elements, total),
    };
  }

  /** Bytes of the memory limit that the module and live blocks take; 0 without a runtime. */
  getMemoryUsage(): number {
    const module = this.#attachment.find();
    return module === undefined ? 0 : memoryUsage(module);
  }

  /** Whether there is a module to work with. One that a manager has loaded is attached to, as by an operation. */
  isWasmInitialized(): boolean {
    return this.#attachment.find() !== undefined;
  }

  /** Whether ruv-swarm serves any operation; the manager's status says which. */
  isUsingRuvSwarm(): boolean {
    const routes = this.#attachment.find()?.routing?.() ?? [];
    return routes.some(({ servedBy }) => servedBy === 'ruv-swarm');
  }

  /** Whether the build in use has vector instructions. */
  isSIMDSupported(): boolean {
    return isVectorBuild(this.#attachment.find()?.runtime.variant);
  }

  /** The last hundred calls, oldest first; none with profiling off. */
  getPerformanceHistory(): PerformanceHistoryEntry[] {
    return this.#history.toArray().map(([operation, elements, executionTime, end]) => ({
      operation: operationNames[operation!]!,
      elements: elements!,
      executionTime: executionTime!,
      timestamp: Math.round(this.#epoch + end!),
    }));
  }

  /** Forgets counts, history and benchmark of this layer. */
  resetMetrics(): void {
    this.#attachment.reset();
    this.#history.clear();
    this.#gain = undefined;
  }

  /**
   * Gives the runtime back, which is disposed of when nobody else uses it, and ends a load under way. Operations
   * reject with `NOT_INITIALIZED` until the next initialize(). Can be called again.
   */
  cleanup(): void {
    this.#attachment.detach();
    this.resetMetrics();
  }

  /** Load over 100 ms, mean latency over 5 ms, memory over the limit and errors over 10 % are issues. */
  healthCheck(): LayerHealth<WasmPerformanceMetrics> {
    const metrics = this.getPerformanceMetrics();
    const issues = moduleIssues(this.#attachment.find(), [this.#attachment], {
      thresholds: this.#options().healthThresholds,
      traps: this.#attachment.traps,
    });
    const { status } = reportOf(issues);
    return { status, metrics, issues: issues.map((issue) => issue.message) };
  }

  /** 0: the benchmark was not run on that build, or could not tell. */
  #benchmarked(variant: VariantName): number {
    return this.#gain?.variant === variant ? this.#gain.value : 0;
  }

  /** A module that was only come across gives way to the one that this layer would load. */
  async #initialized(): Promise<LoadedModule> {
    await this.#attachment.demand();
    return this.#attachment.initialize();
  }

  #measured(
    operation: (typeof operationNames)[number],
    module: LoadedModule,
    x: Float32Array,
    work: (operations: ModuleOperations) => Float32Array,
  ): Float32Array {
    const { recorder } = this.#attachment;
    const meter = recorder.meter(operation);
    const start = meter.begin();
    try {
      assertFloat32Array(operation, 'the argument', x);
      if (this.#validate) assertFinite(operation, x);
      const result = this.#attachment.run(module, work);
      const end = meter.end(start, x.length);
      if (recorder.profiling !== false) {
        const at = this.#history.add();
        const { numbers } = this.#history;
        numbers[at] = operationNames.indexOf(operation);
        numbers[at + 1] = x.length;
        numbers[at + 2] = end - start;
        numbers[at + 3] = end;
      }
      return result;
    } catch (error) {
      this.#attachment.fail(meter, start, error);
      throw error;
    }
  }
}

export default WasmPerformanceLayer;

/** A layer that gets its runtime from a manager. */
export const createManagedPerformanceLayer: Managed = (options, attachment) =>
  managedLayer(options, attachment);

/** The geometric mean of the speedups; 0 when a result was wrong. */
function gainOf(results: readonly WasmBenchmarkResult[]): number {
  if (!results.every(({ success }) => success)) return 0;
  return geometricMean(results.map(({ speedup }) => speedup));
}
