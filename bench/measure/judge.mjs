// @ts-check
/** From samples to statements: ratios with their intervals, requirements met or not, peers that are too slow. */
import { quantile, ratioInterval, seededRandom } from './statistics.mjs';
import { inUnit } from './units.mjs';

/** @import { CellResult, Comparison, Defect, Measured, Outcome } from './results.mjs' */
/** @import { Cell, Requirement, Unit } from '../suites/types.mjs' */

/** Its share of what a peer is known to reach; below, it was not measured fairly. */
const leastOfKnown = 0.8;

/** The limit of the engine on which the known figures were measured, GFLOP/s. */
const knownLimit = 60;

/**
 * @param {Cell} cell
 * @param {Record<string, Measured>} results
 * @param {number} seed of the bootstrap
 * @returns {CellResult}
 */
export function judgeCell(cell, results, seed) {
  const { suite, name, group, table, unit, note } = cell;
  const random = seededRandom(seed);
  const limit = results.limit?.median ?? null;
  const withShares = Object.fromEntries(
    Object.entries(results).map(([id, measured]) => [
      id,
      limit === null || measured.median === null || id === 'limit'
        ? measured
        : { ...measured, shareOfLimit: limit / measured.median },
    ]),
  );
  return {
    suite,
    name,
    group,
    ...(table === undefined ? {} : { table }),
    unit,
    ...(note === undefined ? {} : { note }),
    results: withShares,
    outcomes: cell.requirements.map((requirement) => judge(requirement, results, unit, random)),
    comparisons: comparisons(results, random),
  };
}

/** @typedef {import('@sasi/wasm-performance').RandomU32} RandomU32 */

/**
 * @param {Requirement} requirement
 * @param {Record<string, Measured>} results
 * @param {Unit} unit
 * @param {RandomU32} random
 * @returns {Outcome}
 */
function judge(requirement, results, unit, random) {
  const own = results[requirement.entry];
  switch (requirement.kind) {
    case 'ratio': {
      const { entry, over, atLeast } = requirement;
      const other = fastest(results, over);
      const named = other ?? (over.length === 1 ? over[0] : 'the best peer');
      const text = `${entry} over ${named} ≥ ${atLeast}`;
      const theirs = other === undefined ? undefined : results[other];
      if (!own?.samples.length || !theirs?.samples.length) return open(text, entry, atLeast, other);
      const { ratio, low, high } = ratioInterval(theirs.samples, own.samples, random);
      const met = ratio >= atLeast;
      return {
        text,
        entry,
        ...(other && { over: other }),
        required: atLeast,
        measured: ratio,
        low,
        high,
        met,
      };
    }
    case 'cost': {
      const { entry, atMost, quantile: at = 0.5 } = requirement;
      const sign = 'perMillisecond' in unit ? '≥' : '≤';
      const text = `${entry} ${sign} ${shown(unit, atMost)}`;
      if (!own?.samples.length) return open(text, entry, atMost);
      const measured = quantile(own.samples, at);
      return { text, entry, required: atMost, measured, met: measured <= atMost };
    }
    case 'extra': {
      const { entry, over, atMost } = requirement;
      const text = `${entry} over ${over}: ≤ ${shown(unit, atMost)} more`;
      const base = results[over]?.median ?? null;
      if (!own?.samples.length || base === null || own.median === null)
        return open(text, entry, atMost, over);
      const measured = own.median - base;
      return { text, entry, over, required: atMost, measured, met: measured <= atMost };
    }
  }
}

/** @param {Unit} unit @param {number} cost */
const shown = (unit, cost) => `${Number(inUnit(unit, cost).toPrecision(4))} ${unit.name}`;

/** @param {string} text @param {string} entry @param {number} required @param {string} [over] @returns {Outcome} */
const open = (text, entry, required, over) => ({
  text,
  entry,
  ...(over === undefined ? {} : { over }),
  required,
  measured: null,
  met: null,
});

/** @param {Record<string, Measured>} results @param {readonly string[]} ids */
function fastest(results, ids) {
  const there = ids.filter((id) => results[id]?.median != null);
  return there.sort((a, b) => (results[a]?.median ?? 0) - (results[b]?.median ?? 0))[0];
}

/** Columns that are no part of this package, and the builds that are compared with the first. */
const notOurs = ['tfjs-wasm', 'onnxruntime-web', 'ruv-swarm', 'brain.js', 'javascript', 'scalar', 'js'];

/** @param {Record<string, Measured>} results @param {RandomU32} random @returns {Comparison[]} */
function comparisons(results, random) {
  const own = results.simd;
  if (!own?.samples.length) return [];
  return notOurs.flatMap((over) => {
    const theirs = results[over];
    if (!theirs?.samples.length) return [];
    return [{ entry: 'simd', over, ...ratioInterval(theirs.samples, own.samples, random) }];
  });
}

/**
 * Peers that are slower here than they are known to be, as a share of the engine's limit.
 * @param {Cell} cell
 * @param {CellResult} result
 * @param {number} gigaflops the engine's limit
 * @returns {Defect[]}
 */
export function findDefects(cell, result, gigaflops) {
  return Object.entries(cell.known ?? {}).flatMap(([peer, figure]) => {
    const median = result.results[peer]?.median ?? null;
    if (median === null) return [];
    const measured = inUnit(cell.unit, median);
    const expected = (figure / knownLimit) * gigaflops;
    const unit = cell.unit.name;
    return measured < leastOfKnown * expected ? [{ cell: cell.name, peer, measured, expected, unit }] : [];
  });
}
