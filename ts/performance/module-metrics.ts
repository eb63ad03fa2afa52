/**
 * Measurements of a module, from the counts of the layers that use it.
 */

import { defaultHealthThresholds } from '../metrics/health.js';
import type { OperationRecorder } from '../metrics/operation-recorder.js';
import type { LoadedModule } from '../modules/module-definition.js';

/** Measurements of the module in use, from the calls of both layers. */
export interface ModuleMetrics {
  /** Milliseconds. */
  readonly loadTime: number;
  /** Bytes of the memory limit that the module and live blocks take; for somebody else's module its own too. */
  readonly memoryUsage: number;
  /** Calls per second of busy time. */
  readonly operationsPerSecond: number;
  /** Failed calls as a share of all calls, 0..1. */
  readonly errorRate: number;
  /** Milliseconds since the module was put to use. */
  readonly uptime: number;
  /**
   * 0..100: 25 points each for load time, mean latency, memory and errors, falling evenly from full points at 0 to
   * none at the threshold of the health check (100 ms, 5 ms, the limit, 10 %).
   */
  readonly performanceScore: number;
}

export const noModuleMetrics: ModuleMetrics = {
  loadTime: 0,
  memoryUsage: 0,
  operationsPerSecond: 0,
  errorRate: 0,
  uptime: 0,
  performanceScore: 0,
};

export function moduleMetrics(
  { runtime, ownMemory }: LoadedModule,
  recorders: readonly OperationRecorder[],
  uptime: number,
): ModuleMetrics {
  const totals = recorders.map((recorder) => recorder.snapshot().total);
  const calls = totals.reduce((sum, total) => sum + total.calls, 0);
  const errors = totals.reduce((sum, total) => sum + total.errors, 0);
  const busyTime = totals.reduce((sum, total) => sum + total.busyTime, 0);
  const { limit, reserved, used } = runtime.memory.stats();
  const errorRate = calls > 0 ? errors / calls : 0;
  const loadTime = runtime.loadTime.total;
  const memoryUsage = reserved + used + (ownMemory?.() ?? 0);
  const performanceScore =
    points(loadTime, defaultHealthThresholds.loadTime) +
    points(calls > 0 ? busyTime / calls : 0, defaultHealthThresholds.averageLatency) +
    points(memoryUsage, limit) +
    points(errorRate, defaultHealthThresholds.errorRate);
  return {
    loadTime,
    memoryUsage,
    operationsPerSecond: busyTime > 0 ? (calls * 1000) / busyTime : 0,
    errorRate,
    uptime,
    performanceScore,
  };
}

function points(value: number, threshold: number): number {
  return 25 * Math.min(1, Math.max(0, 1 - value / threshold));
}
