/** The package's own benchmark, off the page's thread. */
import {
  type BenchmarkOperation,
  type BenchmarkProgress,
  runWasmBenchmarks,
  type WasmBenchmarkReport,
} from '@sasi/wasm-performance';
import type { Emit } from '../link/protocol.js';

export interface BenchmarkEvents {
  progress: BenchmarkProgress;
}

export interface BenchmarkChoice {
  readonly ops: readonly BenchmarkOperation[];
  readonly samples: number;
  readonly minSampleMs: number;
}

export function benchmarkService(emit: Emit) {
  let controller = new AbortController();
  return {
    /** Rejects with `ABORTED` soon after `cancel`. */
    run(choice: BenchmarkChoice): Promise<WasmBenchmarkReport> {
      controller = new AbortController();
      return runWasmBenchmarks(undefined, {
        ...choice,
        signal: controller.signal,
        onProgress: (progress) => emit('progress', progress),
      });
    },
    cancel(): void {
      controller.abort();
    },
  };
}
