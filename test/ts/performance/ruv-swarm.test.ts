/** Row 15 and what surrounds it: ruv-swarm as it is installed, and packages of that name that are worse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ModuleStatus, WasmModuleManager } from '@sasi/wasm-performance';
import { installedCopy } from '../support/installed-copy.js';
import { answer, withServer } from '../support/server.js';
import { runProgram } from './run-program.js';

const program = `
  const { WasmModuleManager } = await import('@sasi/wasm-performance');
  const manager = new WasmModuleManager();
  const initialized = await manager.initialize();
  const status = manager.getModuleStatus();
  const [sum] = manager.getSIMDLayer().simdVectorAdd(Float32Array.of(1, 2), Float32Array.of(3, 4));
  await manager.cleanup();
  report({ initialized, status, sum });`;

const placeholders = `
export const initSync = () => ({ memory: { buffer: new ArrayBuffer(65536) } });
export default initSync;
export class SimdVectorOps {
  dot_product() { return 0.5; }
  vector_add(a) { return new Float32Array(a.length).fill(0.5); }
  vector_scale(a) { return a; }
  apply_activation(a) { return a.map(() => 0.5); }
  free() {}
}
export class SimdMatrixOps {
  matrix_multiply(a, b, m, k, n) { return new Float32Array(m * n); }
  free() {}
}`;

for (const [what, bindings, reason] of [
  ['throws when it is imported', "throw new Error('no native part');", /no native part/],
  ['has other contents', 'export const answer = 42;', /no SimdVectorOps/],
  [
    'throws when it is started',
    placeholders.replace('() => ({', "() => { throw new Error('bad magic'); }; const unused = () => ({"),
    /bad magic/,
  ],
  ['answers with placeholders', placeholders, /no operation that reproduces the golden values/],
  [
    'throws in every operation',
    placeholders.replaceAll(/\{ return [^}]*; \}/g, "{ throw new Error('not implemented'); }"),
    /not implemented/,
  ],
] as const) {
  test(`row 15: a ruv-swarm that ${what}`, async () => {
    const copy = installedCopy({
      'node_modules/ruv-swarm/package.json': '{ "name": "ruv-swarm", "version": "9.9.9", "type": "module" }',
      'node_modules/ruv-swarm/wasm/ruv_swarm_wasm.js': bindings,
      'node_modules/ruv-swarm/wasm/ruv_swarm_wasm_bg.wasm': 'not wasm',
    });
    try {
      const { reported, stderr } = await runProgram<{
        initialized: boolean;
        status: ModuleStatus;
        sum: number;
      }>(program, { folder: copy.folder });
      assert.equal(stderr, '');
      const { initialized, status, sum } = reported;
      assert.equal(initialized, true);
      assert.equal(status.module, 'production');
      assert.equal(status.tier, 'simd');
      assert.equal(status.errorCount, 0);
      assert.equal(status.selection[0]?.candidate, 'ruv-swarm');
      assert.equal(status.selection[0]?.code, 'SELFTEST_FAILED');
      assert.match(status.selection[0]?.reason ?? '', reason);
      assert.equal(status.routing, undefined);
      assert.equal(sum, 4);
    } finally {
      copy.remove();
    }
  });
}

test('row 1: it is found beside the program, too', async () => {
  const copy = installedCopy({}, ['ruv-swarm']);
  try {
    const { reported, stderr } = await runProgram<{ status: ModuleStatus; sum: number }>(program, {
      folder: copy.folder,
    });
    assert.equal(stderr, '');
    assert.equal(reported.status.module, 'ruv-swarm');
    assert.equal(reported.sum, 4);
  } finally {
    copy.remove();
  }
});

test('without a build to serve the rest it is passed over too, and that is told', async () => {
  const notFound = answer('not found', 'text/plain', 404);
  const answers = { 'simd/neural.wasm': notFound, 'scalar/neural.wasm': notFound };
  await withServer(answers, async (wasmUrl) => {
    const manager = new WasmModuleManager({ wasmUrl, retryAttempts: 0 });
    assert.equal(await manager.initialize(), true);
    const { module, selection } = manager.getModuleStatus();
    assert.equal(module, 'fallback');
    const own = selection.filter(({ candidate }) => candidate === 'ruv-swarm');
    assert.deepEqual(
      own.map(({ accepted, code }) => [accepted, code]),
      [[false, 'FETCH_FAILED']],
    );
    assert.match(own[0]!.reason, /^what would serve the rest beside it could not be loaded: .*404/);
    await manager.cleanup();
  });
});

test('it is told by itself, and its memory counts', async () => {
  const manager = new WasmModuleManager();
  await manager.initialize();
  assert.equal(manager.getPerformanceLayer().isUsingRuvSwarm(), true);
  const { routing, memoryUsage, capabilities } = manager.getModuleStatus();
  assert.ok(capabilities.includes('matmul'));
  assert.ok(routing?.every(({ reason }) => reason !== ''));
  const { reserved, used, limit } = manager.getRuntime().memory.stats();
  // Its memory begins with 17 pages, and 4 MiB are kept for it.
  assert.ok(memoryUsage - reserved - used >= 17 * 65_536, `${memoryUsage - reserved - used}`);
  assert.equal(limit, 52_428_800 - 4 * 1024 * 1024);
  assert.equal(await manager.switchModule('production'), true);
  assert.equal(manager.getPerformanceLayer().isUsingRuvSwarm(), false);
  assert.equal(manager.getModuleStatus().routing, undefined);
  assert.equal(await manager.switchModule('ruv-swarm'), true);
  await manager.cleanup();
});

test('long operands go to production, so that its memory keeps within its bounds', async () => {
  const manager = new WasmModuleManager();
  await manager.initialize();
  const simd = manager.getSIMDLayer();
  for (const length of [1000, 50_000, 100_000, 1_000_000]) {
    const a = Float32Array.from({ length }, (_, i) => (i % 100) / 100);
    const sum = simd.simdVectorAdd(a, a);
    assert.ok(sum.every((value, i) => value === 2 * a[i]!));
  }
  const n = 300;
  const matrix = new Float32Array(n * n).fill(0.5);
  assert.ok(simd.simdMatrixMultiply(matrix, matrix, n, n).every((value) => value === n / 4));
  const vectorized = simd.getOperationHistory().map((operation) => operation.vectorized);
  // Its binary has no vector instruction; what it serves is not claimed to be vectorised.
  assert.equal(vectorized[0], false);
  const { memoryUsage, routing } = manager.getModuleStatus();
  assert.ok(memoryUsage < 8 * 1024 * 1024, `${memoryUsage}`);
  assert.ok(
    routing?.some(({ servedBy }) => servedBy === 'ruv-swarm'),
    'it did not grow beyond its bounds',
  );
  await manager.cleanup();
});
