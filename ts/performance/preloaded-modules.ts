/** Modules that are loaded before they are needed. */
import type { HostAbortSignal } from '../core/host-types.js';
import { loadChain, type Selection } from '../modules/load-chain.js';
import type { ModuleLoadOptions, ModuleProvider } from '../modules/module-definition.js';
import { borrow } from './borrowed-module.js';
import { agree, loadedBy, type WasmModuleConfig } from './module-config.js';

interface Kept {
  readonly selection: Selection & Required<Pick<Selection, 'chosen'>>;
  readonly config: WasmModuleConfig;
}

export class PreloadedModules {
  readonly #kept = new Map<string, Kept>();

  /**
   * Loads a module and keeps it until `release`; one that was loaded with another configuration gives way to it. False
   * when it cannot be loaded, or was given up meanwhile.
   */
  async keep(
    definition: ModuleProvider,
    options: WasmModuleConfig & ModuleLoadOptions & { readonly signal: HostAbortSignal },
  ): Promise<boolean> {
    if (this.take(definition, options) !== undefined) return true;
    const { entries, chosen } = await loadChain([definition], options);
    if (chosen === undefined) return false;
    if (options.signal.aborted) {
      chosen.loaded.release();
      return false;
    }
    this.#drop(definition.name);
    this.#kept.set(definition.name, { selection: { entries, chosen }, config: options });
    return true;
  }

  /** The module as if it had just been loaded; it stays kept. Undefined when none was kept that suits. */
  take({ name }: ModuleProvider, config: WasmModuleConfig): Selection | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined || !agree(kept.config, config, loadedBy)) return undefined;
    const { entries, chosen } = kept.selection;
    if (chosen.loaded.retired) {
      this.#drop(name);
      return undefined;
    }
    return { entries, chosen: { ...chosen, loaded: borrow(chosen.loaded) } };
  }

  release(): void {
    for (const name of [...this.#kept.keys()]) this.#drop(name);
  }

  #drop(name: string): void {
    this.#kept.get(name)?.selection.chosen.loaded.release();
    this.#kept.delete(name);
  }
}
