/**
 * `auto`: every module and build that loads is measured on SASI's operations, and the fastest stays. Where the clock
 * cannot tell, the first in the order simd, scalar, js does.
 */
import type { VariantName } from '../core/variants.js';
import { canTime, clockStep, medianOrZero, sampleAtOnce } from '../metrics/timing.js';
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
  const fastest = preferred(contestants, times);
  contestants.forEach(({ loaded, entry }, i) => {
    const accepted = i === fastest;
    entries[entry] = { ...entries[entry]!, accepted, reason: reasonOf(accepted, times[i]!) };
    if (!accepted) loaded.release();
  });
  const chosen = contestants[fastest];
  return chosen === undefined ? { entries, error } : { entries, chosen };
}

/** The order in which equal times decide, and times that could not be measured; modules of others come last. */
const ownOrder: readonly (VariantName | undefined)[] = ['simd', 'scalar', 'js'];

function preferred(contestants: readonly Contestant[], times: readonly number[]): number {
  const rank = ({ definition, loaded }: Contestant): number => {
    const isOwn = definition.name === 'production' || definition.name === 'fallback';
    return ownOrder.indexOf(loaded.runtime.variant) + (isOwn ? 0 : ownOrder.length);
  };
  let best = contestants.length > 0 ? 0 : -1;
  for (let i = 1; i < contestants.length; i++) {
    const lead = times[best]! - times[i]!;
    if (lead > 0 || (lead === 0 && rank(contestants[i]!) < rank(contestants[best]!))) best = i;
  }
  return best;
}

function reasonOf(accepted: boolean, time: number): string {
  if (time > 0)
    return `${accepted ? 'the fastest' : 'slower'}: ${(time * 1000).toPrecision(3)} µs per operation`;
  const place = accepted ? 'the first' : 'not the first';
  return `${place} in the order simd, scalar, js: nothing was measured, ${obstacle()}`;
}

function obstacle(): string {
  if (clockStep() === 0) return 'the clock did not move';
  if (canTime(sampleMs)) return 'the clock stopped or was set back';
  return `the clock moves in steps of ${clockStep().toPrecision(3)} ms`;
}

const length = 1000;
const side = 32;
const rounds = 7;
const sampleMs = 0.2;

/**
 * Milliseconds per operation of each: the geometric mean over four operations of the sizes that SASI uses, or 0 for
 * every one of them when one could not be measured.
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
    sampleAtOnce(contenders, rounds, sampleMs).forEach((samples, i) => {
      products[i]! *= medianOrZero(samples);
    });
  }
  return products.map((product) => Math.sqrt(Math.sqrt(product)));
}
