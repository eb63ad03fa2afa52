// @ts-check
/** Results as Markdown: for each engine where it was measured, where the package stands, and every row. */
import { errorText, figure, measuredText, percent, threeDigits, times } from './figures.mjs';
import { closest, columnName, columnsOf, groupsOf, verdict } from './text.mjs';

/** @import { BenchmarkResults, CellResult, EngineRun } from '../measure/results.mjs' */

/** @param {string} text */
const escaped = (text) => text.replaceAll('|', '\\|');

/** Columns without any content are left out. @param {string[]} header @param {string[][]} rows @returns {string[]} */
export function markdownTable(header, rows) {
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

/**
 * One row for each group: the row of it in which the package stands worst.
 * @param {EngineRun} run
 */
export function summaryTable(run) {
  const header = [
    'simd build',
    'is',
    'over the best other',
    'worst row',
    'requirements met',
    'largest error',
  ];
  const rows = groupsOf(run).map(({ group, standing, best, row, met, error }) => [
    group,
    standing,
    best,
    row,
    met,
    error,
  ]);
  return markdownTable(header, rows);
}

/** @param {readonly CellResult[]} cells */
function suiteTable(cells) {
  const columns = columnsOf(cells);
  const header = [
    '',
    'unit',
    ...columns.map(columnName),
    'limit',
    'of limit',
    'over the best other',
    'error',
  ];
  const rows = cells.map(({ name, unit, results, comparisons }) => {
    const share = results.simd?.shareOfLimit;
    const best = closest(comparisons);
    return [
      name,
      unit.name,
      ...columns.map((id) => figure(results[id], unit)),
      figure(results.limit, unit),
      share === undefined ? '' : percent(share),
      best === undefined ? '' : `${times(best)} ${columnName(best.over)}`,
      errorText(results.simd),
    ];
  });
  return markdownTable(header, rows);
}

/** @param {readonly CellResult[]} cells */
function requirementTable(cells) {
  const rows = cells.flatMap(({ suite, name, unit, outcomes }) =>
    outcomes.map((outcome) => [
      `${suite}: ${name}`,
      outcome.text,
      measuredText(outcome, unit),
      verdict(outcome),
    ]),
  );
  return rows.length === 0 ? [] : markdownTable(['row', 'required', 'measured', ''], rows);
}

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
    `Medians of ${options.rounds} interleaved rounds of at least ${options.time} ms, seed ${options.seed}; a ratio has its 95 % bootstrap interval in brackets. Every result was checked against float64 first. "–": no such operation; "wrong": the result was, so its speed does not count.`,
    '',
    ...(files.length === 0 ? [] : markdownTable(['build', 'bytes', 'gzipped', 'SHA-256'], files)),
    ...results.runs.flatMap((run) => engineReport(results, run, charts(run))),
  ].join('\n')}\n`;
}

/** @param {BenchmarkResults} results @param {EngineRun} run @param {string[]} charts */
function engineReport(results, run, charts) {
  const tables = [...new Set(run.cells.map(({ suite, table }) => table ?? suite))];
  const missing = Object.entries(run.contenders).filter(([, { missing: why }]) => why !== undefined);
  return [
    '',
    `## ${run.engine.engine}`,
    '',
    provenance(results, run),
    '',
    ...missing.map(([id, { missing: why }]) => `- ${columnName(id)} is missing: ${why}`),
    ...run.defects.map(
      ({ cell, peer, measured, expected, unit }) =>
        `- not fair: ${peer} shows ${threeDigits(measured)} ${unit} in ${cell}; ${threeDigits(expected)} are known, with this limit`,
    ),
    '',
    ...summaryTable(run),
    '',
    ...charts.flatMap((file) => [`![${file.replace(/\.svg$/, '')}](${file})`, '']),
    ...tables.flatMap((name) => {
      const cells = run.cells.filter(({ suite, table }) => (table ?? suite) === name);
      return [
        `### ${name}`,
        '',
        ...suiteTable(cells),
        '',
        ...cells.flatMap(({ name: row, note }) => (note === undefined ? [] : [`- ${row}: ${note}`])),
        '',
      ];
    }),
    '### requirements',
    '',
    ...requirementTable(run.cells),
  ];
}
