import { OperationRecorder } from '#ts/metrics/operation-recorder.js';
import type { LoadTime, MemoryStats, RuntimeMetrics } from '#ts/metrics/runtime-metrics.js';
import { runtimeMetrics } from '#ts/metrics/runtime-metrics.js';
import { ManualClock } from './manual-clock.js';

export const sampleMemory: MemoryStats = {
  limit: 1_000_000,
  reserved: 100_000,
  used: 50_000,
  peak: 60_000,
  available: 850_000,
  largestFree: 800_000,
  fragmentation: 0.0588,
  liveBlocks: 3,
  allocations: 10,
  frees: 7,
  failures: 1,
};

export const sampleLoadTime: LoadTime = { total: 10, fetch: 2, compile: 3, instantiate: 4, selfTest: 1 };

export interface SampleCalls {
  readonly calls?: number;
  readonly latency?: number;
  readonly failures?: number;
}

/** Metrics of a recorder that really counted: `calls` good calls and `failures` bad ones, of `latency` ms each. */
export function sampleMetrics(
  { calls = 0, latency = 1, failures = 0 }: SampleCalls,
  memory: Partial<MemoryStats> = {},
  loadTime: Partial<LoadTime> = {},
): RuntimeMetrics {
  const clock = new ManualClock();
  const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
  const meter = recorder.meter('add');
  for (let i = 0; i < calls + failures; i++) {
    const start = meter.begin();
    clock.advance(latency);
    if (i < calls) meter.end(start, 100);
    else meter.fail(start);
  }
  return runtimeMetrics(recorder, { ...sampleMemory, ...memory }, { ...sampleLoadTime, ...loadTime });
}
