/** What is wrong with a module in use: of a manager, a layer or a bridge. */
import { type HealthIssue, type HealthThresholds, healthReport } from '../metrics/health.js';
import type { OperationRecorder } from '../metrics/operation-recorder.js';
import { type MemoryStats, runtimeMetrics } from '../metrics/runtime-metrics.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { TrapRecord } from '../modules/trap-record.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

export interface HealthContext {
  readonly thresholds: HealthThresholds | undefined;
  readonly traps: TrapRecord;
  /** Why there is no module. */
  readonly missing?: string | undefined;
}

/** The issues of all recorders together, each kind once: the worst value of it. */
export function moduleIssues(
  module: LoadedModule | undefined,
  recorders: readonly OperationRecorder[],
  { thresholds, traps, missing = 'no module is loaded: call initialize()' }: HealthContext,
): readonly HealthIssue[] {
  const trapped: HealthIssue[] =
    traps.summary === undefined ? [] : [{ code: 'TRAPPED', severity: 'warning', message: traps.summary }];
  if (module === undefined) {
    return [{ code: 'NOT_INITIALIZED', severity: 'error', message: missing }, ...trapped];
  }
  const { runtime } = module;
  const memory = statsOf(runtime);
  if (memory === undefined) {
    const message = 'the runtime was disposed of elsewhere: call cleanup() and initialize()';
    return [{ code: 'DISPOSED', severity: 'error', message }];
  }
  const found = new Map<string, HealthIssue>();
  for (const recorder of recorders) {
    const { issues } = healthReport(runtimeMetrics(recorder, memory, runtime.loadTime), thresholds);
    for (const issue of issues) {
      const known = found.get(issue.code);
      if (known === undefined || (known.value ?? 0) < (issue.value ?? 0)) found.set(issue.code, issue);
    }
  }
  return [...found.values(), ...trapped];
}

/** Undefined when the runtime was disposed of by someone else who shares it. */
export function statsOf(runtime: NeuralRuntime): MemoryStats | undefined {
  try {
    return runtime.memory.stats();
  } catch {
    return undefined;
  }
}
