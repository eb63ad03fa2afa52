/** What a manager says of the module in use. */
import type { ChosenModule } from '../modules/load-chain.js';
import type { ModuleSelectionEntry } from '../modules/module-definition.js';
import { isVectorBuild } from './build-contents.js';
import type { ModuleStatus } from './manager-types.js';
import { memoryUsage } from './module-memory.js';

interface History {
  readonly selection: readonly ModuleSelectionEntry[];
  readonly errorCount: number;
  readonly lastError: string | undefined;
}

export function moduleStatus(
  chosen: ChosenModule | undefined,
  { selection, errorCount, lastError }: History,
): ModuleStatus {
  const { definition, loaded } = chosen ?? {};
  const { runtime, routing } = loaded ?? {};
  return {
    loaded: chosen !== undefined,
    module: definition?.name ?? 'none',
    version: definition?.version ?? 'none',
    capabilities: [...(definition?.capabilities ?? []), ...(isVectorBuild(runtime?.variant) ? ['simd'] : [])],
    memoryUsage: loaded === undefined ? 0 : memoryUsage(loaded),
    loadTime: runtime?.loadTime.total ?? 0,
    errorCount,
    ...(lastError === undefined ? {} : { lastError }),
    tier: runtime?.variant ?? null,
    selection: selection.map((entry) => ({ ...entry })),
    ...(routing === undefined ? {} : { routing: routing() }),
  };
}
