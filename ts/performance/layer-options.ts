/**
 * What a layer that stands alone is made with, and how it finds its module.
 */
import type { FileOptions } from '../modules/file-options.js';
import type { LoadedModule } from '../modules/module-definition.js';
import { selectModule } from '../modules/select-module.js';
import { attachToLoaded } from '../modules/shared-runtime.js';
import { defaultModuleConfig, mergeConfig, type WasmModuleConfig } from './module-config.js';
import type { RuntimeSource } from './runtime-attachment.js';

/** As for the module manager, which layers of its own are given by it. */
export type LayerOptions = Partial<Omit<WasmModuleConfig, 'preferredModule'>>;

/** What a layer asks for on each use: a manager's configuration changes under its layers. */
export type CurrentOptions = () => LayerOptions;

/** Where the benchmarks find the files of the builds that they load. */
export function filesOf({ wasmUrl }: LayerOptions): FileOptions {
  return wasmUrl === undefined ? {} : { wasmUrl };
}

/** Checks the options: `INVALID_ARGUMENT`. */
export function layerConfig(options: LayerOptions): WasmModuleConfig {
  return mergeConfig({ ...defaultModuleConfig, preferredModule: 'production' }, options);
}

/** Loads by `config`; finds nothing: who has only this attaches by `initialize` alone. */
export function loadingSource(config: WasmModuleConfig): RuntimeSource {
  return {
    async load(signal, excludedTiers): Promise<LoadedModule> {
      const { chosen, error } = await selectModule({ ...config, signal, excludedTiers });
      if (chosen === undefined) throw error;
      return chosen.loaded;
    },
    find: () => undefined,
  };
}

/** The process's shared runtimes: one that is loaded, else the first that the modules give. */
export function sharedSource(config: WasmModuleConfig, limitGiven: boolean): RuntimeSource {
  return {
    ...loadingSource(config),
    betters: (found) => found === 'js' || (found === 'scalar' && config.enableSIMD),
    find: (excludedTiers) => attachToLoaded({ ...config, anyLimit: !limitGiven, excludedTiers }),
  };
}
