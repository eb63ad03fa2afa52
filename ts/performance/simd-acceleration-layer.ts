/**
 * The SIMD layer: synchronous matrix and vector operations that run on the fastest build that is loaded, and in
 * plain JavaScript while none is.
 */
import type { VariantName } from '../core/variants.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { ModuleOperations } from '../modules/module-operations.js';
import { benchmarkSimdOperations, type ComprehensiveBenchmark } from './benchmark/layer-benchmarks.js';
import { BoundedHistory } from './bounded-history.js';
import { contentsOf, isVectorBuild } from './build-contents.js';
import { addJs, dotJs, matmulJs } from './javascript-baselines.js';
import { JavascriptRates } from './javascript-rates.js';
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
   * simdDotProduct in elements per second at 10 000 elements: in plain JavaScript, in the build, and the ratio, as
   * runComprehensiveBenchmark measured it; 0 before.
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
   * memoryThroughput over the bytes per second of a copy by the build itself, as runComprehensiveBenchmark measured
   * it, 0..1; 0 before.
   */
  readonly cacheEfficiency: number;
  /** Share of all calls that ran on vector instructions, 0..1. */
  readonly simdUtilization: number;
  /** Milliseconds. */
  readonly averageLatency: number;
  readonly parallelizationFactor: number;
}

/** One call in the history. */
export interface SIMDOperation {
  readonly name: string;
  readonly vectorized: boolean;
  /** Elements of the first operand. */
  readonly dataSize: number;
  /** Milliseconds, with the copies in and out. */
  readonly executionTime: number;
  /** Against plain JavaScript at the rate that was measured once here; 1 for a call that was plain JavaScript. */
  readonly speedup: number;
  /** Bytes of operands and result. */
  readonly memoryAccess: number;
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

const rateNames = ['add', 'dot', 'matmul'] as const;

type RateName = (typeof rateNames)[number];

/** What one call is about, for the counts. */
interface CallSize {
  readonly rate: RateName;
  readonly elements: number;
  /** Elements, or multiply-adds of a product. */
  readonly work: number;
  /** Elements of operands and result together. */
  readonly touched: number;
}

const historyLength = 1000;

/** Who did the work of a call. */
const plainJavaScript = 0;
const scalarModule = 1;
const vectorModule = 2;

type Managed = (options: CurrentOptions, attachment: RuntimeAttachment) => SIMDAccelerationLayer;

let managedLayer: Managed;

/** Synchronous matrix and vector operations on the fastest build that is loaded; plain JavaScript while none is. */
export class SIMDAccelerationLayer {
  #attachment: RuntimeAttachment;
  #options: CurrentOptions;
  readonly #javascript = new JavascriptRates();
  /** Of each call: which operation, who did it, elements, work, milliseconds it took, bytes. */
  readonly #history = new BoundedHistory(historyLength, 6);
  #sums = { vectorCalls: 0, vectorElements: 0, bytes: 0 };
  #benchmark: ComprehensiveBenchmark | undefined;

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
    const build = this.#attachment.find()?.runtime.variant;
    const { features, instructions } = contentsOf(build);
    const vectorWidth = isVectorBuild(build) ? 4 : 1;
    const dot = this.#benchmark?.results.find((r) => r.name === 'simdDotProduct' && r.dataSize === 10_000);
    return {
      supported: vectorWidth > 1,
      features: [...features],
      vectorWidth,
      instructions: [...instructions],
      parallelizationFactor: vectorWidth,
      performance: {
        baseline: dot?.success ? (dot.dataSize * 1000) / dot.javascriptTime : 0,
        simdAccelerated: dot?.elementsPerSecond ?? 0,
        speedup: dot?.speedup ?? 0,
      },
    };
  }

  getPerformanceMetrics(): SIMDPerformanceMetrics {
    const { calls, elements, busyTime } = this.#attachment.recorder.snapshot().total;
    const seconds = busyTime / 1000;
    const memoryThroughput = seconds > 0 ? this.#sums.bytes / seconds : 0;
    const copy = this.#benchmark?.copyBandwidth ?? 0;
    return {
      operationsPerSecond: seconds > 0 ? calls / seconds : 0,
      vectorizationEfficiency: elements > 0 ? this.#sums.vectorElements / elements : 0,
      memoryThroughput,
      cacheEfficiency: copy > 0 ? Math.min(1, memoryThroughput / copy) : 0,
      simdUtilization: calls > 0 ? this.#sums.vectorCalls / calls : 0,
      averageLatency: calls > 0 ? busyTime / calls : 0,
      parallelizationFactor: this.getSIMDCapabilities().parallelizationFactor,
    };
  }

  /** The last thousand calls, oldest first; none with profiling off. */
  getOperationHistory(): SIMDOperation[] {
    return this.#history.toArray().map(([operation, doneBy, dataSize, work, executionTime, memoryAccess]) => {
      const rate = rateNames[operation!]!;
      return {
        name: operationOf[rate].layer,
        vectorized: doneBy === vectorModule,
        dataSize: dataSize!,
        executionTime: executionTime!,
        speedup: doneBy === plainJavaScript ? 1 : speedupOf(work!, executionTime!, this.#javascript[rate]),
        memoryAccess: memoryAccess!,
      };
    });
  }

  /**
   * The three operations at three sizes each against plain JavaScript, in interleaved rounds on a runtime of their
   * own. Takes about a second. Loads a runtime if there is none; rejects with `NOT_INITIALIZED` when that fails.
   */
  async runComprehensiveBenchmark(): Promise<Pick<ComprehensiveBenchmark, 'results' | 'summary'>> {
    await this.#attachment.demand();
    // A module that was only come across gives way to the one that this layer would load.
    const { runtime } = await this.#attachment.initialize();
    const { variant } = runtime;
    const benchmark = await benchmarkSimdOperations(variant, filesOf(this.#options()));
    this.#benchmark = benchmark;
    return { results: benchmark.results, summary: benchmark.summary };
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
        ? '  against plain JavaScript: not measured, run runComprehensiveBenchmark()'
        : `  against plain JavaScript: ${speedup.toFixed(2)} times (dot product of 10 000 elements)`,
    ].join('\n');
  }

  /** Whether the build in use has vector instructions. */
  isSIMDSupported(): boolean {
    return this.getSIMDCapabilities().supported;
  }

  /** Whether a build does the work. One that a manager has loaded is attached to, as by an operation. */
  isInitialized(): boolean {
    return this.#attachment.find() !== undefined;
  }

  /** Forgets counts, history and benchmark of this layer; the runtime stays. */
  reset(): void {
    this.#attachment.recorder.reset();
    this.#history.clear();
    this.#sums = { vectorCalls: 0, vectorElements: 0, bytes: 0 };
    this.#benchmark = undefined;
  }

  /** Gives the runtime back; operations are plain JavaScript until the next initialize(). Can be called again. */
  cleanup(): void {
    this.#attachment.detach();
    this.reset();
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
      meter.fail(start);
      throw error;
    }
    const end = meter.end(start, size.elements);
    if (recorder.profiling !== false) this.#keep(size, end - start, module);
    return result;
  }

  #keep(size: CallSize, executionTime: number, module: LoadedModule | undefined): void {
    const { rate, elements } = size;
    const memoryAccess = 4 * size.touched;
    const vectorized =
      isVectorBuild(module?.runtime.variant) && module?.runsOnBuild?.(operationOf[rate].module) !== false;
    this.#sums.bytes += memoryAccess;
    if (vectorized) {
      this.#sums.vectorCalls++;
      this.#sums.vectorElements += elements;
    }
    const at = this.#history.add();
    const { numbers } = this.#history;
    numbers[at] = rateNames.indexOf(rate);
    numbers[at + 1] = vectorized ? vectorModule : module === undefined ? plainJavaScript : scalarModule;
    numbers[at + 2] = elements;
    numbers[at + 3] = size.work;
    numbers[at + 4] = executionTime;
    numbers[at + 5] = memoryAccess;
  }
}

function sumSize(a: Float32Array, b: Float32Array): CallSize {
  assertSameLength('simdVectorAdd', a, b);
  return { rate: 'add', elements: a.length, work: a.length, touched: 3 * a.length };
}

function dotSize(a: Float32Array, b: Float32Array): CallSize {
  assertSameLength('simdDotProduct', a, b);
  return { rate: 'dot', elements: a.length, work: a.length, touched: 2 * a.length };
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
  return { rate: 'matmul', elements: a.length, work: m * n * k, touched: m * k + k * n + m * n, m, n, k };
}

/** Each operation under its names. */
const operationOf = {
  add: { layer: 'simdVectorAdd', module: 'vectorAdd' },
  dot: { layer: 'simdDotProduct', module: 'dotProduct' },
  matmul: { layer: 'simdMatrixMultiply', module: 'matrixMultiply' },
} as const;

export default SIMDAccelerationLayer;

/** A layer that gets its module from a manager. */
export const createManagedSimdLayer: Managed = (options, attachment) => managedLayer(options, attachment);

/** The time that plain JavaScript takes for `work` at `rate`, over the time it took. */
function speedupOf(work: number, executionTime: number, rate: number): number {
  return executionTime > 0 ? work / rate / executionTime : 0;
}
