/**
 * What a module is: one way to get working operations, with what it says about itself before it is loaded.
 */
import type { HostAbortSignal } from '../core/host-types.js';
import type { VariantName } from '../core/variants.js';
import type { Profiling } from '../metrics/runtime-metrics.js';
import type { Ops } from '../ops/types.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import type { LocateFile } from './file-options.js';
import type { ModuleOperationName, ModuleOperations } from './module-operations.js';

/** One candidate that was considered, in the order in which they were. */
export interface ModuleSelectionEntry {
  /** Name of the module. */
  readonly candidate: string;
  /** The build of it that was tried; absent when the module was refused as a whole. */
  readonly tier?: VariantName;
  readonly accepted: boolean;
  /** The stable error code of a refusal. */
  readonly code?: string;
  readonly reason: string;
}

/** Who serves an operation, and why: of a module that does not serve all of them itself. */
export interface ModuleRoute {
  readonly operation: ModuleOperationName;
  /** Name of the module that calls go to. */
  readonly servedBy: string;
  /** The preferred module's largest absolute error against the golden values; absent where it gave no numbers. */
  readonly maxError?: number;
  readonly reason: string;
}

/** What a module is loaded with. */
export interface ModuleLoadOptions {
  readonly enableSIMD: boolean;
  /** Bytes for the whole linear memory. */
  readonly memoryLimit: number;
  /** Milliseconds that each candidate may take, its further tries and the pauses between them included. */
  readonly loadTimeout: number;
  /** Further tries after a failed download, as long as there is time; nothing else is tried again. */
  readonly retryAttempts: number;
  readonly enableProfiling: Profiling;
  /** Where the files of the builds are, when not beside the package's own. */
  readonly wasmUrl?: LocateFile;
  /** Imports ruv-swarm, where it cannot be resolved at run time. */
  readonly ruvSwarm?: () => Promise<unknown>;
  /** Ends the load, with its waiting and its tries: `ABORTED`. A module's own `load` gets one that fires after `loadTimeout` too. */
  readonly signal?: HostAbortSignal;
  /** Builds that are not to be tried: they trapped more than once. */
  readonly excludedTiers?: ReadonlySet<VariantName>;
}

/** A module in use. */
export interface LoadedModule {
  readonly runtime: NeuralRuntime;
  /** Those of the runtime, for a caller that counts its calls itself: the runtime does not count these. */
  readonly ops: Ops;
  /** Not counted by the runtime either. */
  readonly operations: ModuleOperations;
  /** Who serves what, at this moment; absent where the module serves everything itself. */
  readonly routing?: () => ModuleRoute[];
  /** Whether an operation runs on the runtime's build; absent where all do. */
  readonly runsOnBuild?: (operation: ModuleOperationName) => boolean;
  /** Bytes that the module takes beside the runtime's memory. */
  readonly ownMemory?: () => number;
  /** Whether its runtime was disposed of by somebody who got hold of it. */
  readonly disposed: boolean;
  /**
   * Whether it is not to be used any more: it is disposed of, or it trapped, here or at another of its users, so that
   * its memory may be damaged.
   */
  readonly retired: boolean;
  /** Gives up this use of it; the runtime is disposed of with its last use. Idempotent. */
  release(): void;
}

/** A module as the selection sees it. */
export interface ModuleProvider {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Bytes of memory limit without which it cannot be loaded. */
  readonly memoryRequirement: number;
  /** Modules are considered in ascending order, beginning with the preferred one. */
  readonly loadPriority: number;
  /** Whether this engine could load it, as far as that can be told without loading; it throws nothing. */
  isAvailable(options: Pick<ModuleLoadOptions, 'ruvSwarm'>): boolean;
  /**
   * Loads it. Every candidate of its own (a build) is handed to `note`, accepted or not; rejects with the error
   * of the last one when none could be used.
   */
  load(options: ModuleLoadOptions, note: (entry: ModuleSelectionEntry) => void): Promise<LoadedModule>;
}

/**
 * A module of the user's own, for `registerModule`. It serves the operations that it has and that reproduce the
 * golden values (absolute error at most 1e-4, of mesh efficiency 1e-6; eleven to 100 000 elements, NaN, infinities and
 * empty operands among them); `production`, or `fallback` in its place, serves the others.
 */
export interface ModuleDefinition {
  /** Not one that is taken. */
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly capabilities?: readonly string[];
  /**
   * Bytes that the module may take for itself: they are kept from the `memoryLimit`, the runtime beside it gets the
   * rest. A module that grows beyond them is not called any more. Default 0.
   */
  readonly memoryRequirement?: number;
  /** Modules are considered in ascending order: ruv-swarm has 10, production 20, fallback 30. Default 25. */
  readonly loadPriority?: number;
  /** Whether it could be loaded, as far as can be told at once. Default: yes. */
  isAvailable?(options: Pick<ModuleLoadOptions, 'ruvSwarm'>): boolean;
  /**
   * Rejects, or takes longer than `loadTimeout`: the module is passed over. The signal among the options says that
   * nobody waits any longer; what is loaded all the same is disposed of.
   */
  load(options: ModuleLoadOptions): ModuleImplementation | Promise<ModuleImplementation>;
}

/**
 * What a user's module does. An operation that throws later, or gives another kind or length of result than it should,
 * is served by another module from then on, that call included. Results are copied: the module may give its own memory,
 * or the same array every time. Of `optimizeConnections` it gets the calls without a rule, which are what the golden
 * values try.
 */
export interface ModuleImplementation extends Partial<ModuleOperations> {
  /** Bytes of operands and result above which a call goes to another module. Default: no limit. */
  readonly largestCall?: number;
  /** Bytes that it takes at this moment. */
  memoryUsage?(): number;
  /** Called once, when the module's last user gives it back, and for one that came too late. */
  dispose?(): void;
}
