/** Loads a module before anyone needs it. */
import { disposeSymbol } from '../core/disposable.js';
import type { WasmModuleConfig } from './module-config.js';
import { WasmModuleManager } from './wasm-module-manager.js';

/** A module that is loaded, or being loaded, and kept for those who come. */
export interface Preload extends Disposable {
  /** True as soon as it is loaded; false when nothing could be. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Lets it go: it stays for those who use it by then. Can be called again. */
  dispose(): void;
}

/**
 * Begins to fetch and compile now what a manager, a system, a layer or a bridge of the same configuration will use:
 * the runtime is shared, so theirs is there at once. (With `wasmUrl` runtimes are not shared.) Dispose of it when they
 * are made. Throws `INVALID_ARGUMENT`.
 */
export function preload(config: Partial<WasmModuleConfig> = {}): Preload {
  const manager = new WasmModuleManager(config);
  const ready = manager.initialize();
  const dispose = (): void => {
    void manager.cleanup();
  };
  return { ready, dispose, [disposeSymbol]: dispose };
}
