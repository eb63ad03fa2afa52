/** What is wrong with a module in use: of a manager, a layer or a bridge. */
import { type HealthIssue, type HealthThresholds, healthReport } from '../metrics/health.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { TrapRecord } from '../modules/trap-record.js';
import { callTotals } from './call-totals.js';
import { memoryOf } from './module-memory.js';
import type { RuntimeAttachment } from './runtime-attachment.js';

export interface HealthContext {
  readonly thresholds: HealthThresholds | undefined;
  readonly traps: TrapRecord;
  /** Why there is no module. */
  readonly missing?: string | undefined;
}

/**
 * The issues of all attachments together. A call that trapped is an issue of its own, and not again one that failed:
 * what came in the module's place answers as ever.
 */
export function moduleIssues(
  module: LoadedModule | undefined,
  attachments: readonly RuntimeAttachment[],
  { thresholds, traps, missing = 'no module is loaded: call initialize()' }: HealthContext,
): readonly HealthIssue[] {
  const trapped: HealthIssue[] =
    traps.summary === undefined ? [] : [{ code: 'TRAPPED', severity: 'warning', message: traps.summary }];
  if (module === undefined) {
    return [{ code: 'NOT_INITIALIZED', severity: 'error', message: missing }, ...trapped];
  }
  const total = callTotals(attachments.map(({ recorder }) => recorder));
  const errors = attachments.reduce((sum, { trappedCalls }) => sum - trappedCalls, total.errors);
  const metrics = {
    memory: memoryOf(module),
    loadTime: module.runtime.loadTime,
    total: { ...total, errors: Math.max(0, errors) },
  };
  return [...healthReport(metrics, thresholds).issues, ...trapped];
}
