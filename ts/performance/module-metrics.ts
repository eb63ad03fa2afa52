/**
 * Measurements of a module, from the counts of the layers that use it.
 */

import { defaultHealthThresholds } from '../metrics/health.js';
import type { LoadedModule } from '../modules/module-definition.js';
import { type CallTotals, errorRate, meanLatency, perBusySecond } from './call-totals.js';
import { memoryOf } from './module-memory.js';

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

/** `calls` are those of both layers. */
export function moduleMetrics(module: LoadedModule, calls: CallTotals, uptime: number): ModuleMetrics {
  const memory = memoryOf(module);
  const { total: loadTime } = module.runtime.loadTime;
  const used = memory.reserved + memory.used;
  const performanceScore =
    points(loadTime, defaultHealthThresholds.loadTime) +
    points(meanLatency(calls), defaultHealthThresholds.averageLatency) +
    points(used, memory.limit) +
    points(errorRate(calls), defaultHealthThresholds.errorRate);
  return {
    loadTime,
    memoryUsage: used,
    operationsPerSecond: perBusySecond(calls.calls, calls),
    errorRate: errorRate(calls),
    uptime,
    performanceScore,
  };
}

function points(value: number, threshold: number): number {
  return 25 * Math.min(1, Math.max(0, 1 - value / threshold));
}
