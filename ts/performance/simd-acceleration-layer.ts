/**
 * The SIMD layer: synchronous matrix and vector operations that run on the fastest build that is loaded, and in
 * plain JavaScript while none is.
 */
import type { VariantName } from '../core/variants.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { ModuleOperations } from '../modules/module-operations.js';
import { benchmarkSimdOperations, type ComprehensiveBenchmark } from './benchmark/layer-benchmarks.js';
import { contentsOf, isVectorBuild } from './build-contents.js';
import { dotElements, noSpeeds, type OperationSpeeds, speedsOf } from './build-speeds.js';
import { callTotals, meanLatency, perBusySecond } from './call-totals.js';
import { addJs, dotJs, matmulJs } from './javascript-baselines.js';
import { assertFloat32Array, assertSameLength } from './layer-operations.js';
import {
  type CurrentOptions,
  filesOf,
  type LayerOptions,
  layerConfig,
  sharedSource,
} from './layer-options.js';
import { type MatrixShape, matrixShape, newProduct } from './matrix-shape.js';
import { RuntimeAttachment } from './runtime-attachment.js';
import {
  addition,
  type CallSize,
  dotProduct,
  matrixProduct,
  type SIMDOperation,
  SimdCallCounts,
} from './simd-call-counts.js';

export type { SIMDOperation } from './simd-call-counts.js';

/** What the build in use can, and how fast it was measured. */
export interface SIMDCapabilities {
  /** Whether the build in use has vector instructions. */
  readonly supported: boolean;
  /** WebAssembly features that the build in use needs. */
  readonly features: string[];
  /** Float32 lanes of one instruction: 4, or 1 without vector instructions. */
  readonly vectorWidth: number;
  /** Vector instructions that the build in use contains. */
  readonly instructions: string[];
  /** Elements worked on at a time: lanes times threads (one). */
  readonly parallelizationFactor: number;
  /**
   * The dot product in elements per second at 10 000 elements in linear memory: in plain JavaScript, in the build, and
   * the ratio. As runComprehensiveBenchmark measured it last on this build, else when it is first asked for, in some
   * 10 ms (the `js` build: some 30); the operands are in the pool meanwhile, where there is room for them, and count in
   * its `peak`. 0 without room, without a module, and where the clock moves in steps of more than 2 ms or stands still.
   */
  readonly performance: {
    readonly baseline: number;
    readonly simdAccelerated: number;
    readonly speedup: number;
  };
}

/** Of this layer's own calls; all 0 where nothing was measured. */
export interface SIMDPerformanceMetrics {
  /** Calls per second of busy time. */
  readonly operationsPerSecond: number;
  /** Share of all elements that vector instructions worked on, 0..1. */
  readonly vectorizationEfficiency: number;
  /** Bytes of operands and results per second of busy time. */
  readonly memoryThroughput: number;
  /**
   * memoryThroughput over the bytes per second of a copy by the build itself, 0..1. The copy is measured as
   * `performance` of the capabilities is.
   */
  readonly cacheEfficiency: number;
  /** Share of all calls that ran on vector instructions, 0..1. */
  readonly simdUtilization: number;
  /** Milliseconds. */
  readonly averageLatency: number;
  readonly parallelizationFactor: number;
}

/** `getStatusReport` for machines. */
export interface SIMDStatus {
  readonly initialized: boolean;
  /** The build in use; null while plain JavaScript does the work. */
  readonly build: VariantName | null;
  readonly capabilities: SIMDCapabilities;
  readonly metrics: SIMDPerformanceMetrics;
  readonly calls: number;
}

type Managed = (options: CurrentOptions, attachment: RuntimeAttachment) => SIMDAccelerationLayer;

let managedLayer: Managed;

/** Synchronous matrix and vector operations on the fastest build that is loaded; plain JavaScript while none is. */
export class SIMDAccelerationLayer {
  #attachment: RuntimeAttachment;
  #options: CurrentOptions;
  readonly #counts = new SimdCallCounts();
  /** The last one, and the build that it is about: a switch of modules may change that. */
  #benchmark: { readonly variant: VariantName; readonly measured: ComprehensiveBenchmark } | undefined;

  static {
    managedLayer = (options, attachment) => {
      const layer = new SIMDAccelerationLayer();
      layer.#options = options;
      layer.#attachment = attachment;
      return layer;
    };
  }

  /** Loads nothing; see WasmPerformanceLayer. Throws `INVALID_ARGUMENT`. */
  constructor(options: LayerOptions = {}) {
    const config = layerConfig(options);
    this.#options = () => config;
    const source = sharedSource(config, options.memoryLimit !== undefined);
    this.#attachment = new RuntimeAttachment('SIMDAccelerationLayer', source, config.enableProfiling);
  }

  /** Loads if need be. Never rejects: false when no build could be loaded. */
  async initialize(): Promise<boolean> {
    try {
      await this.#attachment.initialize();
      return true;
    } catch {
      return false;
    }
  }

  /**
   * a[rows×k] · b[k×cols], row-major, into a new array of rows×cols; k = a.length / rows. With five arguments
   * a[m×k] · b[k×n]. Throws `SHAPE_MISMATCH` naming the lengths, `POOL_EXHAUSTED` when the pool has no room.
   */
  simdMatrixMultiply(a: Float32Array, b: Float32Array, rows: number, cols: number): Float32Array;
  simdMatrixMultiply(a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array;
  simdMatrixMultiply(
    a: Float32Array,
    b: Float32Array,
    rows: number,
    cols: number,
    inner?: number,
  ): Float32Array {
    const name = 'simdMatrixMultiply';
    const sizeOf = () => productSize(name, a, b, rows, cols, inner);
    return this.#measured(name, a, b, sizeOf, (operations, { m, n, k }) => {
      // More than k·n elements of b are allowed: the rest is not part of the matrix.
      const factor = b.length === k * n ? b : b.subarray(0, k * n);
      if (operations !== undefined) return operations.matrixMultiply(a, factor, m, n, k);
      const out = newProduct(name, m, n);
      matmulJs(a, b, out, m, n, k);
      return out;
    });
  }

  /** a + b, elementwise, into a new array. Throws `SHAPE_MISMATCH` for different lengths. */
  simdVectorAdd(a: Float32Array, b: Float32Array): Float32Array {
    return this.#measured('simdVectorAdd', a, b, sumSize, (operations) => {
      if (operations !== undefined) return operations.vectorAdd(a, b);
      const out = new Float32Array(a.length);
      addJs(a, b, out);
      return out;
    });
  }

  /** Σ aᵢ·bᵢ; 0 for empty arrays. Throws `SHAPE_MISMATCH` for different lengths. */
  simdDotProduct(a: Float32Array, b: Float32Array): number {
    return this.#measured('simdDotProduct', a, b, dotSize, (operations) =>
      operations === undefined ? dotJs(a, b) : operations.dotProduct(a, b),
    );
  }

  /** What the build in use contains. A module that a manager has loaded is attached to, as by an operation. */
  getSIMDCapabilities(): SIMDCapabilities {
    const { features, instructions } = contentsOf(this.#attachment.find()?.runtime.variant);
    const vectorWidth = this.#vectorWidth();
    const { baseline, build: simdAccelerated, speedup } = this.#dotSpeeds();
    return {
      supported: vectorWidth > 1,
      features: [...features],
      vectorWidth,
      instructions: [...instructions],
      parallelizationFactor: vectorWidth,
      performance: { baseline, simdAccelerated, speedup },
    };
  }

  getPerformanceMetrics(): SIMDPerformanceMetrics {
    const { recorder } = this.#attachment;
    const total = callTotals([recorder]);
    const { calls, elements } = total;
    const sums = this.#counts.sums(recorder);
    const memoryThroughput = perBusySecond(sums.bytes, total);
    const copy = memoryThroughput > 0 ? this.#copyBandwidth() : 0;
    return {
      operationsPerSecond: perBusySecond(calls, total),
      vectorizationEfficiency: elements > 0 ? sums.vectorElements / elements : 0,
      memoryThroughput,
      cacheEfficiency: copy > 0 ? Math.min(1, memoryThroughput / copy) : 0,
      simdUtilization: calls > 0 ? sums.vectorCalls / calls : 0,
      averageLatency: meanLatency(total),
      parallelizationFactor: this.#vectorWidth(),
    };
  }

  /** The last thousand calls, oldest first; none with profiling off. */
  getOperationHistory(): SIMDOperation[] {
    return this.#counts.history();
  }

  /**
   * The three operations at three sizes each against plain JavaScript, in interleaved rounds on a runtime of their
   * own. Takes about a second. Loads a runtime if there is none; rejects with `NOT_INITIALIZED` when that fails,
   * with `ABORTED` after cleanup().
   */
  async runComprehensiveBenchmark(): Promise<Pick<ComprehensiveBenchmark, 'results' | 'summary'>> {
    await this.#attachment.demand();
    // A module that was only come across gives way to the one that this layer would load.
    const { variant } = (await this.#attachment.initialize()).runtime;
    const measured = await benchmarkSimdOperations({
      variant,
      files: filesOf(this.#options()),
      signal: this.#attachment.life,
    });
    this.#benchmark = { variant, measured };
    return { results: measured.results, summary: measured.summary };
  }

  getStatus(): SIMDStatus {
    return {
      initialized: this.isInitialized(),
      build: this.#attachment.find()?.runtime.variant ?? null,
      capabilities: this.getSIMDCapabilities(),
      metrics: this.getPerformanceMetrics(),
      calls: this.#attachment.recorder.snapshot().total.calls,
    };
  }

  /** `getStatus` in a few lines for people. */
  getStatusReport(): string {
    const { initialized, build, capabilities, metrics, calls } = this.getStatus();
    const { speedup } = capabilities.performance;
    return [
      'SIMD acceleration layer',
      `  build: ${build ?? 'none, plain JavaScript does the work'}${initialized ? '' : ' (not initialised)'}`,
      `  lanes: ${capabilities.vectorWidth}, features: ${capabilities.features.join(', ') || 'none'}`,
      `  calls: ${calls}, ${(metrics.simdUtilization * 100).toFixed(1)} % of them on vector instructions`,
      `  mean latency: ${metrics.averageLatency.toFixed(4)} ms`,
      speedup === 0
        ? '  against plain JavaScript: not measured'
        : `  against plain JavaScript: ${speedup.toFixed(2)} times (dot product of 10 000 elements)`,
    ].join('\n');
  }

  /** Whether the build in use has vector instructions. */
  isSIMDSupported(): boolean {
    return this.#vectorWidth() > 1;
  }

  /** Whether a build does the work. One that a manager has loaded is attached to, as by an operation. */
  isInitialized(): boolean {
    return this.#attachment.find() !== undefined;
  }

  /** Forgets counts, history and benchmark of this layer; the runtime stays. */
  reset(): void {
    this.#attachment.reset();
    this.#counts.clear();
    this.#benchmark = undefined;
  }

  /** Gives the runtime back; operations are plain JavaScript until the next initialize(). Can be called again. */
  cleanup(): void {
    this.#attachment.detach();
    this.reset();
  }

  #vectorWidth(): number {
    return isVectorBuild(this.#attachment.find()?.runtime.variant) ? 4 : 1;
  }

  #benchmarked(module: LoadedModule): ComprehensiveBenchmark | undefined {
    return this.#benchmark?.variant === module.runtime.variant ? this.#benchmark.measured : undefined;
  }

  #dotSpeeds(): OperationSpeeds {
    const module = this.#attachment.find();
    if (module === undefined) return noSpeeds;
    const dot = this.#benchmarked(module)?.results.find(
      ({ name, dataSize, success }) => name === 'simdDotProduct' && dataSize === dotElements && success,
    );
    if (dot === undefined) return speedsOf(module).dot;
    const { javascriptTime, elementsPerSecond, speedup } = dot;
    return { baseline: (dotElements * 1000) / javascriptTime, build: elementsPerSecond, speedup };
  }

  #copyBandwidth(): number {
    const module = this.#attachment.find();
    if (module === undefined) return 0;
    return this.#benchmarked(module)?.copyBandwidth || speedsOf(module).copyBandwidth;
  }

  /** Counts the call, also one that is refused for what it was given. */
  #measured<Size extends CallSize, T>(
    name: string,
    a: Float32Array,
    b: Float32Array,
    sizeOf: (a: Float32Array, b: Float32Array) => Size,
    work: (operations: ModuleOperations | undefined, size: Size) => T,
  ): T {
    const module: LoadedModule | undefined = this.#attachment.find();
    const { recorder } = this.#attachment;
    const meter = recorder.meter(name);
    const start = meter.begin();
    let size: Size;
    let result: T;
    try {
      assertFloat32Array(name, 'a', a);
      assertFloat32Array(name, 'b', b);
      size = sizeOf(a, b);
      result = module === undefined ? work(undefined, size) : this.#attachment.run(module, work, size);
    } catch (error) {
      this.#attachment.fail(meter, start, error);
      throw error;
    }
    const end = meter.end(start, size.elements);
    if (recorder.profiling !== false) this.#counts.keep(recorder, size, end - start, module);
    return result;
  }
}

function sumSize(a: Float32Array, b: Float32Array): CallSize {
  assertSameLength('simdVectorAdd', a, b);
  return { operation: addition, elements: a.length, work: a.length, touched: 3 * a.length };
}

function dotSize(a: Float32Array, b: Float32Array): CallSize {
  assertSameLength('simdDotProduct', a, b);
  return { operation: dotProduct, elements: a.length, work: a.length, touched: 2 * a.length };
}

function productSize(
  name: string,
  a: Float32Array,
  b: Float32Array,
  rows: number,
  cols: number,
  inner: number | undefined,
): CallSize & MatrixShape {
  const { m, n, k } = matrixShape(name, a.length, b.length, rows, cols, inner);
  return {
    operation: matrixProduct,
    elements: a.length,
    work: m * n * k,
    touched: m * k + k * n + m * n,
    m,
    n,
    k,
  };
}

export default SIMDAccelerationLayer;

/** A layer that gets its module from a manager. */
export const createManagedSimdLayer: Managed = (options, attachment) => managedLayer(options, attachment);
