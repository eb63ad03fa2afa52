/**
 * The configuration of the performance system: defaults, and checks at the edge.
 */
import { show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { HealthThresholds } from '../metrics/health.js';
import type { Profiling } from '../metrics/runtime-metrics.js';
import type { LocateFile } from '../modules/file-options.js';
import { moduleByName } from '../modules/known-modules.js';

/** The configuration of a manager, and but for the module of a layer and a bridge. */
export interface WasmModuleConfig {
  /**
   * Default `'ruv-swarm'`. `'auto'`: whichever measures fastest here. Any other name must be that of a module that was
   * registered (`INVALID_ARGUMENT`).
   */
  readonly preferredModule: 'ruv-swarm' | 'production' | 'fallback' | 'auto' | (string & {});
  /** False: never the SIMD build. Default true. */
  readonly enableSIMD: boolean;
  /** Bytes for the whole linear memory, a hard limit. Default 52 428 800. */
  readonly memoryLimit: number;
  /** Milliseconds that each candidate (a module, or a build of it) may take to load, further tries included. Default 10 000. */
  readonly loadTimeout: number;
  /** Further tries after a failed download, within `loadTimeout`. Default 3. */
  readonly retryAttempts: number;
  /** False: no clock is read and nothing is counted on any call. `'trace'`: User Timing marks and measures too. Default true. */
  readonly enableProfiling: Profiling;
  /** False: the JavaScript build never stands in for WebAssembly. Default true. */
  readonly enableAutoFallback: boolean;
  /** Where the files of the builds are, when not beside the package's own. */
  readonly wasmUrl?: LocateFile;
  /**
   * Imports ruv-swarm where it cannot be resolved at run time: in a browser
   * `() => import('ruv-swarm/wasm/ruv_swarm_wasm.js')`. In Node an installed one is found without it.
   */
  readonly ruvSwarm?: () => Promise<unknown>;
  /** From where on health checks raise an issue. Default: 100 ms to load, 5 ms per call, the limit, 10 % of errors. */
  readonly healthThresholds?: HealthThresholds;
}

type ConfigName = keyof WasmModuleConfig;

/** What a module is loaded by: a change of anything else asks for no other one. */
export const loadedBy = [
  'enableSIMD',
  'memoryLimit',
  'enableProfiling',
  'wasmUrl',
  'ruvSwarm',
] as const satisfies readonly ConfigName[];

/** What a module is chosen and loaded by. */
export const chosenBy = [...loadedBy, 'preferredModule', 'enableAutoFallback'] as const;

/** Whether there is a configuration `a` which says the same as `b` of `names`. */
export function agree(
  a: WasmModuleConfig | undefined,
  b: WasmModuleConfig,
  names: readonly ConfigName[],
): boolean {
  return a !== undefined && names.every((name) => a[name] === b[name]);
}

/** Two GiB: what the builds are linked for. */
const largestMemory = 0x8000_0000;

/** What a manager takes where it is told nothing else. */
export const defaultModuleConfig: WasmModuleConfig = {
  preferredModule: 'ruv-swarm',
  enableSIMD: true,
  memoryLimit: 52_428_800,
  loadTimeout: 10_000,
  retryAttempts: 3,
  enableProfiling: true,
  enableAutoFallback: true,
};

const optionalNames: ReadonlySet<string> = new Set(['wasmUrl', 'ruvSwarm', 'healthThresholds']);

/** `base` with what `changes` gives (undefined gives nothing). Throws `INVALID_ARGUMENT`, naming the first bad value. */
export function mergeConfig(base: WasmModuleConfig, changes: Partial<WasmModuleConfig>): WasmModuleConfig {
  if (!isObject(changes)) {
    throw new InvalidArgumentError(`the configuration is ${show(changes)}; give an object, or leave it out`);
  }
  // The seed's classes take objects with more in them; what is not ours does not become part of the configuration.
  const given = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && (name in defaultModuleConfig || optionalNames.has(name)),
  );
  const config = copyOf({ ...base, ...Object.fromEntries(given) });
  for (const name of ['enableSIMD', 'enableAutoFallback'] as const) {
    if (typeof config[name] !== 'boolean') throw wrong(name, 'true or false', config[name]);
  }
  if (![true, false, 'trace'].includes(config.enableProfiling)) {
    throw wrong('enableProfiling', "true, false or 'trace'", config.enableProfiling);
  }
  const { memoryLimit, loadTimeout, retryAttempts } = config;
  if (!(Number.isSafeInteger(memoryLimit) && memoryLimit > 0 && memoryLimit <= largestMemory)) {
    throw wrong('memoryLimit', 'a whole number of bytes up to 2 GiB', memoryLimit);
  }
  if (!(typeof loadTimeout === 'number' && loadTimeout > 0)) {
    throw wrong('loadTimeout', 'a positive number of milliseconds', loadTimeout);
  }
  if (!(Number.isSafeInteger(retryAttempts) && retryAttempts >= 0)) {
    throw wrong('retryAttempts', 'a whole number from 0', retryAttempts);
  }
  if (config.wasmUrl !== undefined && typeof config.wasmUrl !== 'function') {
    throw wrong('wasmUrl', 'a function from a file name to its address', config.wasmUrl);
  }
  if (config.ruvSwarm !== undefined && typeof config.ruvSwarm !== 'function') {
    throw wrong('ruvSwarm', 'a function that imports it', config.ruvSwarm);
  }
  if (config.healthThresholds !== undefined) checkThresholds(config.healthThresholds);
  moduleByName(config.preferredModule);
  return config;
}

/** What is done to the copy does not reach the original. */
export function copyOf(config: WasmModuleConfig): WasmModuleConfig {
  const { healthThresholds } = config;
  return isObject(healthThresholds)
    ? { ...config, healthThresholds: { ...healthThresholds } }
    : { ...config };
}

const thresholdNames = ['loadTime', 'averageLatency', 'memory', 'errorRate'];

function checkThresholds(thresholds: HealthThresholds): void {
  if (!isObject(thresholds)) {
    throw wrong('healthThresholds', `an object with ${thresholdNames.join(', ')}`, thresholds);
  }
  for (const [name, value] of Object.entries(thresholds)) {
    if (!thresholdNames.includes(name)) {
      throw wrong('healthThresholds', `made of ${thresholdNames.join(', ')}`, name);
    }
    // Infinity: never an issue.
    if (!(typeof value === 'number' && value >= 0)) {
      throw wrong(`healthThresholds.${name}`, 'a number, 0 or more', value);
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function wrong(name: string, wanted: string, given: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`${name} must be ${wanted}, it is ${show(given)}`);
}
