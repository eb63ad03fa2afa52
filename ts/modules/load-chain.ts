/**
 * A chain of modules, of which the first that loads is used. Every candidate is recorded with what became of it, so
 * that the status can say what runs and why.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { failureOf } from './failure.js';
import type {
  LoadedModule,
  ModuleLoadOptions,
  ModuleProvider,
  ModuleSelectionEntry,
} from './module-definition.js';

export interface SelectionOptions extends ModuleLoadOptions {
  readonly preferredModule: string;
  /** Whether the `fallback` module may stand in when it is not the preferred one. */
  readonly enableAutoFallback: boolean;
}

export interface ChosenModule {
  readonly definition: ModuleProvider;
  readonly loaded: LoadedModule;
}

/** Exactly one of `chosen` and `error` is there. */
export interface Selection {
  readonly entries: readonly ModuleSelectionEntry[];
  readonly chosen?: ChosenModule;
  /** Why the last candidate could not be used. */
  readonly error?: unknown;
}

/** Loads the first of the modules that can be loaded; `Selection.error` when none can. */
export async function loadChain(
  chain: readonly ModuleProvider[],
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

export function limitTooSmall(definition: ModuleProvider, options: ModuleLoadOptions): WasmPerformanceError {
  return new WasmPerformanceError(
    'MEMORY_LIMIT',
    `module '${definition.name}' needs a memoryLimit of at least ${definition.memoryRequirement} bytes, ` +
      `it is ${options.memoryLimit}`,
  );
}
