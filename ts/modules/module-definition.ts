/**
 * What a module is: one way to get a working runtime, with what it says about itself before it is loaded.
 */
import type { VariantName } from '../core/variants.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import type { LocateFile } from './file-options.js';

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

/** What a module is loaded with. */
export interface ModuleLoadOptions {
  readonly enableSIMD: boolean;
  /** Bytes for the whole linear memory. */
  readonly memoryLimit: number;
  /** Milliseconds that each candidate may take. */
  readonly loadTimeout: number;
  /** Further tries after a failed download; nothing else is tried again. */
  readonly retryAttempts: number;
  readonly enableProfiling: boolean;
  /** Where the files of the builds are, when not beside the package's own. */
  readonly wasmUrl?: LocateFile;
  /** Ends the load, with its waiting and its tries: `ABORTED`. */
  readonly signal?: AbortSignal;
}

/** A module in use. */
export interface LoadedModule {
  readonly runtime: NeuralRuntime;
  /** Gives up this use of it; the runtime is disposed of with its last use. Idempotent. */
  release(): void;
}

export interface ModuleDefinition {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Bytes of memory limit without which it cannot be loaded. */
  readonly memoryRequirement: number;
  /** Modules are considered in ascending order, beginning with the preferred one. */
  readonly loadPriority: number;
  /** Whether this engine could load it, as far as that can be told without loading; it throws nothing. */
  isAvailable(): boolean;
  /**
   * Loads it. Every candidate of its own (a build) is handed to `note`, accepted or not; rejects with the error
   * of the last one when none could be used.
   */
  load(options: ModuleLoadOptions, note: (entry: ModuleSelectionEntry) => void): Promise<LoadedModule>;
}
