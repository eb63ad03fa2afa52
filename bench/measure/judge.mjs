// @ts-check
/** From samples to statements: ratios with their intervals, requirements met or not. */
import { buildNames, isOwn, others } from '../suites/entries.mjs';
import { knownFigure } from './known-shares.mjs';
import { quantile, ratioInterval, seededRandom } from './statistics.mjs';
import { inUnit } from './units.mjs';

/** @import { CellResult, Comparison, Fault, Measured, Outcome } from './results.mjs' */
/** @import { Cell, Requirement, Unit } from '../suites/types.mjs' */

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

/**
 * What nobody may overlook: whatever is not right in the package, and a peer that fails at what it is known to do. What
 * else a peer gets wrong is its own affair, and stands in its column.
 * @param {readonly CellResult[]} cells
 * @returns {Fault[]}
 */
export const findFaults = (cells) =>
  cells.flatMap(({ suite, name, results }) =>
    Object.entries(results).flatMap(([column, { status, reason = '' }]) => {
      const matters =
        status === 'wrong'
          ? isOwn(column)
          : isOwn(column) || knownFigure({ suite, name }, column) !== undefined;
      return (status === 'wrong' || status === 'failed') && matters
        ? [{ cell: name, column, status, reason }]
        : [];
    }),
  );

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
    case 'saving': {
      const { entry, over, atLeast, atMost } = requirement;
      const text = `${entry} saves ≥ ${100 * atLeast} % of ${over} (promised: ${100 * atLeast} to ${100 * atMost} %)`;
      const theirs = results[over];
      if (!own?.samples.length || !theirs?.samples.length) return open(text, entry, atLeast, over);
      const { ratio, low, high } = ratioInterval(own.samples, theirs.samples, random);
      const measured = 1 - ratio;
      return {
        ...{ text, entry, over, required: atLeast, measured, saving: true },
        ...{ low: 1 - high, high: 1 - low, met: measured >= atLeast },
      };
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

/**
 * Every build beside everybody else, and the first beside the others.
 * @param {Record<string, Measured>} results
 * @param {RandomU32} random
 * @returns {Comparison[]}
 */
function comparisons(results, random) {
  return buildNames.flatMap((entry) => {
    const own = results[entry];
    if (!own?.samples.length) return [];
    const compared = entry === 'simd' ? [...others, 'scalar', 'js'] : others;
    return compared.flatMap((over) => {
      const theirs = results[over];
      return theirs?.samples.length
        ? [{ entry, over, ...ratioInterval(theirs.samples, own.samples, random) }]
        : [];
    });
  });
}
