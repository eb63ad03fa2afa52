// @ts-check
/** What a run prints: a table for each suite, its requirements, and a summary that fits on one screen. */
import { threeDigits } from './figures.mjs';
import {
  byTable,
  complaints,
  enginesTable,
  faultsOf,
  notesOf,
  requirementsMet,
  requirementTable,
  suiteTable,
  summaryTable,
} from './tables.mjs';
import { textTable } from './text-table.mjs';

/** @import { CellResult, EngineRun } from '../measure/results.mjs' */
/** @import { Table } from './tables.mjs' */

/** @param {Table} table @param {string[]} left headers of columns that are left-aligned, beside the first */
const draw = ({ header, rows }, left) =>
  textTable(header, rows, new Set(left.map((name) => header.indexOf(name))));

/** @param {readonly CellResult[]} cells of one suite @returns {string[]} lines */
export function suiteTables(cells) {
  return [...byTable(cells)].flatMap(([name, rows]) => {
    const requirements = requirementTable(rows);
    return [
      ...draw(suiteTable(name, rows), ['unit']),
      ...[...notesOf(rows), ...faultsOf(rows)].map((line) => `  ${line}`),
      '',
      ...(requirements.rows.length === 0 ? [] : [...draw(requirements, ['required', '']), '']),
    ];
  });
}

/** A terminal has no room for an error beside every figure. */
const errorLegend =
  "error: the simd build's largest; everybody's stand in what bench:report makes of --json FILE";

/** More would push the summary off the screen. */
const mostComplaints = 5;

/** One line for each group of rows, in its worst row. @param {EngineRun} run @returns {string[]} */
export function summary(run) {
  const { engine, limits } = run;
  const lines = complaints(run);
  const where = limits === null ? '' : `, limit ${threeDigits(limits.gigaflops)} GFLOP/s on one thread`;
  return [
    `${engine.engine}: ${engine.version}${where}`,
    ...draw(summaryTable(run, { brief: true }), ['is']),
    errorLegend,
    `requirements met: ${requirementsMet(run)}`,
    ...fairnessLines(run),
    ...lines.slice(0, mostComplaints),
    ...(lines.length > mostComplaints ? [`and ${lines.length - mostComplaints} more like these`] : []),
  ];
}

/** Whoever reads that nothing was unfair has to know how little was asked. @param {EngineRun} run */
const fairnessLines = ({ fairness }) =>
  fairness === undefined || fairness.known
    ? []
    : [
        `peers: no figures of this processor and engine; ${fairness.least} of those of ${fairness.from} is asked for`,
      ];

/** The engines beside each other. @param {readonly EngineRun[]} runs @returns {string[]} */
export const engineSummary = (runs) => [
  'over the best other, in the worst row of each group:',
  ...draw(enginesTable(runs, { brief: true }), []),
];
