// @ts-check
/** What a run prints: a table for each suite, its requirements, and a summary that fits on one screen. */
import { errorText, figure, measuredText, percent, threeDigits, times } from './figures.mjs';
import { textTable } from './text-table.mjs';

/** @import { CellResult, Comparison, EngineRun, Outcome } from '../measure/results.mjs' */

/** Columns in their order; whoever else was measured follows. */
const order = [
  'simd',
  'scalar',
  'js',
  'relaxed',
  'tfjs-wasm',
  'onnxruntime-web',
  'ruv-swarm',
  'brain.js',
  'javascript',
];

/** @type {Record<string, string>} */
const short = {
  'tfjs-wasm': 'tfjs',
  'onnxruntime-web': 'ort',
  'ruv-swarm': 'ruv',
  'brain.js': 'brain',
  javascript: 'plain JS',
};

/** @param {readonly CellResult[]} cells */
export function columnsOf(cells) {
  const there = new Set(cells.flatMap(({ results }) => Object.keys(results)));
  there.delete('limit');
  return [...order.filter((id) => there.has(id)), ...[...there].filter((id) => !order.includes(id))];
}

/** @param {string} id */
export const columnName = (id) => short[id] ?? id;

/**
 * The tables of a suite: rows with other columns than the rest have one of their own.
 * @param {string} suite
 * @param {readonly CellResult[]} cells
 * @returns {string[]} lines
 */
export function suiteTables(suite, cells) {
  const names = [...new Set(cells.map(({ table }) => table ?? suite))];
  return names.flatMap((name) => [
    ...suiteTable(
      name,
      cells.filter(({ table }) => (table ?? suite) === name),
    ),
    '',
  ]);
}

/**
 * @param {string} name
 * @param {readonly CellResult[]} cells
 */
function suiteTable(name, cells) {
  const columns = columnsOf(cells);
  const header = [
    name,
    'unit',
    ...columns.map(columnName),
    'limit',
    'of limit',
    'over the best other',
    'error',
  ];
  const rows = cells.map(({ name: row, unit, results, comparisons }) => {
    const share = results.simd?.shareOfLimit;
    const best = closest(comparisons);
    return [
      row,
      unit.name,
      ...columns.map((id) => figure(results[id], unit)),
      figure(results.limit, unit),
      share === undefined ? '' : percent(share),
      best === undefined ? '' : `${times(best)} ${columnName(best.over)}`,
      errorText(results.simd),
    ];
  });
  return [
    ...textTable(header, rows, new Set([1])),
    ...cells.flatMap((cell) => (cell.note === undefined ? [] : [`  ${cell.name}: ${cell.note}`])),
    ...wrongResults(cells),
    '',
    ...requirementTable(cells),
  ];
}

/** Contenders whose speed does not count. @param {readonly CellResult[]} cells */
function wrongResults(cells) {
  return cells.flatMap(({ name, results }) =>
    Object.entries(results)
      .filter(([, { status }]) => status === 'wrong' || status === 'failed')
      .map(([id, { status, reason }]) => `  ${name}, ${columnName(id)} ${status}: ${reason}`),
  );
}

/** @param {readonly CellResult[]} cells */
function requirementTable(cells) {
  const rows = cells.flatMap(({ name, unit, outcomes }) =>
    outcomes.map((outcome) => [name, outcome.text, measuredText(outcome, unit), verdict(outcome)]),
  );
  return rows.length === 0 ? [] : textTable(['', 'required', 'measured', ''], rows, new Set([1, 3]));
}

/** @param {Outcome} outcome */
export const verdict = ({ met }) => (met === null ? '?' : met ? '✓' : '✗ missed');

/** Our builds are no others. */
const own = ['scalar', 'js', 'relaxed'];

/** The other that comes closest, or is furthest ahead. @param {readonly Comparison[]} comparisons */
export function closest(comparisons) {
  const others = comparisons.filter(({ over }) => !own.includes(over));
  return others.sort((a, b) => a.ratio - b.ratio)[0];
}

/** @param {Comparison} comparison */
export const standing = ({ low, high }) => (low > 1 ? 'ahead' : high < 1 ? 'behind' : 'level');

/**
 * Each group of rows, as its worst row: where the package is least ahead, or furthest behind.
 * @param {EngineRun} run
 */
export function groupsOf({ cells }) {
  const names = [...new Set(cells.map(({ group }) => group))];
  return names.map((group) => {
    const members = cells.filter((cell) => cell.group === group);
    const compared = members.flatMap((cell) => {
      const best = closest(cell.comparisons);
      return best === undefined ? [] : [{ cell, best }];
    });
    const [worst] = compared.sort((a, b) => a.best.ratio - b.best.ratio);
    const outcomes = members.flatMap((cell) => cell.outcomes);
    const known = outcomes.filter(({ met }) => met !== null).length;
    return {
      group,
      comparison: worst?.best,
      standing: worst === undefined ? '' : standing(worst.best),
      best: worst === undefined ? '' : `${times(worst.best)} ${columnName(worst.best.over)}`,
      row: worst === undefined ? '' : worst.cell.name,
      met: known === 0 ? '' : `${outcomes.filter(({ met }) => met === true).length} of ${known}`,
      error: largestError(members),
    };
  });
}

/**
 * One line for each group of rows.
 * @param {EngineRun} run
 * @returns {string[]}
 */
export function summary(run) {
  const { engine, limits, defects } = run;
  const rows = groupsOf(run).map(({ group, standing: is, best, row, met, error }) => [
    group,
    is,
    best,
    row,
    met,
    error,
  ]);
  const where = limits === null ? '' : `, limit ${threeDigits(limits.gigaflops)} GFLOP/s on one thread`;
  return [
    `${engine.engine}: ${engine.version}${where}`,
    ...textTable(
      ['simd build', 'is', 'over the best other', 'in its worst row', 'requirements met', 'error'],
      rows,
      new Set([1, 3]),
    ),
    ...defects.map(
      ({ cell, peer, measured, expected, unit }) =>
        `not fair: ${peer} shows ${threeDigits(measured)} ${unit} in ${cell}; ${threeDigits(expected)} are known, with this limit`,
    ),
  ];
}

/** @param {readonly CellResult[]} cells */
function largestError(cells) {
  const [worst] = cells
    .map(({ results }) => results.simd)
    .filter((measured) => measured?.accuracy?.maxUlp != null)
    .sort((a, b) => (b?.accuracy?.maxUlp ?? 0) - (a?.accuracy?.maxUlp ?? 0));
  return errorText(worst);
}
