/**
 * One runtime for each build and limit in the whole process, shared by the compatibility classes and counted.
 *
 * The table of them hangs on `globalThis` under a `Symbol.for` key, so that the ESM entry, the CJS entry and every
 * copy of these files in a bundle find the same one. It is made on first use: importing writes no global.
 */
import type { VariantName } from '../core/variants.js';
import type { Profiling } from '../metrics/runtime-metrics.js';
import { loadWithUncountedOps, type RuntimeWithUncountedOps } from '../runtime/runtime.js';
import { loadAborted } from './failure.js';
import { fileOptions } from './file-options.js';
import type { LoadedModule, ModuleLoadOptions } from './module-definition.js';
import { runtimeOperations } from './runtime-operations.js';
import { version } from './version.js';

interface LoadedParts extends Pick<LoadedModule, 'runtime' | 'ops' | 'operations'> {
  readonly state: RuntimeWithUncountedOps['state'];
}

interface SharedEntry {
  readonly variant: VariantName;
  readonly memoryLimit: number;
  readonly profiling: Profiling;
  readonly loading: Promise<LoadedParts>;
  /** Ends the load when everyone who waited for it has turned away. */
  readonly cancel: AbortController;
  loaded: LoadedParts | undefined;
  references: number;
}

type SharedTable = Map<string, SharedEntry>;

// With the version: another version of this package in the same process has runtimes of another shape.
const tableKey = Symbol.for(`@sasi/wasm-performance@${version}/shared-runtimes`);

function sharedTable(): SharedTable {
  const host = globalThis as { [key: symbol]: SharedTable | undefined };
  const table = host[tableKey] ?? new Map<string, SharedEntry>();
  host[tableKey] = table;
  return table;
}

/**
 * A use of the process's runtime of this build, limit and profiling; it is loaded when there is none yet. Loads at
 * the same time are one load. With a `wasmUrl` the files are the caller's own, so the runtime is too.
 * Rejects as `loadRuntime` does, and with `ABORTED` when the signal fires; the load goes on while somebody else waits
 * for it. It has no time limit of its own: each who waits has one, and turns away by the signal. A failed load leaves
 * nothing behind.
 */
export async function acquireRuntime(
  variant: VariantName,
  options: ModuleLoadOptions,
): Promise<LoadedModule> {
  if (fileOptions(variant, options).wasmUrl !== undefined) {
    const loaded = await load(variant, options, options.signal);
    return use(loaded, () => loaded.runtime.dispose());
  }
  const table = sharedTable();
  const key = `${variant}:${options.memoryLimit}:${options.enableProfiling}`;
  const known = table.get(key);
  const entry = known !== undefined && isUsable(known) ? known : beginLoad(table, key, variant, options);
  entry.references++;
  try {
    return sharedUse(table, key, entry, await unlessAborted(entry.loading, options.signal));
  } catch (error) {
    entry.references--;
    if (entry.references === 0) {
      if (table.get(key) === entry) table.delete(key);
      entry.cancel.abort();
    }
    throw error;
  }
}

function beginLoad(
  table: SharedTable,
  key: string,
  variant: VariantName,
  options: ModuleLoadOptions,
): SharedEntry {
  const cancel = new AbortController();
  const entry: SharedEntry = {
    variant,
    memoryLimit: options.memoryLimit,
    profiling: options.enableProfiling,
    loading: load(variant, options, cancel.signal),
    cancel,
    loaded: undefined,
    references: 0,
  };
  entry.loading.then(
    (loaded) => {
      // Loaded in the very turn in which the last one turned away.
      if (entry.references === 0) loaded.runtime.dispose();
      else entry.loaded = loaded;
    },
    () => {
      // Those who wait are told; here it only must not count as unhandled.
    },
  );
  table.set(key, entry);
  return entry;
}

/** The promise's outcome, or a rejection with `ABORTED` as soon as `signal` fires. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(loadAborted());
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

export interface AttachPreference {
  readonly enableSIMD: boolean;
  readonly memoryLimit: number;
  /** Whether a runtime with another limit will do. */
  readonly anyLimit: boolean;
  readonly enableProfiling: Profiling;
  readonly excludedTiers?: ReadonlySet<VariantName>;
}

const attachOrder: readonly VariantName[] = ['simd', 'scalar', 'js'];

/** A use of a runtime that is already loaded, without waiting: the fastest that suits, or undefined. */
export function attachToLoaded(preference: AttachPreference): LoadedModule | undefined {
  const table = (globalThis as { [key: symbol]: SharedTable | undefined })[tableKey];
  if (table === undefined) return undefined;
  const suitable = [...table].filter(
    ([, entry]) =>
      entry.loaded !== undefined &&
      isUsable(entry) &&
      (preference.anyLimit || entry.memoryLimit === preference.memoryLimit) &&
      (preference.enableSIMD || entry.variant !== 'simd') &&
      preference.excludedTiers?.has(entry.variant) !== true &&
      attachOrder.includes(entry.variant),
  );
  const rank = (entry: SharedEntry): number =>
    attachOrder.indexOf(entry.variant) * 4 +
    (entry.memoryLimit === preference.memoryLimit ? 0 : 2) +
    (entry.profiling === preference.enableProfiling ? 0 : 1);
  suitable.sort(([, a], [, b]) => rank(a) - rank(b));
  const [best] = suitable;
  if (best?.[1].loaded === undefined) return undefined;
  best[1].references++;
  return sharedUse(table, best[0], best[1], best[1].loaded);
}

/** A use of a runtime; `release` is called once. */
function use({ runtime, ops, operations, state }: LoadedParts, release: () => void): LoadedModule {
  let released = false;
  return {
    runtime,
    ops,
    operations,
    get disposed() {
      return !state.alive;
    },
    get retired() {
      return isRetired(state);
    },
    release() {
      if (released) return;
      released = true;
      release();
    },
  };
}

/** A use of a runtime that others use too. */
function sharedUse(table: SharedTable, key: string, entry: SharedEntry, loaded: LoadedParts): LoadedModule {
  return use(loaded, () => {
    entry.references--;
    if (entry.references > 0) return;
    if (table.get(key) === entry) table.delete(key);
    loaded.runtime.dispose();
  });
}

function isRetired({ alive, trapped }: LoadedParts['state']): boolean {
  return trapped || !alive;
}

/** Whoever holds the runtime may have ended it: then the next one to ask gets a new one. */
function isUsable({ loaded }: SharedEntry): boolean {
  return loaded === undefined || !isRetired(loaded.state);
}

async function load(
  variant: VariantName,
  options: ModuleLoadOptions,
  signal: AbortSignal | undefined,
): Promise<LoadedParts> {
  const { runtime, uncountedOps, state } = await loadWithUncountedOps({
    variant,
    memoryLimit: options.memoryLimit,
    timeout: Number.POSITIVE_INFINITY, // See acquireRuntime.
    profiling: options.enableProfiling,
    ...fileOptions(variant, options),
    ...(signal === undefined ? {} : { signal }),
  });
  return { runtime, ops: uncountedOps, operations: runtimeOperations(uncountedOps), state };
}

/** One of the process's shared runtimes. */
export interface SharedRuntimeInfo {
  readonly tier: VariantName;
  /** Bytes. */
  readonly memoryLimit: number;
  /** How many managers and layers use it. */
  readonly uses: number;
}

/** The shared runtimes that are loaded. */
export function listSharedRuntimes(): SharedRuntimeInfo[] {
  const table = (globalThis as { [key: symbol]: SharedTable | undefined })[tableKey];
  return [...(table?.values() ?? [])]
    .filter((entry) => entry.loaded !== undefined && isUsable(entry))
    .map(({ variant, memoryLimit, references }) => ({ tier: variant, memoryLimit, uses: references }));
}
