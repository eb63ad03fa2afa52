/**
 * What a runtime tells about itself: counted operations, memory statistics and load time, as plain JSON.
 */
import type { OperationMetrics, OperationRecorder, Profiling } from './operation-recorder.js';

export type { OperationMetrics, Profiling, Rates } from './operation-recorder.js';

/** Statistics of a memory pool, in bytes and counts. */
export interface MemoryStats {
  /** The hard limit: size of the whole linear memory. */
  readonly limit: number;
  /** Taken by the module itself (code's data, stack, bookkeeping), never available to blocks. */
  readonly reserved: number;
  /** In live blocks. */
  readonly used: number;
  /** The most that was ever in live blocks. */
  readonly peak: number;
  readonly available: number;
  readonly largestFree: number;
  /** 0: all free memory is one piece; towards 1: many small ones. */
  readonly fragmentation: number;
  readonly liveBlocks: number;
  readonly allocations: number;
  readonly frees: number;
  /** Allocations refused for want of room. */
  readonly failures: number;
}

/** How long the load took and where, in milliseconds; a phase that was not needed is 0. */
export interface LoadTime {
  readonly total: number;
  readonly fetch: number;
  readonly compile: number;
  readonly instantiate: number;
  readonly selfTest: number;
}

/** Counted, never estimated. Self-tests and warm-up do not count. Times in milliseconds, rates per second. */
export interface RuntimeMetrics {
  /** With `false` no call was counted or timed: operations are empty and all counts are 0. */
  readonly profiling: Profiling;
  /** Milliseconds since the runtime was loaded or its metrics were reset; 0 when profiling is off. */
  readonly elapsed: number;
  /** The smallest step of the clock; a percentile that is not above it is an upper bound. Null: no clock was read. */
  readonly clockResolution: number | null;
  readonly loadTime: LoadTime;
  readonly memory: MemoryStats;
  /** By name, operations that were called at least once. */
  readonly operations: Readonly<Record<string, OperationMetrics>>;
  /** All operations together: its `calls` is the sum of theirs. */
  readonly total: OperationMetrics;
}

/** Joins what `recorder` counted with the statistics of the pool and the load time. */
export function runtimeMetrics(
  recorder: OperationRecorder,
  memory: MemoryStats,
  loadTime: LoadTime,
): RuntimeMetrics {
  return { ...recorder.snapshot(), loadTime: { ...loadTime }, memory: { ...memory } };
}
