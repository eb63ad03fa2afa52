// @ts-check
/** What every table says, as text, whatever draws it: a terminal or Markdown. */
import { findFaults } from '../measure/judge.mjs';
import { arithmeticColumn } from '../measure/known-shares.mjs';
import { buildNames, others } from '../suites/entries.mjs';
import {
  columnName,
  errorText,
  figure,
  measuredText,
  percent,
  threeDigits,
  times,
  verdict,
} from './figures.mjs';
import { closest, groupsOf } from './standing.mjs';

/** @import { CellResult, Comparison, Defect, EngineRun, Fault } from '../measure/results.mjs' */

/** @typedef {{ header: string[], rows: string[][] }} Table */

/** Columns in their order; whoever else was measured follows. */
const order = [...buildNames, ...others];

/** @param {readonly CellResult[]} cells */
function columnsOf(cells) {
  const there = new Set(cells.flatMap(({ results }) => Object.keys(results)));
  for (const id of ['limit', arithmeticColumn]) there.delete(id);
  return [...order.filter((id) => there.has(id)), ...[...there].filter((id) => !order.includes(id))];
}

/**
 * The rows of a suite by table: those with other columns than the rest have one of their own.
 * @param {readonly CellResult[]} cells
 * @returns {Map<string, CellResult[]>}
 */
export function byTable(cells) {
  /** @type {Map<string, CellResult[]>} */
  const tables = new Map();
  for (const cell of cells) {
    const name = cell.table ?? cell.suite;
    tables.set(name, [...(tables.get(name) ?? []), cell]);
  }
  return tables;
}

/** @param {Comparison | undefined} comparison */
const overWhom = (comparison) =>
  comparison === undefined ? '' : `${times(comparison)} ${columnName(comparison.over)}`;

/**
 * @param {string} title
 * @param {readonly CellResult[]} cells
 * @param {typeof figure} show
 * @returns {Table}
 */
export function suiteTable(title, cells, show = figure) {
  const columns = columnsOf(cells);
  return {
    header: [title, 'unit', ...columns.map(columnName), 'limit', 'of limit', 'over the best other', 'error'],
    rows: cells.map(({ name, unit, results, comparisons }) => [
      name,
      unit.name,
      ...columns.map((id) => show(results[id], unit)),
      results.limit === undefined ? '–' : show(results.limit, unit),
      results.simd?.shareOfLimit === undefined ? '–' : percent(results.simd.shareOfLimit),
      overWhom(closest(comparisons)),
      errorText(results.simd),
    ]),
  };
}

/** What has to be said beside a suite's rows. @param {readonly CellResult[]} cells */
export const notesOf = (cells) =>
  cells.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));

/** Contenders whose speed does not count. @param {readonly CellResult[]} cells */
export const faultsOf = (cells) =>
  cells.flatMap(({ name, results }) =>
    Object.entries(results)
      .filter(([, { status }]) => status === 'wrong' || status === 'failed')
      .map(
        ([id, { status, reason, uncounted }]) =>
          `${name}, ${columnName(id)} ${status}: ${reason}${uncounted === undefined ? '' : ', so its speed does not count'}`,
      ),
  );

/** @param {readonly CellResult[]} cells @returns {Table} */
export function requirementTable(cells) {
  return {
    header: ['row', 'required', 'measured', ''],
    rows: cells.flatMap(({ name, unit, outcomes }) =>
      outcomes.map((outcome) => [name, outcome.text, measuredText(outcome, unit), verdict(outcome)]),
    ),
  };
}

/**
 * What is required and was missed on any engine, with what each measured; in brackets where it was met.
 * @param {readonly EngineRun[]} runs
 * @returns {Table}
 */
export function missedTable(runs) {
  /** @type {Map<string, string[]>} */
  const rows = new Map();
  for (const { cells } of runs) {
    for (const { name, outcomes } of cells) {
      for (const { text, met } of outcomes) if (met === false) rows.set(`${name}\n${text}`, [name, text]);
    }
  }
  for (const [key, row] of rows) {
    for (const { cells } of runs) {
      const found = cells.flatMap(({ name, unit, outcomes }) =>
        outcomes
          .filter(({ text }) => `${name}\n${text}` === key)
          .map((outcome) => (outcome.met ? `(${measuredText(outcome, unit)})` : measuredText(outcome, unit))),
      );
      row.push(found[0] ?? '');
    }
  }
  return {
    header: ['row', 'required', ...runs.map(({ engine }) => engine.engine)],
    rows: [...rows.values()],
  };
}

/** @param {Comparison | undefined} comparison */
const ratioAlone = (comparison) => (comparison === undefined ? '' : `${threeDigits(comparison.ratio)}×`);

/**
 * A row for each group: how every build stands where it stands worst.
 * @param {EngineRun} run
 * @param {{ brief?: boolean }} [how] brief: what fits into 100 columns
 * @returns {Table}
 */
export function summaryTable(run, { brief = false } = {}) {
  const last = (/** @type {string} */ text) => (brief ? [] : [text]);
  return {
    header: [
      'simd build',
      'is',
      'over the best other',
      ...buildNames.slice(1),
      'met',
      'error',
      ...last('worst row'),
    ],
    rows: groupsOf(run).map(
      ({ group, standing, comparison, otherBuilds, met, required, leastAccurate, row }) => [
        group,
        standing ?? '',
        overWhom(comparison),
        ...otherBuilds.map((other) => {
          if (other?.comparison === undefined) return other?.standing ?? '';
          const { comparison: theirs } = other;
          return brief ? ratioAlone(theirs) : `${ratioAlone(theirs)} ${columnName(theirs.over)}`;
        }),
        required === 0 ? '' : `${met}/${required}`,
        errorText(leastAccurate),
        ...last(row ?? ''),
      ],
    ),
  };
}

/**
 * A row for each group, a column for each engine: where the fastest build stands worst.
 * @param {readonly EngineRun[]} runs
 * @param {{ brief?: boolean }} [how] brief: what fits into 100 columns
 * @returns {Table}
 */
export function enginesTable(runs, { brief = false } = {}) {
  const shown = brief ? ratioAlone : overWhom;
  const byEngine = runs.map((run) => new Map(groupsOf(run).map((row) => [row.group, row])));
  const groups = [...new Set(byEngine.flatMap((rows) => [...rows.keys()]))];
  const rows = groups.map((group) => [
    group,
    ...byEngine.map((own) => {
      const { standing = '', comparison } = own.get(group) ?? {};
      return comparison ? `${standing} ${shown(comparison)}` : standing;
    }),
    errorText(byEngine[0]?.get(group)?.leastAccurate),
  ]);
  return {
    header: [
      brief ? 'simd build' : 'simd build over the best other, worst row',
      ...runs.map(({ engine }) => engine.engine),
      'error',
    ],
    rows: rows.filter((row) => row.slice(1, -1).some((cell) => cell !== '')),
  };
}

/** @param {EngineRun} run */
export function requirementsMet({ engine, cells }) {
  const outcomes = cells.flatMap((cell) => cell.outcomes);
  const count = (/** @type {boolean | null} */ verdict) =>
    outcomes.filter(({ met }) => met === verdict).length;
  const open = count(null) === 0 ? '' : ` (${count(null)} not measured)`;
  return `${engine.engine} ${count(true)} of ${outcomes.length}${open}`;
}

/** What spoils a run, the worst first. @param {EngineRun} run @returns {string[]} */
export const complaints = ({ cells, defects }) => [
  ...findFaults(cells).map(faultLine),
  ...defects.map(defectLine),
];

/** @param {Fault} fault */
const faultLine = ({ cell, column, status, reason }) =>
  `${status}: ${columnName(column)} in ${cell}: ${reason}`;

/** @param {Defect} defect */
const defectLine = ({ cell, peer, measured, expected, least, unit }) =>
  `not fair: ${peer} shows ${threeDigits(measured)} ${unit} in ${cell}; at least ${Number(least.toPrecision(2))} of ${threeDigits(expected)} are expected, with this limit`;
