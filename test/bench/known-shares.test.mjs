/** Peers that are slower than they are known to be: on which processor, in which engine, and by how much. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findDefects, knownReferences } from '../../bench/measure/known-shares.mjs';

const folder = mkdtempSync(join(tmpdir(), 'known-shares-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const unit = { name: 'GFLOP/s', perMillisecond: 1 };

/** @param {number} cost milliseconds, so 1 / cost GFLOP/s */
const measured = (cost) => ({ status: 'measured', samples: [cost], median: cost, p5: cost, p95: cost });

/** @param {number} peer @param {number} limit @param {string} [name] @returns {any} */
const cellWith = (peer, limit, name = '64×64×64') => ({
  suite: 'matmul',
  name,
  unit,
  results: { 'tfjs-wasm': { ...measured(peer), shareOfLimit: limit / peer }, limit: measured(limit) },
});

/** What an earlier run left: the peer at `share` of the limit. @param {string} cpu @param {string} engine @param {number} share @param {any[]} [defects] */
function earlier(cpu, engine, share, defects = []) {
  const file = join(folder, `${cpu}-${engine}-${share}.json`);
  const cells = [cellWith(1, share), cellWith(1, share, '8×8×8')];
  writeFileSync(
    file,
    JSON.stringify({ schema: 1, machine: { cpu }, runs: [{ engine: { engine }, cells, defects }] }),
  );
  return file;
}

const nowhere = join(folder, 'nowhere.json');
const peers = ['tfjs-wasm', 'onnxruntime-web'];

/** @param {string} file @param {number} peer @param {{ cpu?: string, engine?: string, gigaflops?: number, name?: string }} [here] */
function defects(file, peer, { cpu = 'AMD EPYC 9B45', engine = 'node20', gigaflops = 60, name } = {}) {
  return findDefects(cellWith(peer, 1 / gigaflops, name), peers, knownReferences(file), {
    cpu,
    engine,
    gigaflops,
  });
}

test('below 0.8 of its share of the limit a peer was not measured fairly', () => {
  // 34.8 GFLOP/s are known of this product with a limit of 60.
  assert.deepEqual(defects(nowhere, 1 / (0.81 * 34.8)), []);
  const [defect] = defects(nowhere, 1 / (0.79 * 34.8));
  assert.equal(defect.peer, 'tfjs-wasm');
  assert.ok(Math.abs(defect.expected - 34.8) < 1e-9 && Math.abs(defect.measured - 0.79 * 34.8) < 1e-9);
  // With half the limit, half of it is expected.
  assert.deepEqual(defects(nowhere, 1 / (0.81 * 17.4), { gigaflops: 30 }), []);
});

test('on a processor and in an engine that are known their figures count, the stricter one', () => {
  const file = earlier('Xeon', 'node20', 0.3);
  const xeon = { cpu: 'Intel Xeon' };
  assert.deepEqual(defects(file, 1 / (0.81 * 18), xeon), []);
  assert.equal(defects(file, 1 / (0.79 * 18), xeon).length, 1);
  const lax = earlier('EPYC', 'node20', 0.3);
  assert.equal(defects(lax, 1 / (0.79 * 34.8)).length, 1, 'a slow run is no licence to be slow');
});

test('elsewhere half of the least that is known is asked for', () => {
  const file = earlier('Xeon', 'node20', 0.3);
  for (const here of [{ cpu: 'M9' }, { cpu: 'M9', engine: 'webkit' }]) {
    assert.deepEqual(defects(file, 1 / (0.51 * 18), here), []);
    const [defect] = defects(file, 1 / (0.49 * 18), here);
    assert.equal(defect.least, 0.5);
  }
  // An engine that was measured is not judged by another one.
  const slower = earlier('Xeon', 'webkit', 0.1);
  assert.equal(defects(slower, 1 / (0.49 * 34.8), { cpu: 'M9' }).length, 1);
  assert.deepEqual(defects(slower, 1 / (0.51 * 6), { cpu: 'M9', engine: 'webkit' }), []);
});

test('rows that the table has not, and what was unfair at the time, are no measure', () => {
  assert.deepEqual(defects(earlier('Xeon', 'node20', 0.3), 1e3, { name: '8×8×8' }), []);
  const unfair = earlier('Xeon', 'node20', 0.01, [{ peer: 'tfjs-wasm', cell: '64×64×64' }]);
  assert.equal(defects(unfair, 1 / (0.49 * 34.8), { cpu: 'Xeon' }).length, 1);
});

test('what memory limits is asked for on known processors only', () => {
  const slow = (/** @type {string} */ cpu) => {
    const cell = { ...cellWith(1e3, 1, 'relu 10⁶'), suite: 'elementwise' };
    return findDefects(cell, peers, knownReferences(nowhere), { cpu, engine: 'node20', gigaflops: 60 });
  };
  assert.equal(slow('AMD EPYC').length, 1);
  assert.deepEqual(slow('Intel Xeon'), []);
});
