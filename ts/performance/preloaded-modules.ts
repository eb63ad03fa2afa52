/** Modules that are loaded before they are needed. */
import type { HostAbortSignal } from '../core/host-types.js';
import { loadChain } from '../modules/load-chain.js';
import type { LoadedModule, ModuleLoadOptions, ModuleProvider } from '../modules/module-definition.js';
import { agree, loadedBy, type WasmModuleConfig } from './module-config.js';

export class PreloadedModules {
  readonly #kept = new Map<string, { readonly loaded: LoadedModule; readonly config: WasmModuleConfig }>();

  /**
   * Loads a module and keeps it until `release`; one that was loaded with another configuration gives way to it. False
   * when it cannot be loaded, or was given up meanwhile.
   */
  async keep(
    definition: ModuleProvider,
    options: WasmModuleConfig & ModuleLoadOptions & { readonly signal: HostAbortSignal },
  ): Promise<boolean> {
    const { name } = definition;
    if (agree(this.#kept.get(name)?.config, options, loadedBy)) return true;
    const { chosen } = await loadChain([definition], options);
    if (chosen === undefined) return false;
    const { loaded } = chosen;
    if (options.signal.aborted) {
      loaded.release();
      return false;
    }
    this.#kept.get(name)?.loaded.release();
    this.#kept.set(name, { loaded, config: options });
    return true;
  }

  release(): void {
    for (const { loaded } of this.#kept.values()) loaded.release();
    this.#kept.clear();
  }
}
