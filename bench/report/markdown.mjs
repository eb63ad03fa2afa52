// @ts-check
/** Results as Markdown: for each engine where it was measured, where the package stands, and every row. */
import { columnName, detailedFigure, threeDigits } from './figures.mjs';
import {
  byTable,
  complaints,
  faultsOf,
  notesOf,
  requirementTable,
  suiteTable,
  summaryTable,
} from './tables.mjs';

/** @import { BenchmarkResults, EngineRun } from '../measure/results.mjs' */
/** @import { Table } from './tables.mjs' */

/** @param {string} text */
const escaped = (text) => text.replaceAll('|', '\\|');

/** Columns without any content are left out. @param {Table} table @returns {string[]} */
export function markdownTable({ header, rows }) {
  const used = header.map((_, column) => column === 0 || rows.some((row) => (row[column] ?? '') !== ''));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells
      .filter((_, column) => used[column])
      .map(escaped)
      .join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(header), line(rule), ...rows.map((row) => line(header.map((_, i) => row[i] ?? '')))];
}

/** Where and when: one sentence. @param {BenchmarkResults} results @param {EngineRun} run */
export function provenance({ machine, date, commit, version }, { engine, limits }) {
  const what = commit === null ? `version ${version}` : `commit ${commit.slice(0, 10)}`;
  const limit =
    limits === null ? '' : `, whose own limit is ${threeDigits(limits.gigaflops)} GFLOP/s on one thread`;
  return `Measured on ${date.slice(0, 10)} at ${what}, on ${machine.cpu} (${machine.cores} cores, ${machine.system}), ${engine.version}${limit}.`;
}

/** @param {string[]} lines */
const list = (lines) => (lines.length === 0 ? [] : [...lines.map((line) => `- ${line}`), '']);

/**
 * The whole report.
 * @param {BenchmarkResults} results
 * @param {(run: EngineRun) => string[]} charts file names of the charts of an engine, relative to the report
 */
export function markdownReport(results, charts) {
  const { options, wasm } = results;
  const files = Object.entries(wasm).map(([build, { bytes, gzipped, sha256 }]) => [
    build,
    String(bytes),
    String(gzipped),
    sha256.slice(0, 16),
  ]);
  return `${[
    '# Benchmark results',
    '',
    `Medians of ${options.rounds} interleaved rounds of at least ${options.time} ms, seed ${options.seed}; in brackets p5 and p95, behind them the share of the limit and the largest error; a ratio has its 95 % bootstrap interval in brackets. Every result was checked against float64 first. "–": no such operation; "✗" and the largest error: the result was wrong, so its speed does not count.`,
    '',
    ...(files.length === 0
      ? []
      : markdownTable({ header: ['build', 'bytes', 'gzipped', 'SHA-256'], rows: files })),
    ...results.runs.flatMap((run) => engineReport(results, run, charts(run))),
  ].join('\n')}\n`;
}

/** @param {BenchmarkResults} results @param {EngineRun} run @param {string[]} charts */
function engineReport(results, run, charts) {
  const missing = Object.entries(run.contenders).filter(([, { missing: why }]) => why !== undefined);
  return [
    '',
    `## ${run.engine.engine}`,
    '',
    provenance(results, run),
    '',
    ...list([
      ...missing.map(([id, { missing: why }]) => `${columnName(id)} is missing: ${why}`),
      ...complaints(run),
    ]),
    ...markdownTable(summaryTable(run)),
    '',
    ...charts.flatMap((file) => [`![${file.replace(/\.svg$/, '')}](${file})`, '']),
    ...[...byTable(run.cells)].flatMap(([name, cells]) => [
      `### ${name}`,
      '',
      ...markdownTable(suiteTable('', cells, detailedFigure)),
      '',
      ...list([...notesOf(cells), ...faultsOf(cells)]),
      ...requirements(cells),
    ]),
  ];
}

/** @param {EngineRun['cells']} cells */
function requirements(cells) {
  const table = requirementTable(cells);
  return table.rows.length === 0 ? [] : [...markdownTable(table), ''];
}
