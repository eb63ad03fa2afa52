/** What several layers have counted together. */
import type { OperationMetrics, OperationRecorder } from '../metrics/operation-recorder.js';

/** `busyTime` in milliseconds. */
export type CallTotals = Pick<OperationMetrics, 'calls' | 'elements' | 'errors' | 'busyTime'>;

export function callTotals(recorders: readonly OperationRecorder[]): CallTotals {
  const totals = recorders.map((recorder) => recorder.snapshot().total);
  const sum = (name: keyof CallTotals): number => totals.reduce((all, total) => all + total[name], 0);
  return { calls: sum('calls'), elements: sum('elements'), errors: sum('errors'), busyTime: sum('busyTime') };
}

/** A count per second of the time that the calls took; 0 before the first. */
export function perBusySecond(count: number, { busyTime }: CallTotals): number {
  return busyTime > 0 ? (count * 1000) / busyTime : 0;
}

/** Milliseconds of a call in the mean; 0 before the first. */
export function meanLatency({ calls, busyTime }: CallTotals): number {
  return calls > 0 ? busyTime / calls : 0;
}

/** Failed calls as a share of all, 0..1; 0 before the first. */
export function errorRate({ calls, errors }: CallTotals): number {
  return calls > 0 ? errors / calls : 0;
}
