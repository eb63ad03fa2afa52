// @ts-check
/** npm run bench:report: Markdown tables and SVG charts of a file that `npm run bench -- --json` wrote. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, UsageError } from './command/errors.mjs';
import { parseArguments } from './command/options.mjs';
import { markdownReport } from './report/markdown.mjs';
import { readResults } from './report/read-results.mjs';
import { lackOf, readmeSection, withReadmeSection } from './report/readme.mjs';
import { matmulChart, ratioChart } from './report/svg.mjs';

/** @import { BenchmarkResults } from './measure/results.mjs' */

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `Makes tables and charts of results.

  npm run bench:report -- FILE [--out FOLDER]   report.md and its charts (default: build/bench-report)
  npm run bench:report -- FILE --readme         bench/results/results.json, the README's section and its charts

FILE is what npm run bench -- --json FILE wrote.
Exit code: 0 good, 2 the file or an option is wrong.
`;

/** The charts of every engine, by file name. @param {BenchmarkResults} results */
function chartsOf({ runs }) {
  /** @type {Record<string, string>} */
  const files = {};
  for (const run of runs) {
    const { engine } = run.engine;
    const [ratios, products] = [ratioChart(run), matmulChart(run)];
    if (ratios !== undefined) files[`${engine}-ratios.svg`] = ratios;
    if (products !== undefined) files[`${engine}-matmul.svg`] = products;
  }
  return files;
}

/** @param {string} folder @param {Record<string, string>} files */
function write(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** Four digits say all that a sample knows, in a file of half the size. @param {BenchmarkResults} results @returns {BenchmarkResults} */
function rounded(results) {
  const round = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  return JSON.parse(JSON.stringify(results, round));
}

function main() {
  const { values, positionals } = parseArguments({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      readme: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new UsageError('give one file of results; --help says how');
  const results = values.readme ? rounded(readResults(file)) : readResults(file);
  const charts = chartsOf(results);
  if (values.readme) {
    const lack = lackOf(results);
    if (lack !== undefined) throw new UsageError(`${file}: the README takes a whole run; ${lack}`);
    const committed = join(root, 'bench/results');
    write(committed, { ...charts, 'results.json': `${JSON.stringify(results)}\n` });
    const readme = join(root, 'README.md');
    writeFileSync(readme, withReadmeSection(readFileSync(readme, 'utf8'), readmeSection(results)));
    process.stdout.write(`wrote ${committed} and the section of README.md\n`);
    return;
  }
  const folder = values.out ?? join(root, 'build/bench-report');
  const own = (/** @type {string} */ engine) =>
    Object.keys(charts).filter((name) => name.startsWith(`${engine}-`));
  write(folder, { ...charts, 'report.md': markdownReport(results, (run) => own(run.engine.engine)) });
  process.stdout.write(`wrote ${join(folder, 'report.md')}\n`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = exitCodes.usage;
}
