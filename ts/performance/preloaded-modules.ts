/** Modules that are loaded before they are needed. */
import type { HostAbortSignal } from '../core/host-types.js';
import { loadChain, type Selection } from '../modules/load-chain.js';
import type { LoadedModule, ModuleLoadOptions, ModuleProvider } from '../modules/module-definition.js';
import { countUses } from './borrowed-module.js';
import { agree, loadedBy, type WasmModuleConfig } from './module-config.js';

interface Kept {
  readonly selection: Selection & Required<Pick<Selection, 'chosen'>>;
  readonly config: WasmModuleConfig;
  /** Another use of it. */
  use(): LoadedModule;
  /** That it is kept for. */
  readonly own: LoadedModule;
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
    if (this.#find(definition, options) !== undefined) return true;
    const { entries, chosen } = await loadChain([definition], options);
    if (chosen === undefined) return false;
    const isKeptByNow = this.#find(definition, options) !== undefined;
    if (options.signal.aborted || isKeptByNow) {
      chosen.loaded.release();
      return isKeptByNow;
    }
    this.#drop(definition.name);
    const use = countUses(chosen.loaded);
    this.#kept.set(definition.name, {
      selection: { entries, chosen },
      config: options,
      use,
      own: use(),
    });
    return true;
  }

  /** The module as if it had just been loaded; it stays kept. Undefined when none was kept that suits. */
  take(definition: ModuleProvider, config: WasmModuleConfig): Selection | undefined {
    const kept = this.#find(definition, config);
    if (kept === undefined) return undefined;
    const { entries, chosen } = kept.selection;
    return { entries, chosen: { ...chosen, loaded: kept.use() } };
  }

  /** Gives up those that are of no use any more. */
  dropRetired(): void {
    for (const [name, { own }] of this.#kept) if (own.retired) this.#drop(name);
  }

  release(): void {
    for (const name of [...this.#kept.keys()]) this.#drop(name);
  }

  #find({ name }: ModuleProvider, config: WasmModuleConfig): Kept | undefined {
    this.dropRetired();
    const kept = this.#kept.get(name);
    return kept !== undefined && agree(kept.config, config, loadedBy) ? kept : undefined;
  }

  #drop(name: string): void {
    this.#kept.get(name)?.own.release();
    this.#kept.delete(name);
  }
}
