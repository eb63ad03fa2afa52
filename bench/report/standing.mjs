// @ts-check
/** Where the package stands: ahead, level or behind, in each group of rows. */
import { buildNames, others } from '../suites/entries.mjs';

/** @import { CellResult, Comparison, EngineRun } from '../measure/results.mjs' */

/** The other that comes closest to a build, or is furthest ahead of it. @param {readonly Comparison[]} comparisons @param {string} [build] */
export function closest(comparisons, build = 'simd') {
  return comparisons
    .filter(({ entry, over }) => entry === build && others.includes(over))
    .sort((a, b) => a.ratio - b.ratio)[0];
}

/** @param {Comparison} comparison */
const standing = ({ low, high }) => (low > 1 ? 'ahead' : high < 1 ? 'behind' : 'level');

/**
 * The row in which a build is not right; or else is least ahead, or furthest behind.
 * @param {readonly CellResult[]} cells
 * @param {string} build
 * @returns {{ row: string, standing: string, comparison?: Comparison } | undefined}
 */
function worstRow(cells, build) {
  for (const { name, results } of cells) {
    const status = results[build]?.status;
    if (status === 'wrong' || status === 'failed') return { row: name, standing: status };
  }
  const compared = cells.flatMap((cell) => {
    const comparison = closest(cell.comparisons, build);
    return comparison === undefined ? [] : [{ row: cell.name, standing: standing(comparison), comparison }];
  });
  return compared.sort((a, b) => a.comparison.ratio - b.comparison.ratio)[0];
}

/**
 * Each group of rows, as its worst row: where the package is least ahead, or furthest behind.
 * @param {EngineRun} run
 */
export function groupsOf({ cells }) {
  const names = [...new Set(cells.map(({ group }) => group))];
  return names.map((group) => {
    const members = cells.filter((cell) => cell.group === group);
    const outcomes = members.flatMap((cell) => cell.outcomes);
    return {
      group,
      isSpeed: members.every(({ unit }) => unit.name !== '×'),
      ...worstRow(members, 'simd'),
      otherBuilds: buildNames.slice(1).map((build) => worstRow(members, build)),
      met: outcomes.filter(({ met }) => met).length,
      required: outcomes.length,
      leastAccurate: leastAccurate(members),
    };
  });
}

/** @param {readonly CellResult[]} cells */
function leastAccurate(cells) {
  return cells
    .flatMap(({ results }) => (results.simd?.accuracy?.maxUlp != null ? [results.simd] : []))
    .sort((a, b) => (b.accuracy?.maxUlp ?? 0) - (a.accuracy?.maxUlp ?? 0))[0];
}
