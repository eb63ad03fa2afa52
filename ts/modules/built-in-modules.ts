/**
 * The modules that come with this package. They differ only in the builds that they try.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { detectFeatures } from '../core/features.js';
import type { VariantName } from '../core/variants.js';
import { adaptedModule, type LoadBase } from './adapted-module.js';
import { failureOf } from './failure.js';
import { withRetries } from './load-retries.js';
import { withinTime } from './load-timeout.js';
import type {
  LoadedModule,
  ModuleLoadOptions,
  ModuleProvider,
  ModuleSelectionEntry,
} from './module-definition.js';
import { ruvSwarm } from './ruv-swarm.js';
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

type Note = (entry: ModuleSelectionEntry) => void;

/** Tries the builds in order and takes the first that loads, each noted with what became of it. */
async function loadFirst(
  module: string,
  tiers: readonly VariantName[],
  options: ModuleLoadOptions,
  note: Note,
): Promise<LoadedModule> {
  let failure: unknown;
  for (const tier of tiers) {
    try {
      assertNotExcluded(tier, options);
      const loaded = await withinTime(
        `the ${tier} build`,
        options,
        (own) => withRetries(own, () => acquireRuntime(tier, own)),
        (late) => late.release(),
      );
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

function assertNotExcluded(tier: VariantName, { excludedTiers }: ModuleLoadOptions): void {
  if (!excludedTiers?.has(tier)) return;
  throw new WasmPerformanceError(
    'TRAPPED',
    `the ${tier} build trapped, and trapped again after it was rebuilt; the next one takes its place`,
  );
}

/** One build of `production` by itself, to be compared with others. */
export function loadTier(tier: VariantName, options: ModuleLoadOptions, note: Note): Promise<LoadedModule> {
  return loadFirst(tier === 'js' ? 'fallback' : 'production', [tier], options, note);
}

const production: ModuleProvider = {
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

const fallback: ModuleProvider = {
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

/** What serves the rest beside ruv-swarm: without WebAssembly there is none of it either. */
const besideRuvSwarm: LoadBase = async (options, note) => ({
  name: 'production',
  loaded: await production.load(options, note),
});

/** What serves the rest beside a user's module, which may need no WebAssembly. */
export const besideUserModule: LoadBase = async (options, note) => {
  try {
    return await besideRuvSwarm(options, note);
  } catch (error) {
    if (failureOf(error).code === 'ABORTED') throw error;
    return { name: 'fallback', loaded: await fallback.load(options, note) };
  }
};

export const builtInModules: readonly ModuleProvider[] = [
  adaptedModule(ruvSwarm, besideRuvSwarm),
  production,
  fallback,
];
