/**
 * The benchmarks of the two layers: one build against plain JavaScript, on a runtime of its own.
 */
import type { HostAbortSignal } from '../../core/host-types.js';
import type { VariantName } from '../../core/variants.js';
import { type FileOptions, fileOptions } from '../../modules/file-options.js';
import { loadRuntime, type NeuralRuntime } from '../../runtime/runtime.js';
import { isVectorBuild } from '../build-contents.js';
import {
  type BenchmarkCase,
  type BenchmarkOperation,
  benchmarkOperations,
  checkAgainst,
  copyBytes,
  copyContender,
  vectorSizes,
} from './operations.js';
import { type SamplingOptions, sampleInterleaved } from './sampler.js';
import { geometricMean, median, medianOrZero, seededRandom } from './statistics.js';

/** One size of the activation. Times in milliseconds per call. */
export interface WasmBenchmarkResult {
  readonly testName: string;
  readonly wasmTime: number;
  readonly jsTime: number;
  /** jsTime / wasmTime. */
  readonly speedup: number;
  /** Bytes of the benchmark's own runtime in use: the module and the operands. */
  readonly memoryUsage: number;
  /**
   * Whether the result was within the numerics contract and could be timed; else times are 0. With a clock that stands
   * still, or moves in steps of more than 40 ms, nothing can.
   */
  readonly success: boolean;
  readonly details: {
    readonly size: number;
    readonly wasmMode: VariantName;
    readonly simdEnabled: boolean;
    /** Share of the pool's free memory that is in one piece, 0..1. */
    readonly memoryEfficiency: number;
  };
}

/** One operation at one size. Times in milliseconds per call. */
export interface SimdBenchmarkResult {
  readonly name: string;
  /** Elements of the first operand. */
  readonly dataSize: number;
  readonly vectorized: boolean;
  readonly executionTime: number;
  readonly javascriptTime: number;
  readonly speedup: number;
  readonly elementsPerSecond: number;
  /** Bytes per call: each operand once. */
  readonly memoryAccess: number;
  /** As in WasmBenchmarkResult. */
  readonly success: boolean;
}

/** The SIMD layer's benchmark. */
export interface ComprehensiveBenchmark {
  readonly results: SimdBenchmarkResult[];
  readonly summary: {
    /** Geometric mean of the speedups over plain JavaScript. */
    readonly averageSpeedup: number;
    /** Share of the results that ran on vector instructions, 0..1. */
    readonly vectorizationRate: number;
    /** Share of the pool's free memory that is in one piece, 0..1. */
    readonly memoryEfficiency: number;
    /** Geometric mean of the elements per second. */
    readonly overallPerformance: number;
  };
  /** Bytes per second, read and written, of a copy inside linear memory by the build itself; 0: not measured. */
  readonly copyBandwidth: number;
}

/** Enough for the largest operands here, three of 50 000 elements, with the module. */
const memoryLimit = 8 * 1024 * 1024;
const samplesEach = { samples: 9, minSampleMs: 4 } as const;
const seed = 1;

/** The build that is measured. */
export interface MeasuredBuild {
  readonly variant: VariantName;
  readonly files: FileOptions;
  /** Ends the benchmark: `ABORTED`. */
  readonly signal: HostAbortSignal;
}

export async function benchmarkActivation(build: MeasuredBuild): Promise<WasmBenchmarkResult[]> {
  const { variant } = build;
  return withRuntime(build, async (runtime, sampling) => {
    const results: WasmBenchmarkResult[] = [];
    for (const size of vectorSizes) {
      const { usage, efficiency, wasmTime, jsTime } = await timeCase(runtime, 'activation', size, sampling);
      results.push({
        testName: `neural activation, ${size} elements`,
        wasmTime,
        jsTime,
        speedup: wasmTime > 0 ? jsTime / wasmTime : 0,
        memoryUsage: usage,
        success: wasmTime > 0,
        details: {
          size,
          wasmMode: variant,
          simdEnabled: isVectorBuild(variant),
          memoryEfficiency: efficiency,
        },
      });
    }
    return results;
  });
}

/** The three operations of the SIMD layer, and the copy that their bandwidth is compared with. */
const simdCases: readonly (readonly [
  name: string,
  operation: BenchmarkOperation,
  sizes: readonly number[],
])[] = [
  ['simdVectorAdd', 'add', [1000, 10_000, 50_000]],
  ['simdDotProduct', 'dot', [1000, 10_000, 50_000]],
  ['simdMatrixMultiply', 'matmul', [16 * 16, 64 * 64, 128 * 128]],
];

export async function benchmarkSimdOperations(build: MeasuredBuild): Promise<ComprehensiveBenchmark> {
  const { variant } = build;
  return withRuntime(build, async (runtime, sampling) => {
    const results: SimdBenchmarkResult[] = [];
    let memoryEfficiency = 1;
    for (const [name, operation, sizes] of simdCases) {
      for (const size of sizes) {
        const { benchmark, efficiency, wasmTime, jsTime } = await timeCase(
          runtime,
          operation,
          size,
          sampling,
        );
        memoryEfficiency = Math.min(memoryEfficiency, efficiency);
        const success = wasmTime > 0;
        results.push({
          name,
          dataSize: size,
          vectorized: isVectorBuild(variant),
          executionTime: wasmTime,
          javascriptTime: jsTime,
          speedup: success ? jsTime / wasmTime : 0,
          elementsPerSecond: success ? (benchmark.elements * 1000) / wasmTime : 0,
          memoryAccess: benchmark.bytes,
          success,
        });
      }
    }
    const good = results.filter((result) => result.success);
    return {
      results,
      summary: {
        averageSpeedup: good.length > 0 ? geometricMean(good.map((result) => result.speedup)) : 0,
        vectorizationRate: results.filter((result) => result.vectorized).length / results.length,
        memoryEfficiency,
        overallPerformance:
          good.length > 0 ? geometricMean(good.map((result) => result.elementsPerSecond)) : 0,
      },
      copyBandwidth: await measureCopy(runtime, sampling),
    };
  });
}

interface TimedCase {
  readonly benchmark: BenchmarkCase;
  readonly usage: number;
  readonly efficiency: number;
  /** 0 when the result was wrong, or nothing could be timed. */
  readonly wasmTime: number;
  readonly jsTime: number;
}

async function timeCase(
  runtime: NeuralRuntime,
  operation: BenchmarkOperation,
  size: number,
  sampling: SamplingOptions,
): Promise<TimedCase> {
  const benchmark = benchmarkOperations[operation].prepare(size, seededRandom(seed));
  runtime.memory.reset();
  const wasm = benchmark.runtime(runtime);
  const { reserved, used, fragmentation } = runtime.memory.stats();
  const place = { benchmark, usage: reserved + used, efficiency: 1 - fragmentation };
  wasm.run(1);
  if (checkAgainst(benchmark.reference(), wasm.result()).shareOfAllowed > 1) {
    return { ...place, wasmTime: 0, jsTime: 0 };
  }
  const [wasmSamples = [], jsSamples = []] = await sampleInterleaved(
    [wasm, benchmark.javascript()],
    sampling,
  );
  return { ...place, wasmTime: medianOrZero(wasmSamples), jsTime: medianOrZero(jsSamples) };
}

async function measureCopy(runtime: NeuralRuntime, sampling: SamplingOptions): Promise<number> {
  runtime.memory.reset();
  const [samples = []] = await sampleInterleaved([copyContender(runtime)], sampling);
  return samples.length > 0 ? (copyBytes * 1000) / median(samples) : 0;
}

async function withRuntime<T>(
  { variant, files, signal }: MeasuredBuild,
  work: (runtime: NeuralRuntime, sampling: SamplingOptions) => Promise<T>,
): Promise<T> {
  const runtime = await loadRuntime({
    variant,
    memoryLimit,
    profiling: false,
    signal,
    ...fileOptions(variant, files),
  });
  try {
    return await work(runtime, { ...samplesEach, signal });
  } finally {
    runtime.dispose();
  }
}
