/**
 * Every contender computes what it is timed for, and the checks refuse what is wrong. The peers are installed in
 * bench/ by npm test; without them that part fails under CI and is left out elsewhere.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { checkResult } from '../../bench/data/check.mjs';
import { spacing } from '../../bench/data/float32.mjs';
import { unaryReference } from '../../bench/data/references.mjs';
import { referenceOf } from '../../bench/data/tasks.mjs';
import { recordTrace } from '../../bench/data/trace.mjs';
import { compileLoops, flopsPerTurn, readableBytes } from '../../bench/limit/loops.mjs';
import { Session } from '../../bench/measure/session.mjs';
import { suites } from '../../bench/suites/index.mjs';

const peers = new URL('../../bench/node_modules/', import.meta.url);
const sources = {
  package: new URL('../../dist/index.js', import.meta.url).href,
  peers: peers.href,
  compiled: new URL('../../build/wasm/bench/', import.meta.url).href,
};
const withoutPeers = existsSync(peers) || process.env.CI ? false : 'the peers are not installed';

/** @param {any} options */
async function sessionWith(options) {
  const session = new Session();
  const loaded = await session.answer({ kind: 'load', options, sources });
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded));
  return session;
}

const seed = 3;
const shape = { layers: [16, 12, 5], activation: 'relu', output: 'sigmoid', seed };
/** @type {Record<string, any>} */
const tasks = {
  tanh: { operation: 'unary', name: 'tanh', n: 1001, seed },
  gelu: { operation: 'unary', name: 'gelu', n: 1001, seed },
  silu: { operation: 'unary', name: 'silu', n: 1001, seed },
  add: { operation: 'binary', name: 'add', n: 1001, seed },
  softmax: { operation: 'softmax', n: 1000, rows: 100, seed },
  dot: { operation: 'dot', n: 1001, seed },
  matmul: { operation: 'matmul', m: 17, n: 9, k: 33, seed },
  matvec: { operation: 'matvec', m: 17, k: 33, n: 1, seed },
  'matmul, packed': { operation: 'matmul', m: 17, n: 9, k: 33, packed: true, seed },
  inference: { operation: 'run', rows: 1, ...shape },
  batch: { operation: 'run', rows: 7, ...shape, output: 'linear' },
};

/** @type {[string, any, string | false, Record<string, string>][]} */
const contenders = [
  ['the package', { name: 'package', variant: 'simd' }, false, {}],
  ['its scalar build', { name: 'package', variant: 'scalar' }, false, {}],
  ['its js build', { name: 'package', variant: 'js' }, false, {}],
  ['plain JavaScript', { name: 'javascript' }, false, {}],
  ['tfjs-wasm', { name: 'tfjs-wasm' }, withoutPeers, { matvec: 'unsupported' }],
  ['onnxruntime-web', { name: 'onnxruntime-web' }, withoutPeers, { matvec: 'unsupported' }],
  [
    'ruv-swarm',
    { name: 'ruv-swarm' },
    withoutPeers,
    {
      tanh: 'wrong',
      gelu: 'wrong',
      silu: 'unsupported',
      softmax: 'unsupported',
      batch: 'unsupported',
      matvec: 'unsupported',
    },
  ],
  [
    'brain.js',
    { name: 'brain.js' },
    withoutPeers,
    Object.fromEntries(
      Object.keys(tasks).map((name) => [name, name === 'inference' ? 'prepared' : 'unsupported']),
    ),
  ],
];

for (const [name, options, skip, expected] of contenders) {
  test(`${name} computes what it is timed for`, { skip }, async () => {
    const session = await sessionWith(options);
    for (const [what, task] of Object.entries(tasks)) {
      const answer = await session.answer({ kind: 'prepare', task });
      assert.equal(answer.kind, expected[what] ?? 'prepared', `${what}: ${JSON.stringify(answer)}`);
      if (answer.kind === 'prepared') assert.ok(answer.accuracy?.correct, `${what} was not checked`);
      if (answer.kind !== 'prepared' || what !== 'tanh') continue;
      await session.answer({ kind: 'calibrate', time: 0.1 });
      const sampled = await session.answer({ kind: 'sample', time: 0.1 });
      assert.ok(sampled.kind === 'sampled' && sampled.cost > 0, JSON.stringify(sampled));
    }
    await session.answer({ kind: 'release' });
  });
}

test('training, creation and traces are checked, too', async () => {
  const session = await sessionWith({ name: 'package', variant: 'simd' });
  for (const task of [
    { operation: 'train', rows: 8, ...shape, activation: 'sigmoid' },
    { operation: 'create', layers: [4, 3] },
    { operation: 'trace', operations: 200, way: 'pool', seed },
    { operation: 'products', rows: 16, batch: 8, ...shape },
  ]) {
    const answer = await session.answer({ kind: 'prepare', task: /** @type {any} */ (task) });
    assert.equal(answer.kind, 'prepared', `${task.operation}: ${JSON.stringify(answer)}`);
  }
});

test('plain JavaScript learns, from the same first loss', async () => {
  const session = await sessionWith({ name: 'javascript' });
  const task = { operation: 'train', rows: 8, ...shape, activation: 'sigmoid' };
  const answer = await session.answer({ kind: 'prepare', task: /** @type {any} */ (task) });
  assert.equal(answer.kind, 'prepared', JSON.stringify(answer));
});

test('a session says in one line what it cannot do', async () => {
  const session = new Session();
  const nothing = await session.answer({ kind: 'prepare', task: tasks.tanh });
  assert.deepEqual(nothing, { kind: 'failed', reason: 'nothing is loaded' });
  const missing = await session.answer({
    kind: 'load',
    options: { name: 'tfjs-wasm' },
    sources: { ...sources, peers: 'file:///nowhere/at/all/' },
  });
  assert.equal(missing.kind, 'failed');
  assert.ok(!missing.reason.includes('\n'));
});

test('references agree with values that are known', () => {
  // x · Φ(x), to 15 digits.
  const { values } = unaryReference('gelu', Float32Array.of(1, -1, 3, -3, 0.5));
  const right = [
    0.841344746068543, -0.158655253931457, 2.9959503059051, -0.00404969409489031, 0.345731230637007,
  ];
  for (const [i, value] of right.entries())
    assert.ok(Math.abs(values[i] - value) < 1e-14, `${i}: ${values[i]}`);
});

test('a result is judged by its worst element, and NaN is never right', () => {
  const reference = referenceOf(tasks.tanh);
  const exact = Float32Array.from(reference.values);
  assert.ok(checkResult(exact, reference, 'contract').correct);
  const off = exact.slice();
  off[700] += 8 * spacing(off[700]);
  assert.equal(checkResult(off, reference, 'contract').correct, false);
  assert.equal(checkResult(off, reference, 'tolerance').correct, true);
  off[3] = Number.NaN;
  const { correct, maxError } = checkResult(off, reference, 'tolerance');
  assert.deepEqual([correct, maxError], [false, null]);
  assert.equal(
    checkResult(exact.subarray(1), reference, 'tolerance').correct,
    false,
    'one element is missing',
  );
});

test('the loops of the limit do what they are said to', () => {
  const { multiplyAdd, copy, read, memory } = compileLoops();
  // The right factors of turn t are vectors t and t + 1; the left ones add up to 0.375.
  const floats = new Float32Array(memory.buffer);
  floats.forEach((_, i) => {
    floats[i] = Math.floor(i / 4);
  });
  assert.equal(multiplyAdd(3), 0.375 * (1 + 2 + (2 + 3) + (3 + 4)));
  assert.equal(flopsPerTurn, 48);
  floats.fill(1);
  floats[0] = 5;
  const end = readableBytes(1024);
  assert.equal(end, 1024);
  // The first lane of 64 vectors.
  assert.equal(read(end), 64 + 4);
  copy(4096, 0, 16);
  assert.equal(floats[1024], 5);
});

test('a trace is the same for everybody, and its payload is what is alive', () => {
  const [first, second] = [recordTrace({ operations: 50, seed }), recordTrace({ operations: 50, seed })];
  assert.deepEqual(first, second);
  assert.ok(first.payload >= 8 * Math.max(...first.steps.map(({ n }) => n)));
});

test('every suite has cells with names of their own, and entries that its requirements speak of', () => {
  const names = new Set();
  for (const suite of suites) {
    for (const cell of suite.cells(1)) {
      const name = `${cell.suite} ${cell.name}`;
      assert.equal(cell.suite, suite.name);
      assert.ok(!names.has(name), `${name} is there twice`);
      names.add(name);
      const ids = new Set([...cell.entries.map(({ id }) => id), 'limit']);
      assert.equal(ids.size, cell.entries.length + 1, name);
      for (const requirement of cell.requirements) assert.ok(ids.has(requirement.entry), name);
      const over = cell.requirements.flatMap((each) => ('over' in each ? each.over : []));
      for (const id of over) assert.ok(ids.has(id), `${name}: ${id}`);
      if (over.includes('limit')) assert.ok(cell.limit, name);
    }
  }
});
