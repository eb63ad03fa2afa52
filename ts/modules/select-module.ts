/**
 * The fallback chain: the preferred module, then the ones after it, until one loads. Every candidate is recorded
 * with what became of it, so that the status can say what runs and why.
 */
import { InvalidArgumentError, WasmPerformanceError } from '../core/errors.js';
import { builtInModules } from './built-in-modules.js';
import { failureOf } from './failure.js';
import type {
  LoadedModule,
  ModuleDefinition,
  ModuleLoadOptions,
  ModuleSelectionEntry,
} from './module-definition.js';

export interface SelectionOptions extends ModuleLoadOptions {
  readonly preferredModule: string;
  /** Whether the `fallback` module may stand in when it is not the preferred one. */
  readonly enableAutoFallback: boolean;
}

/** Exactly one of `chosen` and `error` is there. */
export interface Selection {
  readonly entries: readonly ModuleSelectionEntry[];
  readonly chosen?: { readonly definition: ModuleDefinition; readonly loaded: LoadedModule };
  /** Why the last candidate could not be used. */
  readonly error?: unknown;
}

/** The modules that exist, by ascending `loadPriority`. */
export function knownModules(): readonly ModuleDefinition[] {
  return [...builtInModules].sort((a, b) => a.loadPriority - b.loadPriority);
}

/** The module of that name. Throws `INVALID_ARGUMENT`, naming those that exist. */
export function moduleByName(name: string): ModuleDefinition {
  const modules = knownModules();
  const found = modules.find((module) => module.name === name);
  if (found !== undefined) return found;
  const names = modules.map((module) => `'${module.name}'`).join(', ');
  throw new InvalidArgumentError(`preferredModule: there is no module '${name}'; use one of ${names}`);
}

/** Loads the first module of the chain that can be loaded. Rejects only for an unknown `preferredModule`. */
export async function selectModule(options: SelectionOptions): Promise<Selection> {
  return loadChain(chainFrom(moduleByName(options.preferredModule), options.enableAutoFallback), options);
}

/** Loads the modules' first that can be loaded; `Selection.error` when none can. */
export async function loadChain(
  chain: readonly ModuleDefinition[],
  options: ModuleLoadOptions,
): Promise<Selection> {
  const entries: ModuleSelectionEntry[] = [];
  let error: unknown;
  for (const definition of chain) {
    const candidate = definition.name;
    const before = entries.length;
    try {
      if (options.memoryLimit < definition.memoryRequirement) throw limitTooSmall(definition, options);
      const loaded = await definition.load(options, (entry) => entries.push(entry));
      if (!entries.slice(before).some((entry) => entry.accepted)) {
        entries.push({ candidate, accepted: true, reason: 'loaded' });
      }
      return { entries, chosen: { definition, loaded } };
    } catch (cause) {
      error = cause;
      const { message, ...code } = failureOf(cause);
      if (entries.length === before) {
        entries.push({ candidate, accepted: false, ...code, reason: message });
      }
      if (code.code === 'ABORTED') break;
    }
  }
  return { entries, error };
}

function chainFrom(preferred: ModuleDefinition, autoFallback: boolean): ModuleDefinition[] {
  const later = knownModules().filter((module) => module.loadPriority > preferred.loadPriority);
  return [preferred, ...later.filter((module) => autoFallback || module.name !== 'fallback')];
}

function limitTooSmall(definition: ModuleDefinition, options: ModuleLoadOptions): WasmPerformanceError {
  return new WasmPerformanceError(
    'MEMORY_LIMIT',
    `module '${definition.name}' needs a memoryLimit of at least ${definition.memoryRequirement} bytes, ` +
      `it is ${options.memoryLimit}`,
  );
}
