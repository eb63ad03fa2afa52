// @ts-check
/** The README's figures: made of the committed results, between two marks, so that a test can make them again. */
import { markdownTable, provenance } from './markdown.mjs';
import { groupsOf } from './text.mjs';

/** @import { BenchmarkResults } from '../measure/results.mjs' */

const begin = '<!-- benchmark: made by npm run bench:report, not by hand -->';
const end = '<!-- end of the benchmark -->';

/**
 * The first engine in full, the others beside it in one column each.
 * @param {BenchmarkResults} results
 * @returns {string}
 */
export function readmeSection(results) {
  const [first] = results.runs;
  if (first === undefined) return '';
  const byEngine = results.runs.map((run) => new Map(groupsOf(run).map((row) => [row.group, row])));
  const groups = [...new Set(byEngine.flatMap((rows) => [...rows.keys()]))];
  const header = [
    'simd build over the best other, worst row',
    ...results.runs.map(({ engine }) => engine.engine),
    'largest error',
  ];
  const rows = groups.map((group) => [
    group,
    ...byEngine.map((own) => {
      const row = own.get(group);
      return row?.best ? `${row.standing} ${row.best}` : '';
    }),
    byEngine[0]?.get(group)?.error ?? '',
  ]);
  const requirements = results.runs.map((run) => {
    const outcomes = run.cells.flatMap((cell) => cell.outcomes).filter(({ met }) => met !== null);
    return `${run.engine.engine} ${outcomes.filter(({ met }) => met).length} of ${outcomes.length}`;
  });
  return [
    begin,
    provenance(results, first),
    '',
    ...results.runs.slice(1).flatMap((run) => [`${run.engine.engine}: ${run.engine.version}.`]),
    ...(results.runs.length > 1 ? [''] : []),
    ...markdownTable(
      header,
      rows.filter((row) => row.slice(1, -1).some((cell) => cell !== '')),
    ),
    '',
    `Requirements met: ${requirements.join(', ')}. All rows, with every peer: \`npm run bench:report -- bench/results/results.json\`.`,
    '',
    `![times the speed of the best other](bench/results/${first.engine.engine}-ratios.svg)`,
    '',
    `![products of matrices](bench/results/${first.engine.engine}-matmul.svg)`,
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
