/** What a manager knows of its module, in a few lines for people. */
import type { ManagerHealth, ManagerMetrics, ModuleStatus } from './manager-types.js';

/** `memoryLimit` in bytes. */
export function moduleReport(
  status: ModuleStatus,
  metrics: ManagerMetrics,
  health: ManagerHealth,
  memoryLimit: number,
): string {
  return [
    'WASM module manager',
    `  module: ${status.module} ${status.version}, build: ${status.tier ?? 'none'}`,
    ...status.selection.map(
      ({ candidate, tier, accepted, code, reason }) =>
        `  ${accepted ? 'chosen' : 'passed over'}: ${candidate}${tier ? ` (${tier})` : ''}: ` +
        `${code ? `${code}: ` : ''}${reason}`,
    ),
    ...(status.routing ?? []).map(
      ({ operation, servedBy, reason }) => `  ${operation}: ${servedBy} (${reason})`,
    ),
    `  memory: ${status.memoryUsage} of ${memoryLimit} bytes`,
    `  load: ${status.loadTime.toFixed(1)} ms, up for ${(metrics.uptime / 1000).toFixed(1)} s`,
    `  mean latency: ${metrics.averageLatency.toFixed(4)} ms, error rate: ${(metrics.errorRate * 100).toFixed(1)} %`,
    `  score: ${metrics.performanceScore.toFixed(0)} of 100, health: ${health.status}`,
    ...health.issues.map((issue) => `  issue: ${issue}`),
  ].join('\n');
}
