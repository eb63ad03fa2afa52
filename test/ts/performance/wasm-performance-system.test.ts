import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createWasmPerformanceSystem,
  getWasmPerformanceStatus,
  type ModuleSwitch,
  runWasmBenchmarks,
  WasmModuleManager,
} from '@sasi/wasm-performance';
import { runProgram } from './run-program.js';

const inputs = Float32Array.from([-3, -1, -0, 0, 0.5, 2, Number.NaN, Number.POSITIVE_INFINITY, -1e30]);

test("the seed's example, with a short benchmark", async () => {
  const wasmSystem = await createWasmPerformanceSystem({
    preferredModule: 'ruv-swarm',
    enableSIMD: true,
    memoryLimit: 50 * 1024 * 1024,
  });
  const result = await wasmSystem.performanceLayer.calculateNeuralActivation(inputs);
  const metrics = wasmSystem.manager.getPerformanceMetrics();
  // To the letter it runs among the tests of the package, where a benchmark with the defaults is made once.
  const benchmarks = await runWasmBenchmarks(wasmSystem.manager, {
    ops: ['add'],
    sizes: [64],
    samples: 2,
    minSampleMs: 0.1,
  });
  wasmSystem.dispose();

  for (const [i, x] of inputs.entries()) {
    const expected = Math.tanh(0.5 * x);
    if (Number.isNaN(expected)) assert.ok(Number.isNaN(result[i]));
    else assert.ok(Math.abs(result[i]! - expected) <= 2.4e-7, `tanh(0.5·${x}) = ${result[i]}`);
  }
  assert.ok(metrics.operationsPerSecond > 0);
  assert.ok(metrics.loadTime > 0);
  assert.equal(metrics.errorRate, 0);
  assert.equal(metrics.simd.operationsPerSecond, 0);
  const loaded = benchmarks.builds.filter((build) => build.loaded);
  assert.equal(benchmarks.cells.length, loaded.length + 1, 'one more for plain JavaScript');
});

const production = { preferredModule: 'production' } as const;

test('inputs are left as they are and results are fresh', async () => {
  const system = await createWasmPerformanceSystem();
  const before = inputs.slice();
  const first = await system.performanceLayer.calculateNeuralActivation(inputs);
  const second = await system.performanceLayer.calculateNeuralActivation(inputs);
  assert.deepEqual(inputs, before);
  assert.notEqual(first, second);
  assert.notEqual(first.buffer, second.buffer);
  system.dispose();
});

test('an unknown module is an INVALID_ARGUMENT that names the known ones', async () => {
  for (const preferredModule of ['nonsense', '', 'toString']) {
    await assert.rejects(
      createWasmPerformanceSystem({ preferredModule }),
      (error: TypeError & { code: string }) => {
        assert.ok(error instanceof TypeError);
        assert.equal(error.code, 'INVALID_ARGUMENT');
        assert.match(error.message, /'production'.*'fallback'/);
        return true;
      },
    );
  }
});

test('bad values are refused before anything is loaded', async () => {
  for (const config of [
    { memoryLimit: -1 },
    { memoryLimit: Number.NaN },
    { memoryLimit: '50' as unknown as number },
    { loadTimeout: 0 },
    { retryAttempts: 1.5 },
    { enableSIMD: 'yes' as unknown as boolean },
    { wasmUrl: 'somewhere' as never },
    null as never,
    'production' as never,
  ]) {
    await assert.rejects(createWasmPerformanceSystem(config), { code: 'INVALID_ARGUMENT' });
  }
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
});

test('after dispose nothing is left and every use says so', async () => {
  const system = await createWasmPerformanceSystem();
  const { runtime } = system;
  assert.equal(system.ready, true);
  assert.equal(system.status().ready, true);
  system.dispose();
  system.dispose();
  assert.equal(system.ready, false);
  assert.throws(() => system.runtime, { code: 'NOT_INITIALIZED' });
  assert.throws(() => runtime.memory.stats(), { code: 'DISPOSED' });
  for (const event of ['metrics', 'health', 'switch'] as const) {
    assert.throws(() => system.on(event, () => {}), { code: 'DISPOSED' });
  }
  assert.equal(await system.preload('fallback'), false);
  await assert.rejects(system.performanceLayer.calculateNeuralActivation(inputs), {
    code: 'NOT_INITIALIZED',
  });
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
});

test('systems of the same build and limit share one runtime; the last one disposes of it', async () => {
  const first = await createWasmPerformanceSystem(production);
  const second = await createWasmPerformanceSystem(production);
  const other = await createWasmPerformanceSystem({ ...production, memoryLimit: 8 * 1024 * 1024 });
  assert.equal(first.runtime, second.runtime);
  assert.notEqual(first.runtime, other.runtime);
  assert.deepEqual(
    getWasmPerformanceStatus().sharedRuntimes.map(({ memoryLimit, uses }) => [memoryLimit, uses]),
    [
      [52_428_800, 2],
      [8 * 1024 * 1024, 1],
    ],
  );
  first.dispose();
  const result = await second.performanceLayer.calculateNeuralActivation(inputs);
  assert.equal(result.length, inputs.length);
  second.dispose();
  other.dispose();
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
});

test('a switch is told to its listeners until they leave', async () => {
  const system = await createWasmPerformanceSystem(production);
  const seen: ModuleSwitch[] = [];
  const leave = system.on('switch', (change) => seen.push(change));
  assert.equal(await system.manager.switchModule('fallback'), true);
  leave();
  assert.equal(await system.manager.switchModule('production'), true);
  assert.deepEqual(seen, [{ from: 'production', to: 'fallback', tier: 'js' }]);
  const itself: unknown[] = [];
  itself.push(itself);
  for (const none of ['nothing', 'toString', null, undefined, 3, Symbol('s'), Object.create(null), itself]) {
    assert.throws(() => system.on(none as 'switch', () => {}), { code: 'INVALID_ARGUMENT' });
  }
  system.dispose();
});

test('metrics and health arrive by themselves, and no timer keeps the process', async () => {
  const { reported } = await runProgram<{ calls: number; status: string }>(`
    const { createWasmPerformanceSystem } = await import('@sasi/wasm-performance');
    const system = await createWasmPerformanceSystem();
    // More than one call in ten fails: health turns to 'error'.
    const health = new Promise((resolve) => system.on('health', resolve));
    const metrics = new Promise((resolve) => system.on('metrics', resolve));
    await system.performanceLayer.calculateNeuralActivation(new Float32Array(100));
    await system.performanceLayer.calculateNeuralActivation('nothing').catch(() => {});
    const keepAlive = setTimeout(() => {}, 30000);
    const [m, h] = [await metrics, await health];
    clearTimeout(keepAlive);
    report({ calls: m.errorRate, status: h.status });
    // Not disposed of: the process must end all the same.`);
  assert.equal(reported.calls, 0.5);
  assert.equal(reported.status, 'error');
});

test('the status is plain JSON and never throws', async () => {
  const plain = (value: unknown) => assert.deepEqual(JSON.parse(JSON.stringify(value)), value);
  plain(getWasmPerformanceStatus());
  assert.equal(getWasmPerformanceStatus().ready, false);
  const system = await createWasmPerformanceSystem(production);
  const status = getWasmPerformanceStatus(system);
  plain(status);
  assert.equal(status.module, 'production');
  assert.equal(status.tier, 'simd');
  assert.equal(status.simd, true);
  assert.equal(status.memory?.limit, 52_428_800);
  // A busy machine may load slowly, which is a warning.
  assert.notEqual(status.health.status, 'error');
  assert.deepEqual(getWasmPerformanceStatus(system.manager), status);
  assert.equal(getWasmPerformanceStatus().ready, true);
  // Disposed of behind the system's back.
  system.runtime.dispose();
  plain(getWasmPerformanceStatus(system));
  assert.equal(getWasmPerformanceStatus(system).health.status, 'error');
  system.dispose();
  plain(getWasmPerformanceStatus(system));
  for (const wrong of [null, 1, 'x', {}]) {
    assert.equal(getWasmPerformanceStatus(wrong as never).ready, false);
  }
});

test('the status of anything is a status', async () => {
  const system = await createWasmPerformanceSystem(production);
  const thrower = new Proxy(
    {},
    {
      get() {
        throw Object.create(null);
      },
      has() {
        throw Symbol('no');
      },
    },
  );
  const badError = new Error('x');
  Object.defineProperty(badError, 'message', {
    get() {
      throw badError;
    },
  });
  const answers = [undefined, null, 0, Number.NaN, 'x', Symbol('s'), 1n, [], {}, () => {}, badError];
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const targets: unknown[] = [...answers, thrower, revoked.proxy, Promise.resolve(), new Float32Array(3)];
  // The manager, with each of its methods answering nonsense, throwing or missing.
  const methods = Object.getOwnPropertyNames(WasmModuleManager.prototype) as (keyof WasmModuleManager)[];
  const broken = (method: string, how: unknown) =>
    new Proxy(system.manager, {
      get(manager, name) {
        if (name === method) return how;
        const value: unknown = Reflect.get(manager, name);
        return typeof value === 'function' ? value.bind(manager) : value;
      },
    });
  for (const method of methods) {
    for (const answer of [...answers, thrower]) targets.push(broken(method, () => answer));
    for (const thrown of [thrower, badError, Object.create(null), undefined]) {
      targets.push(
        broken(method, () => {
          throw thrown;
        }),
      );
    }
    targets.push(broken(method, undefined));
  }
  for (const target of targets.flatMap((each) => [each, { manager: each }])) {
    const status = getWasmPerformanceStatus(target as never);
    assert.equal(status.targets.length, 9);
    assert.ok(status.features.wasm);
  }
  system.dispose();
});
