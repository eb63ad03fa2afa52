/**
 * The modules that come with this package. They differ only in the builds that they try.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { detectFeatures } from '../core/features.js';
import type { VariantName } from '../core/variants.js';
import { failureOf } from './failure.js';
import { withRetries } from './load-retries.js';
import type {
  LoadedModule,
  ModuleDefinition,
  ModuleLoadOptions,
  ModuleSelectionEntry,
} from './module-definition.js';
import { acquireRuntime } from './shared-runtime.js';
import { version } from './version.js';

/** The smallest limit that `loadRuntime` takes. */
const smallestLimit = 2 * 1024 * 1024;

const capabilities = [
  'elementwise',
  'activations',
  'softmax',
  'reductions',
  'matmul',
  'networks',
  'training',
];

/** Tries the builds in order and takes the first that loads, each noted with what became of it. */
async function loadFirst(
  module: string,
  tiers: readonly VariantName[],
  options: ModuleLoadOptions,
  note: (entry: ModuleSelectionEntry) => void,
): Promise<LoadedModule> {
  let failure: unknown;
  for (const tier of tiers) {
    try {
      const loaded = await withRetries(options, () => acquireRuntime(tier, options));
      note({ candidate: module, tier, accepted: true, reason: 'loaded, and passed its self-test' });
      return loaded;
    } catch (error) {
      failure = error;
      const { message, ...code } = failureOf(error);
      note({ candidate: module, tier, accepted: false, ...code, reason: message });
      if (code.code === 'ABORTED') break;
    }
  }
  throw failure;
}

const production: ModuleDefinition = {
  name: 'production',
  description: 'WebAssembly kernels: the SIMD build where the engine has it, else the scalar build',
  version,
  capabilities,
  memoryRequirement: smallestLimit,
  loadPriority: 20,
  isAvailable: () => detectFeatures().wasm,
  load(options, note) {
    const tiers: VariantName[] = ['scalar'];
    if (options.enableSIMD) tiers.unshift('simd');
    else {
      note({
        candidate: 'production',
        tier: 'simd',
        accepted: false,
        code: 'VARIANT_UNSUPPORTED',
        reason: 'enableSIMD is false',
      });
    }
    return loadFirst('production', tiers, options, note);
  },
};

const fallback: ModuleDefinition = {
  name: 'fallback',
  description:
    'The same kernels compiled to plain JavaScript, for engines where WebAssembly is missing or forbidden',
  version,
  capabilities,
  memoryRequirement: smallestLimit,
  loadPriority: 30,
  isAvailable: () => true,
  load: (options, note) => loadFirst('fallback', ['js'], options, note),
};

const ruvSwarm: ModuleDefinition = {
  name: 'ruv-swarm',
  description: 'The npm package of that name; this version has no adapter for it',
  version: 'none',
  capabilities: [],
  memoryRequirement: 0,
  loadPriority: 10,
  isAvailable: () => false,
  async load() {
    throw new WasmPerformanceError(
      'MODULE_NOT_FOUND',
      'this version has no adapter for ruv-swarm; the next module takes its place',
    );
  },
};

export const builtInModules: readonly ModuleDefinition[] = [ruvSwarm, production, fallback];
