/** Peers that are slower than they are known to be: on which processor, in which engine, and by how much. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { expectedCost, fairnessOn, findDefects, withArithmetic } from '../../bench/measure/known-shares.mjs';

/** @param {number} cost milliseconds */
const measured = (cost) => ({ status: 'measured', samples: [cost], median: cost, p5: cost, p95: cost });

const flops = 2 * 64 ** 3;
/** @type {any} */
const cell = {
  suite: 'matmul',
  name: '64×64×64',
  unit: { name: 'GFLOP/s', perMillisecond: flops / 1e6 },
  limit: { kind: 'flops', amount: flops },
};
/** A row of a function, which copying limits. @param {string} count of its numbers */
const sigmoidOf = (count) => ({
  ...cell,
  suite: 'elementwise',
  name: `sigmoid ${count}`,
  unit: { name: '10⁹/s', perMillisecond: flops / 1e6 },
  limit: { kind: 'copy', amount: 1 },
});
const known = { cpu: 'AMD EPYC', engine: 'node20' };

/**
 * @param {number} peer GFLOP/s of tfjs-wasm
 * @param {{ cpu?: string, engine?: string, gigaflops?: number, row?: any, more?: object }} [here] with the limit in this row's rounds
 */
function defects(
  peer,
  { cpu = known.cpu, engine = known.engine, gigaflops = 60, row = cell, more = {} } = {},
) {
  const results = {
    'tfjs-wasm': measured(flops / 1e6 / peer),
    limit: measured(flops / 1e6 / gigaflops),
    ...more,
  };
  /** @type {any} */
  const result = { ...row, results };
  return findDefects(row, result, ['tfjs-wasm', 'onnxruntime-web'], {
    fairness: fairnessOn({ cpu, engine }),
    gigaflops: 60,
  });
}

test('at less than 0.8 of what it is known to reach a peer was not measured fairly', () => {
  assert.deepEqual(defects(0.77 * 34.8), []);
  const [defect] = defects(0.73 * 34.8);
  assert.ok(defect.least > 0.73 && defect.least < 0.77, 'of the arithmetic 0.8, and twice the overhead');
  assert.equal(defect.peer, 'tfjs-wasm');
  assert.ok(Math.abs(defect.expected - 34.8) < 1e-9 && Math.abs(defect.measured - 0.73 * 34.8) < 1e-9);
});

test('the arithmetic of a call goes with the limit, its overhead does not', () => {
  const overhead = 1.1e-3;
  const there = flops / 1e6 / 34.8;
  for (const gigaflops of [30, 60, 120]) {
    const arithmetic = ((there - overhead) * 60) / gigaflops;
    const found = expectedCost(cell, 'tfjs-wasm', gigaflops);
    assert.equal(found?.overhead, overhead);
    assert.ok(Math.abs((found?.arithmetic ?? 0) / arithmetic - 1) < 1e-12);
    const rate = flops / 1e6 / (2 * overhead + arithmetic / 0.8);
    assert.deepEqual(defects(1.01 * rate, { gigaflops }), []);
    assert.equal(defects(0.99 * rate, { gigaflops }).length, 1);
  }
});

test('in a row that has another limit the arithmetic is measured beside it', () => {
  const row = { ...cell, entries: [], limit: { kind: 'copy', amount: 1 } };
  assert.equal(withArithmetic(cell), cell);
  assert.deepEqual(
    withArithmetic(/** @type {any} */ (row)).entries.map(({ task }) => task?.operation),
    ['limit'],
  );
  // 10 GFLOP/s: a sixth of what the run found at its beginning.
  const arithmetic = { arithmetic: measured(1e6 / 1e6 / 10) };
  assert.equal(defects(0.5 * 34.8, { row }).length, 1);
  assert.deepEqual(defects(0.5 * 34.8, { row, more: arithmetic }), []);
});

test('on a processor or in an engine that is not known, 0.4 of it is asked for', () => {
  for (const here of [{ cpu: 'M9' }, { engine: 'webkit' }]) {
    assert.deepEqual(defects(0.41 * 34.8, here), []);
    const [defect] = defects(0.39 * 34.8, here);
    assert.ok(Math.abs(defect.least - 0.4) < 1e-12);
  }
});

test('of functions 0.3 elsewhere', () => {
  const row = sigmoidOf('10⁴');
  assert.equal(defects(0.75 * 1.03, { row }).length, 1);
  assert.deepEqual(defects(0.31 * 1.03, { row, cpu: 'M9' }), []);
  assert.equal(defects(0.29 * 1.03, { row, cpu: 'M9' }).length, 1);
});

test('of what memory limits a third, and a quarter elsewhere; rows that are not in the table have no measure', () => {
  const row = sigmoidOf('10⁶');
  assert.deepEqual(defects(0.34 * 1.2, { row }), []);
  assert.equal(defects(0.32 * 1.2, { row }).length, 1);
  assert.deepEqual(defects(0.26 * 1.2, { row, cpu: 'M9' }), []);
  assert.equal(defects(0.24 * 1.2, { row, cpu: 'M9' }).length, 1);
  assert.deepEqual(defects(1e-3, { row: { ...cell, name: '8×8×8' } }), []);
});

const peers = new URL('../../bench/node_modules/', import.meta.url);
const skip = existsSync(peers) || process.env.CI ? false : 'the peers are not installed';

/** Large enough for its vectors to be all that counts. */
const side = 256;
const work = 2 * side ** 3;
/** @type {any} */
const large = {
  ...cell,
  name: '256×256×256',
  unit: { name: 'GFLOP/s', perMillisecond: work / 1e6 },
  limit: { kind: 'flops', amount: work },
};

/** Costs of tfjs-wasm and of the limit, in a process of their own, by turns. @param {boolean} vectors */
function measureTensorFlow(vectors) {
  const program = `
    import { createRequire } from 'node:module';
    import { Session } from ${JSON.stringify(new URL('../../bench/measure/session.mjs', import.meta.url).href)};
    const peers = ${JSON.stringify(peers.href)};
    const require = createRequire(peers);
    // Which registers the flag.
    require('@tensorflow/tfjs-backend-wasm');
    require('@tensorflow/tfjs-core').env().set('WASM_HAS_SIMD_SUPPORT', ${vectors});
    const contenders = [
      ['tfjs-wasm', { operation: 'matmul', m: ${side}, n: ${side}, k: ${side}, seed: 1 }],
      ['limit', { operation: 'limit', kind: 'flops', amount: ${work} }],
    ];
    const sessions = [];
    for (const [name, task] of contenders) {
      const session = new Session();
      await session.answer({ kind: 'load', options: { name }, sources: { peers, package: '', compiled: '' } });
      await session.answer({ kind: 'prepare', task });
      await session.answer({ kind: 'calibrate', time: 10 });
      sessions.push(session);
    }
    const best = [Infinity, Infinity];
    for (let round = 0; round < 7; round++)
      for (const [i, session] of sessions.entries())
        best[i] = Math.min(best[i], (await session.answer({ kind: 'sample', time: 10 })).cost);
    console.log(JSON.stringify(best));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const [peer = Number.NaN, limit = Number.NaN] = JSON.parse(stdout || 'null') ?? assert.fail(stderr);
  /** @type {any} */
  const result = { ...large, results: { 'tfjs-wasm': measured(peer), limit: measured(limit) } };
  return {
    defectsOn: (/** @type {string} */ cpu) =>
      findDefects(large, result, ['tfjs-wasm'], { fairness: fairnessOn({ ...known, cpu }), gigaflops: 0 }),
    shown: `${limit / peer} of the limit`,
  };
}

test('a peer without its vectors is found out on any processor, and one that has them is not', {
  skip,
}, () => {
  const right = measureTensorFlow(true);
  assert.deepEqual(right.defectsOn('M9'), [], right.shown);
  const slow = measureTensorFlow(false);
  for (const cpu of [known.cpu, 'M9']) assert.equal(slow.defectsOn(cpu).length, 1, slow.shown);
});
