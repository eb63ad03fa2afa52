// @ts-check
/** The README's figures: made of the committed results, between two marks, so that a test can make them again. */
import { suites } from '../suites/index.mjs';
import { markdownTable, provenance } from './markdown.mjs';
import { complaints, enginesTable, missedTable, requirementsMet } from './tables.mjs';

/** @import { BenchmarkResults } from '../measure/results.mjs' */

const begin = '<!-- benchmark: made by npm run bench:report, not by hand -->';
const end = '<!-- end of the benchmark -->';

/**
 * What makes a run less than a whole one: every suite, and every row on each engine that was asked for.
 * @param {BenchmarkResults} results
 * @returns {string | undefined}
 */
export function lackOf({ options, runs }) {
  if (options.quick) return 'this one was quick';
  if (options.filter !== null) return `this one has the rows of ${options.filter} alone`;
  const left = suites.filter(({ name }) => !options.suites.includes(name));
  if (left.length > 0) return `this one is without ${left.map(({ name }) => name).join(', ')}`;
  const measured = runs.map(({ engine }) => engine.engine);
  const missing = options.engines?.find((engine) => !measured.includes(engine));
  if (missing !== undefined) return `${missing} was not measured`;
  if (runs.length === 0) return 'nothing was measured';
  const rows = suites.flatMap(({ cells }) => cells(options.seed));
  for (const { engine, cells } of runs) {
    const open = rows.find(
      (row) => !cells.some(({ suite, name }) => suite === row.suite && name === row.name),
    );
    if (open !== undefined) return `${engine.engine} was stopped before ${open.suite} ${open.name}`;
  }
  return undefined;
}

/**
 * The first engine in full, the others beside it in one column each.
 * @param {BenchmarkResults} results
 * @returns {string}
 */
export function readmeSection(results) {
  const [first, ...others] = results.runs;
  if (first === undefined) return '';
  const spoilt = results.runs.flatMap((run) =>
    complaints(run).map((line) => `${run.engine.engine}, ${line}`),
  );
  const missed = missedTable(results.runs);
  const chart = (/** @type {string} */ title, /** @type {string} */ name) =>
    `![${title}](bench/results/${first.engine.engine}-${name}.svg)`;
  return [
    begin,
    provenance(results, first),
    ...(others.length === 0 ? [] : [`Beside it ${others.map(({ engine }) => engine.version).join(', ')}.`]),
    '',
    ...markdownTable(enginesTable(results.runs)),
    '',
    `Requirements met: ${results.runs.map(requirementsMet).join(', ')}. All rows, with every peer: \`npm run bench:report -- bench/results/results.json\`.`,
    '',
    ...(missed.rows.length === 0
      ? []
      : [
          '<details><summary>What was missed</summary>',
          '',
          'In brackets: met on that engine.',
          '',
          ...markdownTable(missed),
          '',
          '</details>',
          '',
        ]),
    ...spoilt.map((line) => `- ${line}`),
    ...(spoilt.length === 0 ? [] : ['']),
    chart('times the speed of the best other', 'ratios'),
    '',
    chart('products of matrices', 'matmul'),
    end,
  ].join('\n');
}

/** The section as it stands in the README; undefined when there is none. @param {string} readme */
export function sectionIn(readme) {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  return from < 0 || to < from ? undefined : readme.slice(from, to + end.length);
}

/** @param {string} readme @param {string} section */
export function withReadmeSection(readme, section) {
  const old = sectionIn(readme);
  return old === undefined ? `${readme.trimEnd()}\n\n${section}\n` : readme.replace(old, () => section);
}
