/** The fallback chain: the preferred module, then the ones after it, until one loads; or the fastest of all. */
import { fastestModule } from './fastest-module.js';
import { knownModules, moduleByName } from './known-modules.js';
import { loadChain, type Selection, type SelectionOptions } from './load-chain.js';
import type { ModuleProvider } from './module-definition.js';

/** Loads the first module of the chain that can be loaded. Rejects only for an unknown `preferredModule`. */
export async function selectModule(options: SelectionOptions): Promise<Selection> {
  const preferred = moduleByName(options.preferredModule);
  if (preferred === undefined) return fastestModule(options);
  return loadChain(chainFrom(preferred, options.enableAutoFallback), options);
}

function chainFrom(preferred: ModuleProvider, autoFallback: boolean): ModuleProvider[] {
  const later = knownModules().filter(
    (module) => module !== preferred && module.loadPriority >= preferred.loadPriority,
  );
  return [preferred, ...later.filter((module) => autoFallback || module.name !== 'fallback')];
}
