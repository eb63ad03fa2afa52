/** The fallback chain: the preferred module, then the ones after it, until one loads; or the fastest of all. */
import { fastestModule } from './fastest-module.js';
import { knownModules, moduleByName } from './known-modules.js';
import { loadChain, type Selection, type SelectionOptions } from './load-chain.js';
import type { ModuleProvider } from './module-definition.js';

/** Loads the first module of the chain that can be loaded. Rejects only for an unknown `preferredModule`. */
export async function selectModule(options: SelectionOptions): Promise<Selection> {
  const preferred = moduleByName(options.preferredModule);
  if (preferred === undefined) return fastestModule(options);
  return selectFrom(preferred, options);
}

/** Loads `first` or the next in the chain after it, whichever can be loaded. */
export function selectFrom(first: ModuleProvider, options: SelectionOptions): Promise<Selection> {
  const later = knownModules().filter(
    (module) =>
      module !== first &&
      module.loadPriority >= first.loadPriority &&
      (module.name !== 'fallback' || options.enableAutoFallback),
  );
  return loadChain([first, ...later], options);
}
