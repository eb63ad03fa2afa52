/** Tables and charts say what is in the results, and the README says what is in the committed ones. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { judgeCell } from '../../bench/measure/judge.mjs';
import { threeDigits } from '../../bench/report/figures.mjs';
import { markdownReport } from '../../bench/report/markdown.mjs';
import { readmeSection, sectionIn, withReadmeSection } from '../../bench/report/readme.mjs';
import { matmulChart, ratioChart } from '../../bench/report/svg.mjs';
import { missedTable, requirementsMet } from '../../bench/report/tables.mjs';
import { engineSummary, suiteTables, summary } from '../../bench/report/text.mjs';
import { textTable } from '../../bench/report/text-table.mjs';
import { suites } from '../../bench/suites/index.mjs';

/** @param {number} cost */
const measured = (cost) => ({
  status: 'measured',
  samples: Array.from({ length: 7 }, () => cost),
  ...{ median: cost, p5: cost, p95: cost },
  accuracy: { correct: true, maxError: 1e-7, maxUlp: 1.5, checked: 4 },
});

/** @param {number} n @param {number} simd @param {number} peer */
function cellOf(n, simd, peer) {
  const flops = 2 * n ** 3;
  /** @type {any} */
  const cell = {
    suite: 'matmul',
    name: `${n}×${n}×${n}`,
    group: n < 64 ? 'small' : 'large',
    unit: { name: 'GFLOP/s', perMillisecond: flops / 1e6 },
    requirements: [{ kind: 'ratio', entry: 'simd', over: ['tfjs-wasm'], atLeast: 2 }],
  };
  /** @param {number} rate */
  const at = (rate) => measured(flops / 1e6 / rate);
  return judgeCell(
    cell,
    /** @type {any} */ ({ simd: at(simd), scalar: at(simd / 5), 'tfjs-wasm': at(peer), limit: at(60) }),
    1,
  );
}

/** @type {any} */
const run = {
  engine: { engine: 'node20', version: 'Node 20' },
  limits: { gigaflops: 60, copy: {}, read: {} },
  contenders: { simd: { version: '1' }, relaxed: { missing: 'it is not there' } },
  cells: [cellOf(8, 10, 1), cellOf(64, 45, 30), cellOf(256, 50, 55)],
  defects: [],
};
/** @type {any} */
const results = {
  schema: 1,
  date: '2026-01-02T03:04:05.000Z',
  commit: '0123456789abcdef',
  version: '0.1.0',
  machine: { cpu: 'A machine', cores: 2, memoryBytes: 1, system: 'Linux' },
  wasm: {},
  options: { suites: ['matmul'], filter: null, time: 40, rounds: 7, seed: 1, quick: false },
  runs: [run],
};

test('the summary shows where the package is ahead and where behind, each group by its worst row', () => {
  const lines = summary(run);
  assert.match(
    lines.find((line) => line.startsWith('small')) ?? '',
    /ahead +10\.0× .*tfjs +2\.00× +1\/1 +1\.50 ulp$/,
  );
  assert.match(
    lines.find((line) => line.startsWith('large')) ?? '',
    /behind +0\.91× .*tfjs +0\.18× +0\/2 +1\.50 ulp$/,
  );
  assert.ok(lines.some((line) => /^error: the simd build's largest; everybody's .* bench:report/.test(line)));
});

test('what is wrong or failed is said, stands in place of the ratio, and its requirements count as not measured', () => {
  /** @param {any} cell @param {Record<string, any>} instead */
  const spoilt = (cell, instead) => {
    const requirements = [{ kind: 'ratio', entry: 'simd', over: ['tfjs-wasm'], atLeast: 2 }];
    return judgeCell({ ...cell, requirements }, { ...cell.results, ...instead }, 1);
  };
  const none = { samples: [], median: null, p5: null, p95: null };
  const wrong = { ...none, status: 'wrong', reason: 'its largest error is 3.00' };
  const failed = { ...none, status: 'failed', reason: 'its process ended' };
  const [small, middle, large] = run.cells;
  const bad = {
    ...run,
    cells: [
      spoilt(small, { simd: wrong, 'simd, packed': failed }),
      // Of this row it is known what tfjs-wasm reaches, and nothing of brain.js.
      spoilt(middle, { 'tfjs-wasm': failed, 'brain.js': failed, 'ruv-swarm': wrong }),
      spoilt(large, { scalar: failed }),
    ],
  };
  const lines = summary(bad);
  assert.deepEqual(
    lines.filter((line) => /^(wrong|failed):/.test(line)),
    [
      'wrong: simd in 8×8×8: its largest error is 3.00',
      'failed: simd, packed in 8×8×8: its process ended',
      'failed: tfjs in 64×64×64: its process ended',
      'failed: scalar in 256×256×256: its process ended',
    ],
  );
  assert.match(lines.find((line) => line.startsWith('small')) ?? '', /^small +wrong +.* 0\/1/);
  assert.match(lines.find((line) => line.startsWith('large')) ?? '', /^large +behind .* failed +0\/2/);
  assert.match(engineSummary([bad]).find((line) => line.startsWith('small')) ?? '', /^small +wrong/);
  assert.equal(requirementsMet(bad), 'node20 0 of 3 (2 not measured)');
  const section = readmeSection({ ...results, runs: [bad] });
  assert.match(section, /^- node20, wrong: simd in 8×8×8/m);
});

test('tables show figures, shares of the limit, ratios and verdicts', () => {
  const text = suiteTables(run.cells).join('\n');
  assert.match(
    text,
    /64×64×64 +GFLOP\/s +45\.0 +9\.00 +30\.0 +60\.0 +75 % +1\.50× \(1\.50–1\.50\) tfjs +1\.50 ulp/,
  );
  assert.match(text, /8×8×8 +simd over tfjs-wasm ≥ 2 +10\.0× .* ✓/);
  assert.match(text, /✗ missed/);
});

test('several engines stand beside each other', () => {
  /** @type {any} */
  const other = { ...run, engine: { engine: 'webkit', version: 'WebKit' }, cells: [cellOf(64, 30, 30)] };
  const lines = engineSummary([run, other]);
  assert.match(lines[1] ?? '', /node20 +webkit +error/);
  assert.match(lines.find((line) => line.startsWith('small')) ?? '', /^small +ahead 10\.0× +1\.50 ulp$/);
  assert.match(lines.find((line) => line.startsWith('large')) ?? '', /behind 0\.91× +level 1\.00×/);
});

test('the summaries of a whole run fit on a screen', () => {
  /** @type {any[]} */
  const cells = suites.flatMap(({ cells }) => cells(1));
  const everybody = Object.fromEntries(
    ['simd', 'scalar', 'js', 'relaxed', 'tfjs-wasm', 'javascript'].map((id, i) => [
      id,
      measured(1 + i / 1000),
    ]),
  );
  /** @type {any} */
  const defect = { cell: 'x', peer: 'y', measured: 1, expected: 2, least: 0.8, unit: 'ns' };
  const whole = {
    ...run,
    cells: cells.map((cell) => judgeCell(cell, /** @type {any} */ (everybody), 1)),
    defects: Array.from({ length: 50 }, () => defect),
    fairness: { known: false, least: 0.4, from: 'A processor, node20' },
  };
  const engines = ['node20', 'node24', 'chromium', 'firefox', 'webkit'].map((engine) => ({
    ...whole,
    engine: { engine, version: 'Node 20.20.2 (V8 11.3.244.8-node.38)' },
  }));
  for (const lines of [summary(whole), engineSummary(engines)]) {
    assert.ok(lines.length <= 40, `${lines.length} lines`);
    const widest = Math.max(...lines.map((line) => [...line].length));
    assert.ok(widest > 60 && widest <= 100, `${widest} columns`);
  }
});

test('columns line up, and empty ones are left out', () => {
  assert.deepEqual(
    textTable(
      ['a', 'b', 'c'],
      [
        ['x', '', '10'],
        ['long', '', '2'],
      ],
    ),
    ['a      c', '────  ──', 'x     10', 'long   2'],
  );
});

test('three digits, as long as they say something', () => {
  assert.deepEqual([1234.5, 56.78, 9.876, 0.1234, 0.00001, Number.NaN].map(threeDigits), [
    '1235',
    '56.8',
    '9.88',
    '0.12',
    '1e-5',
    '–',
  ]);
});

test('the report shows the largest error beside the speed of everybody', () => {
  const text = markdownReport(results, () => []);
  // 30 GFLOP/s of tfjs, and a half of the limit.
  assert.ok(text.includes('30.0 (30.0–30.0), 50 %, 1.50 ulp'), text);
});

test('the report names machine, engine, date and commit, and what is missing', () => {
  const text = markdownReport(results, () => ['chart.svg']);
  for (const part of [
    'A machine',
    'Node 20',
    '2026-01-02',
    '0123456789',
    'relaxed is missing',
    '(chart.svg)',
  ])
    assert.ok(text.includes(part), part);
});

test('charts are drawn from the figures', () => {
  const ratios = ratioChart(run) ?? '';
  assert.equal(ratios.match(/<rect/g)?.length, 2);
  assert.ok(ratios.includes('class="ahead"') && ratios.includes('class="behind"'));
  const products = matmulChart(run) ?? '';
  // The limit, simd, scalar and tfjs.
  assert.equal(products.match(/<path/g)?.length, 4);
  for (const chart of [ratios, products]) {
    assert.ok(chart.startsWith('<svg xmlns=') && chart.trimEnd().endsWith('</svg>'));
    assert.ok(!/NaN|undefined|Infinity/.test(chart), chart);
    assert.match(chart, /<title[^>]*>[^<]+<\/title>\n<desc[^>]*>[^<]+<\/desc>/);
  }
  assert.equal(ratioChart({ ...run, cells: [] }), undefined);
  assert.equal(matmulChart({ ...run, cells: [] }), undefined);
});

test('what was missed on any engine stands there with what all of them measured', () => {
  const engine = { engine: 'node24', version: 'Node 24' };
  const other = { ...run, engine, cells: [cellOf(8, 10, 1), cellOf(64, 90, 30)] };
  const { header, rows } = missedTable([run, other]);
  assert.deepEqual(header, ['row', 'required', 'node20', 'node24']);
  assert.deepEqual(
    rows.map(([name]) => name),
    ['64×64×64', '256×256×256'],
  );
  const [[, required, here, there] = [], [, , , absent] = []] = rows;
  assert.equal(required, 'simd over tfjs-wasm ≥ 2');
  assert.match(here ?? '', /^1\.50× /);
  assert.match(there ?? '', /^\(3\.00× .*\)$/);
  assert.equal(absent, '');
  assert.equal(missedTable([{ ...run, cells: [cellOf(8, 10, 1)] }]).rows.length, 0);
});

test('the section of the README can be put in, found again and replaced', () => {
  const section = readmeSection(results);
  const once = withReadmeSection('# Title\n\ntext\n', section);
  assert.equal(sectionIn(once), section);
  const other = readmeSection({ ...results, date: '2027-01-01T00:00:00.000Z' });
  assert.notEqual(other, section);
  assert.equal(sectionIn(withReadmeSection(once, other)), other);
});

test("the README's figures and charts are those of the committed results", () => {
  const root = new URL('../../', import.meta.url);
  const file = new URL('bench/results/results.json', root);
  const section = sectionIn(readFileSync(new URL('README.md', root), 'utf8'));
  const committed = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(
    section,
    readmeSection(committed),
    'run npm run bench:report -- bench/results/results.json --readme',
  );
  const [first] = committed.runs;
  const chart = (/** @type {string} */ name) =>
    readFileSync(new URL(`bench/results/${first.engine.engine}-${name}.svg`, root), 'utf8');
  assert.equal(chart('ratios'), ratioChart(first));
  assert.equal(chart('matmul'), matmulChart(first));
});
