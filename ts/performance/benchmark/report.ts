/**
 * What a benchmark run reports: plain JSON, every number measured in that run.
 */
import type { HostAbortSignal } from '../../core/host-types.js';
import type { BenchmarkOperation } from './operations.js';

/** A build of the kernels, or `javascript`: a plain loop in the host's own JavaScript. */
export type BenchmarkContender = BenchmarkBuild | 'javascript';

/** `relaxed` fuses multiplications and additions: in engines that have them, and not the bits of the others. */
export type BenchmarkBuild = 'simd' | 'scalar' | 'js' | 'relaxed';

/** The machine and engine as far as the engine tells; a field that it does not tell is left out. */
export interface BenchmarkEnvironment {
  readonly runtime: string;
  readonly engine?: string;
  readonly platform?: string;
  readonly architecture?: string;
  readonly userAgent?: string;
  /** The processor's model, on Linux with its family and number: virtual machines have one name for several. */
  readonly cpu?: string;
  readonly logicalCores?: number;
  /** What the caller named it. */
  readonly machine?: string;
  readonly features: {
    readonly wasm: boolean;
    readonly simd: boolean;
    readonly relaxedSimd: boolean;
    readonly threads: boolean;
    readonly crossOriginIsolated: boolean;
  };
}

/** One operation at one size by one contender. Times in milliseconds per call. */
export interface BenchmarkCell {
  readonly operation: BenchmarkOperation;
  /** Elements of the first operand. */
  readonly size: number;
  readonly build: BenchmarkContender;
  /** Whether the result is within the numerics contract; when it is not, or the clock cannot tell, nothing was timed. */
  readonly correct: boolean;
  /** The largest absolute error against float64; null when a result was NaN. */
  readonly maxError: number | null;
  /** The largest error as a share of what the contract allows at that element; null when a result was NaN. */
  readonly shareOfAllowedError: number | null;
  /** One for each round, in order: the contenders of a size were timed in turns. */
  readonly samples: readonly number[];
  /** Null when nothing was timed. */
  readonly median: number | null;
  readonly p5: number | null;
  readonly p95: number | null;
  readonly elementsPerSecond: number | null;
  /** Additions and multiplications per second; null also where the operation is more than those. */
  readonly flopsPerSecond: number | null;
}

/** How many times faster `build` is than `against`, with its 95 % bootstrap interval; none below 7 samples. */
export interface BenchmarkRatio {
  readonly operation: BenchmarkOperation;
  readonly size: number;
  readonly build: 'simd';
  readonly against: 'scalar' | 'javascript';
  readonly ratio: number;
  /** Null with fewer than 7 samples: no interval of so few could be trusted. */
  readonly low: number | null;
  readonly high: number | null;
}

/** What SASI's limits are about. */
export type TargetName =
  | 'load a runtime'
  | 'memory'
  | 'neural activation of 1000 floats, p50'
  | 'neural activation of 1000 floats, p99'
  | 'neural activations per second'
  | 'SIMD over scalar, neural activation'
  | 'SIMD over JavaScript, neural activation'
  | 'spawn an agent 1024-512-256-128'
  | 'inference of an agent 1024-512-256-128';

/** One of the limits that SASI sets itself, and what was measured. */
export interface BenchmarkTarget {
  readonly name: TargetName;
  readonly unit: 'ms' | 'bytes' | 'calls per second' | 'times';
  /** Of the memory: as the target's module was configured, 50 MiB unless it says otherwise. */
  readonly limit: number;
  /**
   * Of the calls per second: in the slowest of `seconds`. Of a speed-up: at the worst of `sizes`. Of the memory: the
   * whole linear memory of the module in use, without one what its configuration would get.
   * Null: not measured yet, or not here, or shorter than this clock can tell.
   */
  readonly measured: number | null;
  /**
   * Whether the limit is met; where there is an interval, by its worse end. Null without a measurement, and where what
   * was measured may miss the limit but cannot show that it is met: fewer than 10 `seconds`, `sizes` without 1000 or
   * without 1000000 elements, too few samples for an interval; or where the clock's step is longer than the limit.
   */
  readonly met: boolean | null;
  /** What this package wants to reach itself, where that is more than SASI asks. */
  readonly ours?: number;
  readonly metOurs?: boolean | null;
  /** The 95 % interval of a ratio; null with fewer than 7 samples. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** True: it took no longer than that; the engine's clock is too coarse to tell how long. */
  readonly upperBound?: boolean;
  /** The build that it was measured on, where it is about one. */
  readonly build?: BenchmarkBuild;
  /** Of the calls per second: how many seconds in a row were measured. */
  readonly seconds?: number;
  /** Of a speed-up: the sizes from 1000 to 1000000 elements that were measured, and the worst of them. */
  readonly sizes?: readonly number[];
  readonly size?: number;
}

/** Everything that one benchmark measured: plain JSON. */
export interface WasmBenchmarkReport {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly version: string;
  readonly environment: BenchmarkEnvironment;
  readonly options: {
    readonly ops: readonly BenchmarkOperation[];
    readonly samples: number;
    readonly minSampleMs: number;
    readonly sustainedSeconds: number;
    readonly seed: number;
    /** Bytes, of each of the benchmark's own runtimes: enough for its largest operands. */
    readonly memoryLimit: number;
  };
  readonly builds: readonly {
    readonly build: BenchmarkBuild;
    readonly loaded: boolean;
    /** Milliseconds until it was usable; null when it could not be loaded. */
    readonly loadTime: number | null;
    /** Why it could not be loaded. */
    readonly code?: string;
    readonly reason?: string;
  }[];
  readonly cells: readonly BenchmarkCell[];
  readonly ratios: readonly BenchmarkRatio[];
  readonly targets: readonly BenchmarkTarget[];
}

/** Where a benchmark stands. */
export interface BenchmarkProgress {
  /** Cases (an operation at a size) that are finished, and how many there are. */
  readonly completed: number;
  readonly total: number;
  /** The case that begins now; undefined at the end. */
  readonly operation?: BenchmarkOperation;
  readonly size?: number;
}

/** What is measured, and how long. An unknown option is `INVALID_ARGUMENT`. */
export interface WasmBenchmarkOptions {
  /** Default: all. */
  readonly ops?: readonly BenchmarkOperation[];
  /** Elements of the first operand, for every operation or for each; matrices take the largest square in it. */
  readonly sizes?: readonly number[] | Partial<Readonly<Record<BenchmarkOperation, readonly number[]>>>;
  /** Samples of each cell, at least 1; fewer than 7 give no interval of a ratio. Default 9. */
  readonly samples?: number;
  /** Shortest duration of a sample in milliseconds. Default 4. */
  readonly minSampleMs?: number;
  /**
   * Seconds for which the calls per second are counted, a whole number from 1 to 3600; the slowest is told. Default 1:
   * that SASI's limit is met in every second takes 10.
   */
  readonly sustainedSeconds?: number;
  /** A name of this machine for `baselineKey`, where the engine tells too little of it: browsers, virtual machines. */
  readonly machine?: string;
  /** Seed of the data and of the bootstrap. Default 1. */
  readonly seed?: number;
  readonly signal?: HostAbortSignal;
  readonly onProgress?: (progress: BenchmarkProgress) => void;
}
