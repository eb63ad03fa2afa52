// @ts-check
/**
 * The earlier state that a run is compared with: a built checkout or package, whose builds become columns of their
 * own and are timed in the same rounds, or the results of an earlier run on this machine and engine.
 */
import { statSync } from 'node:fs';
import { ratioInterval, seededRandom } from '../measure/statistics.mjs';
import { threeDigits } from '../report/figures.mjs';
import { readResults } from '../report/read-results.mjs';
import { EnvironmentError, UsageError } from './errors.mjs';
import { locatePackage } from './machine.mjs';

/** @import { EngineDescription } from '../measure/protocol.mjs' */
/** @import { BenchmarkResults, CellResult } from '../measure/results.mjs' */
/** @import { Cell, Entry } from '../suites/types.mjs' */

/** @typedef {{ kind: 'package', folder: string, entry: string } | { kind: 'results', results: BenchmarkResults }} Baseline */
/** @typedef {{ cell: string, build: string, ratio: number, low: number, high: number }} Change time now over time then */

/** Fewer have no interval that could be trusted. */
const leastSamples = 7;

/** The builds that are compared. The others are made of the same sources. */
const builds = /** @type {const} */ (['simd', 'scalar']);

/** @param {string} build */
export const baselineColumn = (build) => `base ${build}`;

/**
 * Throws `UsageError` for what cannot be read, `EnvironmentError` for a package that is not built.
 * @param {string} path
 * @returns {Baseline}
 */
export function openBaseline(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`--baseline ${path}: there is no such file or folder`);
  if (found.isDirectory()) return { kind: 'package', ...locatePackage(path) };
  return { kind: 'results', results: readResults(path) };
}

/** With the columns of the earlier state. @param {Cell} cell @param {Baseline} baseline @returns {Cell} */
export function withBaseline(cell, baseline) {
  if (baseline.kind !== 'package') return cell;
  const added = builds.flatMap((build) => {
    const entry = cell.entries.find(({ id }) => id === build);
    if (entry === undefined) return [];
    /** @type {Entry} */
    const earlier = { ...entry, id: baselineColumn(build), options: { ...entry.options, from: 'baseline' } };
    return [earlier];
  });
  return { ...cell, entries: [...cell.entries, ...added] };
}

/** @typedef {{ engine: EngineDescription, cpu: string, seed: number }} Here */

/** @param {BenchmarkResults} results @param {Here} here */
function runOfHere({ machine, runs }, { engine, cpu }) {
  if (machine.cpu !== cpu) return undefined;
  return runs.find((run) => run.engine.engine === engine.engine && run.engine.version === engine.version);
}

/** Results of another machine or engine say nothing about this one. @param {Baseline} baseline @param {Here} here */
export const isComparable = (baseline, here) =>
  baseline.kind === 'package' || runOfHere(baseline.results, here) !== undefined;

/**
 * The rows that both have, compared.
 * Throws `EnvironmentError` when the earlier results are not comparable.
 * @param {Baseline} baseline
 * @param {readonly CellResult[]} cells
 * @param {Here} here
 * @returns {Change[]}
 */
export function changesSince(baseline, cells, here) {
  const random = seededRandom(here.seed);
  if (baseline.kind === 'package') {
    return compare(
      cells,
      (cell, build) => cell.results[baselineColumn(build)]?.samples,
      (now, then) => ratioInterval(now, then, random),
    );
  }
  const run = runOfHere(baseline.results, here);
  if (run === undefined) {
    const { machine, runs } = baseline.results;
    const theirs = runs.map((each) => each.engine.version).join(', ');
    throw new EnvironmentError(
      `the baseline is of ${machine.cpu} with ${theirs}, this is ${here.cpu} with ${here.engine.version}: not compared`,
    );
  }
  return compare(
    cells,
    ({ suite, name }, build) =>
      run.cells.find((cell) => cell.suite === suite && cell.name === name)?.results[build]?.samples,
    (now, then) => ratioInterval(now, then, random, 'independent'),
  );
}

/**
 * @param {readonly CellResult[]} cells
 * @param {(cell: CellResult, build: string) => readonly number[] | undefined} samplesThen
 * @param {(now: readonly number[], then: readonly number[]) => { ratio: number, low: number, high: number }} interval
 * @returns {Change[]}
 */
function compare(cells, samplesThen, interval) {
  return cells.flatMap((cell) =>
    builds.flatMap((build) => {
      const now = cell.results[build]?.samples ?? [];
      const then = samplesThen(cell, build) ?? [];
      if (Math.min(now.length, then.length) < leastSamples) return [];
      return [{ cell: `${cell.suite} ${cell.name}`, build, ...interval(now, then) }];
    }),
  );
}

/** Slower beyond the tolerance even at the lower end of the interval. @param {Change[]} changes @param {number} percent */
export const regressions = (changes, percent) => changes.filter(({ low }) => low > 1 + percent / 100);

/** @param {Change} change */
export const changeLine = ({ cell, build, ratio, low, high }) =>
  `${cell}, ${build}: ${threeDigits(ratio)} × the time of the baseline (${threeDigits(low)}–${threeDigits(high)})`;
