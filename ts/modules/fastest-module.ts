/**
 * `auto`: every module and build that loads is measured on SASI's operations, and the fastest stays.
 */
import { calibrate, median, timeRun } from '../metrics/timing.js';
import { loadTier } from './built-in-modules.js';
import { failureOf } from './failure.js';
import { knownModules } from './known-modules.js';
import { type ChosenModule, limitTooSmall, type Selection, type SelectionOptions } from './load-chain.js';
import type { LoadedModule, ModuleProvider, ModuleSelectionEntry } from './module-definition.js';
import type { ModuleOperations } from './module-operations.js';

interface Candidate {
  readonly definition: ModuleProvider;
  load(note: (entry: ModuleSelectionEntry) => void): Promise<LoadedModule>;
}

function candidates(options: SelectionOptions): Candidate[] {
  return knownModules()
    .filter(({ name }) => name !== 'fallback' || options.enableAutoFallback)
    .flatMap((definition): Candidate[] => {
      if (definition.name !== 'production')
        return [{ definition, load: (note) => definition.load(options, note) }];
      const tiers = options.enableSIMD ? (['simd', 'scalar'] as const) : (['scalar'] as const);
      return tiers.map((tier) => ({ definition, load: (note) => loadTier(tier, options, note) }));
    });
}

interface Contestant extends ChosenModule {
  /** Index of its entry. */
  readonly entry: number;
}

/** Loads them all, measures them in turns and keeps the fastest; each entry tells its time. `error` when none loads. */
export async function fastestModule(options: SelectionOptions): Promise<Selection> {
  const entries: ModuleSelectionEntry[] = [];
  const contestants: Contestant[] = [];
  let error: unknown;
  for (const { definition, load } of candidates(options)) {
    const candidate = definition.name;
    const before = entries.length;
    try {
      if (options.memoryLimit < definition.memoryRequirement) throw limitTooSmall(definition, options);
      const loaded = await load((entry) => {
        if (!entry.accepted) entries.push(entry);
      });
      const tier = loaded.runtime.variant;
      contestants.push({ definition, loaded, entry: entries.length });
      entries.push({ candidate, tier, accepted: false, reason: 'loaded' });
    } catch (cause) {
      error = cause;
      const { message, ...code } = failureOf(cause);
      if (entries.length === before) entries.push({ candidate, accepted: false, ...code, reason: message });
      if (code.code !== 'ABORTED') continue;
      for (const { loaded } of contestants) loaded.release();
      return { entries, error };
    }
  }
  const times = meanTimes(contestants.map(({ loaded }) => loaded.operations));
  const fastest = times.indexOf(Math.min(...times));
  contestants.forEach(({ loaded, entry }, i) => {
    const accepted = i === fastest;
    const measured = `${(times[i]! * 1000).toPrecision(3)} µs per operation`;
    entries[entry] = {
      ...entries[entry]!,
      accepted,
      reason: `${accepted ? 'the fastest' : 'slower'}: ${measured}`,
    };
    if (!accepted) loaded.release();
  });
  const chosen = contestants[fastest];
  return chosen === undefined ? { entries, error } : { entries, chosen };
}

const length = 1000;
const side = 32;
const rounds = 7;
const sampleMs = 0.5;

/**
 * Milliseconds per operation of each: the geometric mean over four operations of the sizes that SASI uses. In a round
 * all have their turn, so that drift of the machine meets all alike.
 */
function meanTimes(all: readonly ModuleOperations[]): number[] {
  const x = Float32Array.from({ length }, (_, i) => (i % 17) / 8 - 1);
  const matrix = Float32Array.from({ length: side * side }, (_, i) => (i % 17) / 8 - 1);
  const calls: readonly ((operations: ModuleOperations) => unknown)[] = [
    (operations) => operations.calculateNeuralActivation(x),
    (operations) => operations.optimizeConnections(x),
    (operations) => operations.dotProduct(x, x),
    (operations) => operations.matrixMultiply(matrix, matrix, side, side, side),
  ];
  const products = all.map(() => 1);
  for (const call of calls) {
    const contenders = all.map((operations) => ({
      run(iterations: number) {
        for (let i = 0; i < iterations; i++) call(operations);
      },
    }));
    const counts = contenders.map((contender) => calibrate(contender, sampleMs));
    const samples: number[][] = all.map(() => []);
    for (let round = 0; round < rounds; round++) {
      contenders.forEach((contender, i) => {
        samples[i]!.push(timeRun(contender, counts[i]!) / counts[i]!);
      });
    }
    samples.forEach((own, i) => {
      products[i]! *= median(own);
    });
  }
  return products.map((product) => Math.sqrt(Math.sqrt(product)));
}
