/** From samples to statements, with samples that say what must come out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesSince, regressions } from '../../bench/command/baseline.mjs';
import { processorName } from '../../bench/command/machine.mjs';
import { createProgress } from '../../bench/command/progress.mjs';
import { judgeCell } from '../../bench/measure/judge.mjs';
import { isSteady } from '../../bench/measure/session.mjs';

/** @param {number} cost @param {number} spread */
const samples = (cost, spread = 0) =>
  Array.from({ length: 9 }, (_, i) => cost * (1 + spread * ((i % 3) - 1)));

/** @param {number} cost @param {number} [spread] */
const measured = (cost, spread) => {
  const all = samples(cost, spread);
  return { status: 'measured', samples: all, median: cost, p5: all[0], p95: all[8] };
};

/** @type {any} */
const cell = {
  suite: 'matmul',
  name: '64×64×64',
  group: 'matmul',
  entries: [],
  task: { operation: 'matmul', m: 64, n: 64, k: 64, seed: 1 },
  unit: { name: 'GFLOP/s', perMillisecond: 1 },
  requirements: [
    { kind: 'ratio', entry: 'simd', over: ['tfjs-wasm', 'onnxruntime-web'], atLeast: 2 },
    { kind: 'ratio', entry: 'simd', over: ['brain.js'], atLeast: 2 },
    { kind: 'cost', entry: 'simd', atMost: 0.5 },
    { kind: 'extra', entry: 'scalar', over: 'simd', atMost: 1 },
  ],
};

/** @type {any} */
const results = {
  simd: measured(1, 0.01),
  scalar: measured(3),
  'tfjs-wasm': measured(4, 0.01),
  'onnxruntime-web': measured(2.5, 0.01),
  limit: measured(0.5),
};

test('a ratio is over the fastest of those that were asked for, with its interval', () => {
  const { outcomes, comparisons, results: judged } = judgeCell(cell, results, 1);
  const [ratio, missing, cost, extra] = outcomes;
  assert.equal(ratio.over, 'onnxruntime-web');
  assert.equal(ratio.measured, 2.5);
  assert.ok(ratio.low <= 2.5 && ratio.high >= 2.5 && ratio.low > 2.4 && ratio.high < 2.6);
  assert.equal(ratio.met, true);
  assert.equal(missing.met, null);
  assert.equal(missing.measured, null);
  assert.equal(cost.met, false);
  assert.equal(extra.measured, 2);
  assert.equal(extra.met, false);
  assert.equal(judged.simd.shareOfLimit, 0.5);
  assert.equal(judged.limit.shareOfLimit, undefined);
  assert.deepEqual(
    comparisons.map(({ entry, over }) => `${entry} ${over}`),
    ['simd tfjs-wasm', 'simd onnxruntime-web', 'simd scalar', 'scalar tfjs-wasm', 'scalar onnxruntime-web'],
  );
});

test('a regression is one at the lower end of its interval', () => {
  const slow = judgeCell(
    cell,
    {
      simd: measured(1.3),
      scalar: measured(1, 0.3),
      'base simd': measured(1),
      'base scalar': measured(0.9, 0.3),
    },
    1,
  );
  const changes = changesSince({ kind: 'package', folder: '', entry: '' }, [slow], {
    engine: { engine: 'node20', version: '' },
    cpu: '',
    seed: 1,
  });
  assert.deepEqual(
    changes.map(({ build }) => build),
    ['simd', 'scalar'],
  );
  assert.deepEqual(
    regressions(changes, 25).map(({ build }) => build),
    ['simd'],
  );
  assert.deepEqual(regressions(changes, 35), []);
});

test('processors have names that tell them apart', () => {
  const details = 'Architecture:   x86_64\nModel name:   AMD EPYC\nCPU family:  26\nModel:   2\n';
  assert.equal(processorName('AMD EPYC', details), 'AMD EPYC (family 26, model 2)');
  assert.equal(processorName('Intel(R) Core(TM) i7-1185G7 ', ''), 'Intel Core i7-1185G7');
  assert.equal(
    processorName('unknown', 'Architecture:   aarch64\nModel name:   Neoverse-N1\n'),
    'Neoverse-N1',
  );
  assert.equal(processorName('', 'Architecture:   aarch64\nModel name:   -\n'), 'aarch64');
  assert.equal(processorName('', ''), 'unknown processor');
});

test('warm-up ends when nothing gets faster and the engine is not busy with itself', () => {
  assert.equal(isSteady([10, 10, 10, 10], Number.POSITIVE_INFINITY), false, 'nothing to compare with');
  assert.equal(isSteady([10, 10.5, 14, 10.2], 10), true, 'noise');
  assert.equal(isSteady([10, 9.9, 9.5, 10], 10), false, 'better code came');
  assert.equal(isSteady([10, 90, 400, 30], 10), false, 'compilers compete with it');
  assert.equal(isSteady([40, 40, 40, 40], 10), false, 'a window that lies between two compilations');
});

test('progress is drawn in a terminal, and nowhere else', () => {
  /** @param {boolean} isTTY @param {Record<string, string>} environment @param {boolean} quiet */
  const drawn = (isTTY, environment, quiet = false) => {
    let text = '';
    const stream = {
      isTTY,
      columns: 40,
      write: (/** @type {string} */ part) => {
        text += part;
      },
    };
    const progress = createProgress(stream, environment, quiet);
    progress.show(1, 10, 'x'.repeat(100));
    progress.clear();
    return text;
  };
  assert.ok(drawn(true, {}).includes('1/10'));
  assert.ok(drawn(true, {}).length < 60, 'a line that wraps could not be taken back');
  assert.equal(drawn(false, {}), '');
  assert.equal(drawn(true, { CI: 'true' }), '');
  assert.equal(drawn(true, { TERM: 'dumb' }), '');
  assert.equal(drawn(true, {}, true), '');
});
