/**
 * Turns metrics into a verdict: what is out of its limit, by how much, and how bad that is.
 */
import type { OperationMetrics, RuntimeMetrics } from './runtime-metrics.js';

/** The worst severity of the issues, or `healthy`. */
export type HealthStatus = 'healthy' | 'warning' | 'error';

/** Stable names of what can be wrong. Later versions may add to them. */
export type HealthIssueCode =
  | 'LOAD_TIME'
  | 'AVERAGE_LATENCY'
  | 'MEMORY'
  | 'ERROR_RATE'
  | 'NOT_INITIALIZED'
  | 'DISPOSED'
  | 'TRAPPED'
  | (string & {});

/** One thing that is out of its limit. */
export interface HealthIssue {
  readonly code: HealthIssueCode;
  readonly severity: 'warning' | 'error';
  /** A sentence that names the value and the limit. */
  readonly message: string;
  readonly value?: number;
  readonly limit?: number;
}

/** A verdict: plain JSON. */
export interface HealthReport {
  /** The worst severity of the issues; `healthy` without any. */
  readonly status: HealthStatus;
  readonly issues: readonly HealthIssue[];
}

/** An issue is raised when a value is above its threshold, not at it. */
export interface HealthThresholds {
  /** Milliseconds from the start of the load until the runtime was usable. Default 100. */
  readonly loadTime?: number;
  /** Milliseconds per call, the mean over all operations. Default 5. */
  readonly averageLatency?: number;
  /** Bytes that the module and live blocks take. Default: the limit of the pool. */
  readonly memory?: number;
  /** Failed calls as a share of all calls, 0..1. Default 0.1. */
  readonly errorRate?: number;
}

export const defaultHealthThresholds = { loadTime: 100, averageLatency: 5, errorRate: 0.1 } as const;

/** What a verdict is on. */
export interface JudgedMetrics extends Pick<RuntimeMetrics, 'loadTime' | 'memory'> {
  readonly total: Pick<OperationMetrics, 'calls' | 'errors' | 'busyTime'>;
}

/**
 * Compares `metrics` with `thresholds`. Slow is a warning; memory and failing calls are errors. Latency and
 * errors are judged only where calls were counted: not with profiling off.
 */
export function healthReport(metrics: JudgedMetrics, thresholds: HealthThresholds = {}): HealthReport {
  const limits = { memory: metrics.memory.limit, ...defaultHealthThresholds, ...thresholds };
  const { calls, errors, busyTime } = metrics.total;
  const loadTime = metrics.loadTime.total;
  const memory = metrics.memory.reserved + metrics.memory.used;
  const averageLatency = busyTime / (calls || 1);
  const errorRate = errors / (calls || 1);
  const issues: HealthIssue[] = [];
  const check = (
    code: HealthIssueCode,
    severity: HealthIssue['severity'],
    value: number,
    limit: number,
    message: string,
  ): void => {
    if (value > limit) issues.push({ code, severity, message, value, limit });
  };
  check(
    'LOAD_TIME',
    'warning',
    loadTime,
    limits.loadTime,
    `loading took ${text(loadTime)} ms, more than ${text(limits.loadTime)} ms`,
  );
  check(
    'AVERAGE_LATENCY',
    'warning',
    averageLatency,
    limits.averageLatency,
    `a call takes ${text(averageLatency)} ms on average, more than ${text(limits.averageLatency)} ms`,
  );
  check('MEMORY', 'error', memory, limits.memory, `${memory} bytes are in use, more than ${limits.memory}`);
  check(
    'ERROR_RATE',
    'error',
    errorRate,
    limits.errorRate,
    `${errors} of ${calls} calls failed (${text(errorRate * 100)} %), more than ${text(limits.errorRate * 100)} %`,
  );
  return reportOf(issues);
}

/** A report of `issues`, with the status that the worst of them gives. */
export function reportOf(issues: readonly HealthIssue[]): HealthReport {
  const isError = issues.some(({ severity }) => severity === 'error');
  const status = isError ? 'error' : issues.length > 0 ? 'warning' : 'healthy';
  return { status, issues };
}

/** As it stands in a message. */
function text(value: number): number {
  return Number(value.toPrecision(3));
}
