/** One engine's part of a run, with an engine whose contenders take as long as they are told to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOn } from '../../bench/command/run.mjs';
import { suiteTables } from '../../bench/report/text.mjs';

const flops = 2 * 256 ** 3;
/** @type {any} */
const cell = {
  suite: 'matmul',
  name: '256×256×256',
  group: 'matmul',
  entries: ['simd', 'tfjs-wasm'].map((id) => ({ id, options: { name: id } })),
  task: { operation: 'matmul' },
  unit: { name: 'GFLOP/s', perMillisecond: flops / 1e6 },
  limit: { kind: 'flops', amount: flops },
  requirements: [],
};

/**
 * @param {Record<string, number[]>} rates GFLOP/s, one for each attempt, the last one for all that follow
 * @param {object} plan
 * @param {string} [wrong] whose results are
 */
async function runWith(rates, plan = {}, wrong = '') {
  /** @type {Record<string, number>} */
  const attempts = {};
  /** @type {any} */
  const engine = {
    name: 'node20',
    description: { engine: 'node20', version: 'none' },
    address: () => 'file:///',
    start: async () => {
      let [name, amount] = ['', flops];
      return {
        close() {},
        async ask(/** @type {any} */ request) {
          if (request.kind === 'load') {
            name = request.options.name;
            return { kind: 'loaded', version: '1' };
          }
          if (request.kind === 'prepare') {
            amount = request.task.amount ?? flops;
            attempts[name] = (attempts[name] ?? 0) + 1;
            const accuracy = { correct: name !== wrong, maxError: 0.25, maxUlp: 1e6, checked: 1 };
            return accuracy.correct ? { kind: 'prepared' } : { kind: 'wrong', reason: 'it is off', accuracy };
          }
          if (request.kind === 'release') return { kind: 'released' };
          const own = rates[name] ?? [60];
          const rate = own[Math.min(attempts[name] ?? 1, own.length) - 1] ?? 60;
          return { kind: 'sampled', cost: amount / rate / 1e6 };
        },
      };
    },
  };
  const run = await runOn(engine, {
    ...{ cells: [cell], time: 1, rounds: 7, seed: 1, entry: '', cpu: 'AMD EPYC' },
    signal: new AbortController().signal,
    regressed: () => false,
    progress() {},
    suiteDone() {},
    ...plan,
  });
  return { run, attempts };
}

test('a peer that is as fast as it is known to be is measured once', async () => {
  const { run, attempts } = await runWith({ 'tfjs-wasm': [43] });
  assert.deepEqual(run.defects, []);
  assert.equal(attempts['tfjs-wasm'], 1);
});

test('a peer that was slow gets a second chance; one that stays slow was not measured fairly', async () => {
  const passing = await runWith({ 'tfjs-wasm': [10, 43] });
  assert.deepEqual(passing.run.defects, []);
  assert.equal(passing.attempts['tfjs-wasm'], 2);
  const staying = await runWith({ 'tfjs-wasm': [10] });
  assert.deepEqual(
    staying.run.defects.map(({ peer }) => peer),
    ['tfjs-wasm'],
  );
  assert.equal(staying.attempts['tfjs-wasm'], 2);
});

test('an apparent regression is measured again, and the second figure counts', async () => {
  const slow = (/** @type {any} */ { results }) => results.simd.median > flops / 40 / 1e6;
  const { run, attempts } = await runWith({ simd: [30, 50], 'tfjs-wasm': [43] }, { regressed: slow });
  assert.equal(attempts.simd, 2);
  assert.ok(Math.abs((run.cells[0]?.results.simd?.median ?? 0) / (flops / 50 / 1e6) - 1) < 1e-9);
});

test('the speed of a wrong result is shown with its error, and does not count', async () => {
  const { run } = await runWith({ simd: [10], 'tfjs-wasm': [43] }, {}, 'tfjs-wasm');
  const [{ results, comparisons } = assert.fail()] = run.cells;
  assert.deepEqual([results['tfjs-wasm']?.status, results['tfjs-wasm']?.median], ['wrong', null]);
  assert.deepEqual(comparisons, []);
  const text = suiteTables(run.cells).join('\n');
  assert.match(text, /43\.0 ✗ 0\.25/);
  assert.match(text, /tfjs wrong: it is off, so its speed does not count/);
});

test('the run says by which figures peers were judged', async () => {
  const known = await runWith({ 'tfjs-wasm': [43] });
  assert.equal(known.run.fairness?.known, true);
  assert.equal(known.run.fairness?.least, 0.8);
  assert.equal(known.run.fairness?.from, 'AMD EPYC, node20');
  const elsewhere = await runWith({ 'tfjs-wasm': [20] }, { cpu: 'M9' });
  assert.equal(elsewhere.run.fairness?.known, false);
  assert.deepEqual(elsewhere.run.defects, []);
});

test('a row in the middle of which the run is stopped is left out: whose process ended then has not failed', async () => {
  const controller = new AbortController();
  const { run } = await runWith({}, { signal: controller.signal, progress: () => controller.abort() });
  assert.deepEqual(run.cells, []);
});
