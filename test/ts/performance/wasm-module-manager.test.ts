import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { getWasmPerformanceStatus, loadRuntime, WasmModuleManager } from '@sasi/wasm-performance';
import { type Answer, answer, withServer } from '../support/server.js';
import { swapInstruction, wasmBytes } from '../support/wasm-file.js';
import { runProgram } from './run-program.js';

const x = Float32Array.from({ length: 501 }, (_, i) => (i - 250) / 31);

function assertNothingLeft(): void {
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
}

test('before initialize a manager says that it has nothing, in finite numbers', () => {
  const manager = new WasmModuleManager();
  assert.equal(manager.isModuleManagerInitialized(), false);
  const status = manager.getModuleStatus();
  assert.deepEqual(
    [status.loaded, status.module, status.tier, status.memoryUsage, status.errorCount],
    [false, 'none', null, 0, 0],
  );
  const { simd, simdCapabilities, simdAcceleration, ...numbers } = manager.getPerformanceMetrics();
  for (const value of Object.values(numbers)) assert.equal(value, 0);
  assert.equal(simdAcceleration, false);
  assert.equal(manager.healthCheck().status, 'error');
  assert.match(manager.getPerformanceReport(), /module: none/);
  assert.throws(() => manager.getRuntime(), { code: 'NOT_INITIALIZED' });
});

test('the modules are listed with what is really there', () => {
  const modules = new WasmModuleManager().getAvailableModules();
  for (const { memoryRequirement, version } of modules) assert.ok(memoryRequirement > 0 && version !== '');
  assert.deepEqual(
    modules.map(({ name, available }) => [name, available]),
    [
      ['ruv-swarm', true],
      ['production', true],
      ['fallback', true],
    ],
  );
});

test('configuration: defaults, copies, changes', async () => {
  const manager = new WasmModuleManager();
  const defaults = {
    preferredModule: 'ruv-swarm',
    enableSIMD: true,
    memoryLimit: 52_428_800,
    loadTimeout: 10_000,
    retryAttempts: 3,
    enableProfiling: true,
    enableAutoFallback: true,
  };
  assert.deepEqual(manager.exportConfig(), defaults);
  assert.throws(() => manager.updateConfig({ memoryLimit: 0 }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => manager.updateConfig({ preferredModule: 'nonsense' }), { code: 'INVALID_ARGUMENT' });
  assert.deepEqual(manager.exportConfig(), defaults);
  manager.updateConfig({ preferredModule: 'production', enableSIMD: false, memoryLimit: 4 * 1024 * 1024 });
  assert.equal(await manager.initialize(), true);
  assert.equal(manager.getModuleStatus().tier, 'scalar');
  assert.equal(manager.getRuntime().memory.stats().limit, 4 * 1024 * 1024);
  await manager.cleanup();
});

test('a changed configuration reaches the module in use by initialize() and by a switch to the same one', async () => {
  for (const again of [
    (manager: WasmModuleManager) => manager.initialize(),
    (manager: WasmModuleManager) => manager.switchModule('production'),
  ]) {
    const manager = new WasmModuleManager({ preferredModule: 'production' });
    await manager.initialize();
    const unchanged = manager.getRuntime();
    manager.updateConfig({ loadTimeout: 5000, healthThresholds: { loadTime: 1000 } });
    assert.equal(await again(manager), true);
    assert.equal(manager.getRuntime(), unchanged, 'nothing that a module is loaded by has changed');
    manager.updateConfig({ enableSIMD: false, memoryLimit: 4 * 1024 * 1024, enableProfiling: false });
    assert.equal(manager.getModuleStatus().tier, 'simd', 'until then nothing changes');
    assert.match(manager.getPerformanceReport(), / of 52428800 bytes/);
    assert.equal(await again(manager), true);
    assert.equal(manager.getModuleStatus().tier, 'scalar');
    assert.equal(manager.getRuntime().memory.stats().limit, 4 * 1024 * 1024);
    assert.equal(manager.getRuntime().metrics().profiling, false);
    assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(x)).length, x.length);
    assert.equal(getWasmPerformanceStatus().sharedRuntimes.length, 1, 'the one before was given back');
    await manager.cleanup();
  }
});

test('a changed configuration reaches the health and the benchmarks of the layers', async () => {
  const healthThresholds = { loadTime: 1e9 };
  const manager = new WasmModuleManager({ preferredModule: 'production', healthThresholds });
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  assert.deepEqual(layer.healthCheck().issues, []);
  const asked: string[] = [];
  const wasmUrl = (file: string) => {
    asked.push(file);
    return new URL(`../../../../dist/wasm/${file}`, import.meta.url);
  };
  manager.updateConfig({ healthThresholds: { loadTime: 1e9, memory: 1 }, wasmUrl });
  assert.equal(layer.healthCheck().status, 'error');
  await layer.runPerformanceBenchmark();
  await manager.getSIMDLayer().runComprehensiveBenchmark();
  assert.deepEqual(asked, ['simd/neural.wasm', 'simd/neural.wasm']);
  await manager.cleanup();
});

test('initialize() goes to a newly preferred module, but not back from a switch', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  await manager.switchModule('fallback');
  assert.equal(await manager.initialize(), true);
  assert.equal(manager.getModuleStatus().module, 'fallback');
  manager.updateConfig({ preferredModule: 'ruv-swarm' });
  assert.equal(await manager.initialize(), true);
  assert.notEqual(manager.getModuleStatus().module, 'fallback');
  await manager.cleanup();
});

test('a configuration that cannot be loaded leaves the old module at work', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  manager.updateConfig({ memoryLimit: 1024 });
  assert.equal(await manager.initialize(), false);
  assert.match(manager.getModuleStatus().lastError ?? '', /^MEMORY_LIMIT: /);
  assert.equal(manager.getRuntime().memory.stats().limit, 52_428_800);
  await manager.cleanup();
});

test('a configuration changed during a load is that of the initialize() after it', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  const first = manager.initialize();
  await Promise.resolve();
  manager.updateConfig({ enableSIMD: false });
  assert.deepEqual(await Promise.all([first, manager.initialize()]), [true, true]);
  assert.equal(manager.getModuleStatus().tier, 'scalar');
  await manager.cleanup();
  assertNothingLeft();
});

test('a module preloaded with another configuration is loaded anew', async () => {
  const manager = new WasmModuleManager();
  const loaded = () => getWasmPerformanceStatus().sharedRuntimes.map(({ tier }) => tier);
  assert.equal(await manager.preload('production'), true);
  assert.deepEqual(loaded(), ['simd']);
  manager.updateConfig({ enableSIMD: false });
  assert.equal(await manager.preload('production'), true);
  assert.deepEqual(loaded(), ['scalar']);
  await manager.cleanup();
  assertNothingLeft();
});

test('row 17: a switch to an unknown module changes nothing', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  const before = manager.getModuleStatus();
  assert.equal(await manager.switchModule('nonsense'), false);
  assert.deepEqual(manager.getModuleStatus(), before);
  await manager.cleanup();
});

test('row 18: a switch to what cannot be loaded leaves the old module at work', async () => {
  // Not a package that lacks a file, but one that is no ruv-swarm at all.
  const manager = new WasmModuleManager({ preferredModule: 'production', ruvSwarm: async () => ({}) });
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  const expected = await layer.calculateNeuralActivation(x);
  assert.equal(await manager.switchModule('ruv-swarm'), false);
  const status = manager.getModuleStatus();
  assert.equal(status.module, 'production');
  assert.match(status.lastError ?? '', /^SELFTEST_FAILED: /);
  assert.equal(status.errorCount, 1);
  assert.deepEqual(await layer.calculateNeuralActivation(x), expected);
  await manager.cleanup();
});

test('row 19: there and back with calls in flight, the same answers all along', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  const expected = await layer.calculateNeuralActivation(x);
  // An activation is worked out whole before its first await, so that none is cut in two. The benchmark does span the
  // switch.
  const spanning = layer.runPerformanceBenchmark();
  const calls: Promise<Float32Array>[] = [];
  const call = () => calls.push(layer.calculateNeuralActivation(x));
  call();
  const there = manager.switchModule('fallback');
  call();
  assert.equal(await there, true);
  assert.equal(manager.getModuleStatus().tier, 'js');
  call();
  const back = manager.switchModule('production');
  call();
  assert.equal(await back, true);
  assert.equal(manager.getModuleStatus().tier, 'simd');
  assert.deepEqual(
    (await spanning).map(({ success, details }) => [success, details.wasmMode]),
    Array.from({ length: 4 }, () => [true, 'simd']),
  );
  for (const result of await Promise.all(calls)) assert.deepEqual(result, expected);
  assert.equal(manager.getPerformanceLayer(), layer);
  // The module that is not in use any more is gone.
  assert.equal(getWasmPerformanceStatus().sharedRuntimes.length, 1);
  await manager.cleanup();
  assertNothingLeft();
});

test('networks belong to the module that they were made in: a switch ends a training', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  const network = manager.getRuntime().createNetwork({ layers: [2, 4, 1] });
  const data = { inputs: new Float32Array(8), targets: new Float32Array(4), rows: 4 };
  const training = assert.rejects(network.train(data, { epochs: 1e9 }), { code: 'DISPOSED' });
  assert.equal(await manager.switchModule('fallback'), true);
  await training;
  assert.throws(() => network.run(Float32Array.of(0, 1)), { code: 'DISPOSED' });
  await manager.cleanup();
});

test('row 20: ten initialize() at once are one compile and one result', async () => {
  const { reported } = await runProgram(
    `const { WasmModuleManager } = await import('@sasi/wasm-performance');
     const config = { preferredModule: 'production' };
     const manager = new WasmModuleManager(config);
     const results = await Promise.all(Array.from({ length: 10 }, () => manager.initialize()));
     const others = await Promise.all(Array.from({ length: 10 }, () => new WasmModuleManager(config).initialize()));
     report({ results, others, compiled });`,
    {
      before: `
        let compiled = 0;
        for (const name of ['compile', 'compileStreaming']) {
          const original = WebAssembly[name];
          if (original) WebAssembly[name] = (...args) => { compiled++; return original(...args); };
        }
        WebAssembly.Module = new Proxy(WebAssembly.Module, {
          construct(target, [bytes]) {
            // The probes of the engine are a few dozen bytes.
            if (bytes.byteLength > 1000) compiled++;
            return new target(bytes);
          },
        });`,
    },
  );
  const ten = Array.from({ length: 10 }, () => true);
  assert.deepEqual(reported, { results: ten, others: ten, compiled: 1 });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('row 22: cleanup, an operation, initialize', async () => {
  const timersBefore = timers();
  const manager = new WasmModuleManager();
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  const expected = await layer.calculateNeuralActivation(x);
  const done = manager.cleanup();
  // Everything is gone when the call returns, before the promise is awaited.
  assertNothingLeft();
  assert.equal(manager.getModuleStatus().memoryUsage, 0);
  await done;
  await assert.rejects(layer.calculateNeuralActivation(x), { code: 'NOT_INITIALIZED' });
  assert.equal(timers(), timersBefore);
  assert.equal(await manager.initialize(), true);
  assert.deepEqual(await layer.calculateNeuralActivation(x), expected);
  await manager.cleanup();
  await manager.cleanup();
  assertNothingLeft();
});

test('a cleanup during the load ends it: false, and nothing is left', async () => {
  const manager = new WasmModuleManager();
  const loading = manager.initialize();
  await manager.cleanup();
  assert.equal(await loading, false);
  assert.equal(manager.isModuleManagerInitialized(), false);
  assertNothingLeft();
  assert.equal(await manager.initialize(), true);
  await manager.cleanup();
  assertNothingLeft();
});

test('who waits for a shared load is not disturbed by another who turns away', async () => {
  const leaving = new WasmModuleManager();
  const staying = new WasmModuleManager();
  const both = [leaving.initialize(), staying.initialize()];
  await leaving.cleanup();
  assert.deepEqual(await Promise.all(both), [false, true]);
  assert.equal(getWasmPerformanceStatus().sharedRuntimes[0]?.uses, 1);
  await staying.cleanup();
  assertNothingLeft();
});

test('a layer that was cleaned up stays so through a switch, until its own initialize', async () => {
  const manager = new WasmModuleManager();
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  layer.cleanup();
  await assert.rejects(layer.calculateNeuralActivation(x), { code: 'NOT_INITIALIZED' });
  await manager.switchModule('fallback');
  assert.equal(layer.isWasmInitialized(), false);
  assert.equal(await layer.initialize(), true);
  assert.equal((await layer.calculateNeuralActivation(x)).length, x.length);
  await manager.cleanup();
});

test('calls and failures are counted exactly, those of both layers', async () => {
  const manager = new WasmModuleManager();
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  for (let i = 0; i < 7; i++) await layer.calculateNeuralActivation(x);
  await assert.rejects(layer.calculateNeuralActivation([1] as never), { code: 'INVALID_ARGUMENT' });
  manager.getSIMDLayer().simdVectorAdd(x, x);
  const metrics = manager.getModuleMetrics();
  assert.equal(metrics.errorRate, 1 / 9);
  assert.equal(manager.getModuleStatus().errorCount, 1);
  assert.ok(metrics.performanceScore >= 0 && metrics.performanceScore <= 100);
  assert.ok(metrics.memoryUsage > 0 && metrics.memoryUsage < 52_428_800);
  assert.equal(manager.healthCheck().status, 'error');
  await manager.cleanup();
});

test('what the SIMD layer refuses is a failure as well', async () => {
  const manager = new WasmModuleManager();
  await manager.initialize();
  const layer = manager.getSIMDLayer();
  const [of3, of4] = [new Float32Array(3), new Float32Array(4)];
  for (const [call, code] of [
    [() => layer.simdVectorAdd([1] as never, of3), 'INVALID_ARGUMENT'],
    [() => layer.simdDotProduct(of3, of4), 'SHAPE_MISMATCH'],
    [() => layer.simdMatrixMultiply(of3, of4, 2, 2), 'SHAPE_MISMATCH'],
    [() => layer.simdMatrixMultiply(of4, of4, 2, 1.5), 'INVALID_ARGUMENT'],
  ] as const) {
    assert.throws(call, { code });
  }
  assert.equal(manager.getModuleStatus().errorCount, 4);
  assert.equal(manager.getModuleMetrics().errorRate, 1);
  assert.equal(manager.healthCheck().status, 'error');
  assert.deepEqual(layer.getOperationHistory(), []);
  await manager.cleanup();
});

test('without profiling nothing is counted', async () => {
  const manager = new WasmModuleManager({ enableProfiling: false });
  await manager.initialize();
  await manager.getPerformanceLayer().calculateNeuralActivation(x);
  assert.equal(manager.getModuleMetrics().operationsPerSecond, 0);
  assert.deepEqual(manager.getPerformanceLayer().getPerformanceHistory(), []);
  assert.deepEqual(manager.getRuntime().metrics().operations, {});
  await manager.cleanup();
});

const notFound = answer('not found', 'text/plain', 404);

/** Runs `use` with managers whose files come from a server, which gives `respond(file)` for each of them. */
function withFiles(
  respond: (file: string) => Answer,
  use: (manager: (config?: object) => WasmModuleManager, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const files = ['simd/neural.wasm', 'scalar/neural.wasm'];
  const answers = Object.fromEntries(files.map((file) => [file, respond(file)]));
  return withServer(answers, (wasmUrl, asked) =>
    use((config) => new WasmModuleManager({ preferredModule: 'production', wasmUrl, ...config }), asked),
  );
}

function productionCodes(manager: WasmModuleManager): (string | undefined)[] {
  const { selection } = manager.getModuleStatus();
  return selection.filter(({ candidate }) => candidate === 'production').map(({ code }) => code);
}

test('row 11: a load that takes too long gives way to the next build', async () => {
  const never: Answer = () => {};
  await withFiles(
    () => never,
    async (create) => {
      const manager = create({ loadTimeout: 400 });
      assert.equal(await manager.initialize(), true);
      assert.deepEqual(productionCodes(manager), ['LOAD_TIMEOUT', 'LOAD_TIMEOUT']);
      assert.equal(manager.getModuleStatus().module, 'fallback');
      await manager.cleanup();
    },
  );
});

test('row 12: a missing file is asked for again, then the next build', async () => {
  await withFiles(
    () => notFound,
    async (create, asked) => {
      const manager = create({ retryAttempts: 2 });
      assert.equal(await manager.initialize(), true);
      assert.deepEqual(productionCodes(manager), ['FETCH_FAILED', 'FETCH_FAILED']);
      assert.equal(asked.filter((file) => file.includes('simd')).length, 3);
      assert.equal(asked.filter((file) => file.includes('scalar')).length, 3);
      assert.equal(manager.getModuleStatus().module, 'fallback');
      await manager.cleanup();
    },
  );
});

test('row 12: a file that comes at the second try is used', async () => {
  let isFirst = true;
  const atSecondTry =
    (file: string): Answer =>
    (response, request) => {
      (isFirst ? answer('later', 'text/plain', 503) : answer(wasmFile(file)))(response, request);
      isFirst = false;
    };
  await withFiles(atSecondTry, async (create, asked) => {
    const manager = create({ retryAttempts: 1 });
    assert.equal(await manager.initialize(), true);
    assert.equal(manager.getModuleStatus().tier, 'simd');
    assert.equal(asked.length, 2);
    await manager.cleanup();
  });
});

test('row 12: a cleanup ends the waiting between two tries', async () => {
  await withFiles(
    () => notFound,
    async (create, asked) => {
      const manager = create({ retryAttempts: 1000 });
      const loading = manager.initialize();
      while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await manager.cleanup();
      assert.equal(await loading, false);
    },
  );
});

test('row 13: a corrupt file is not asked for again', async () => {
  for (const [bytes, code] of [
    [Buffer.from('<!doctype html>'), 'NOT_WASM'],
    [wasmFile('simd/neural.wasm').subarray(0, 1000), 'COMPILE_FAILED'],
  ] as const) {
    await withFiles(
      () => answer(bytes),
      async (create, asked) => {
        const manager = create();
        assert.equal(await manager.initialize(), true);
        assert.deepEqual(productionCodes(manager), [code, code]);
        assert.equal(asked.length, 2);
        assert.equal(manager.getModuleStatus().module, 'fallback');
        await manager.cleanup();
      },
    );
  }
});

test('row 14: a module that computes wrong is never used', async () => {
  // Subtracts where it should add: in the vector build only, so that the scalar one is served whole and used.
  const wrong = swapInstruction(wasmBytes('simd'), 'add_f32', [0xfd, 0xe4, 0x01], [0xfd, 0xe5, 0x01]);
  await withFiles(
    (file) => answer(file.includes('simd') ? wrong : wasmFile(file)),
    async (create, asked) => {
      const manager = create();
      assert.equal(await manager.initialize(), true);
      assert.deepEqual(productionCodes(manager), ['SELFTEST_FAILED', undefined], 'the scalar build is taken');
      assert.equal(asked.length, 2, 'what computes wrong is not asked for again');
      assert.equal(manager.getModuleStatus().tier, 'scalar');
      assert.deepEqual(
        manager.getSIMDLayer().simdVectorAdd(x, x),
        x.map((value) => 2 * value),
      );
      await manager.cleanup();
    },
  );
});

test('a runtime of files of the caller is not shared', async () => {
  await withFiles(
    (file) => answer(wasmFile(file)),
    async (create) => {
      const manager = create();
      assert.equal(await manager.initialize(), true);
      assertNothingLeft();
      const runtime = manager.getRuntime();
      await manager.cleanup();
      assert.throws(() => runtime.memory.stats(), { code: 'DISPOSED' });
    },
  );
});

test('row 10: what is larger than the pool is worked on in pieces', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production', memoryLimit: 2 * 1024 * 1024 });
  await manager.initialize();
  const large = Float32Array.from({ length: 1_000_003 }, (_, i) => Math.fround((i % 2001) / 100 - 10));
  const result = await manager.getPerformanceLayer().calculateNeuralActivation(large);
  const runtime = await loadRuntime({ memoryLimit: 64 * 1024 * 1024 });
  assert.deepEqual(result, runtime.ops.activate('tanh', large, { gain: 0.5 }));
  assert.deepEqual(manager.getSIMDLayer().simdVectorAdd(large, large), runtime.ops.add(large, large));
  runtime.dispose();
  // What is not elementwise needs the room; the runtime goes on after it was refused.
  const matrix = new Float32Array(1_000_000);
  assert.throws(() => manager.getSIMDLayer().simdMatrixMultiply(matrix, matrix, 1000, 1000), {
    code: 'POOL_EXHAUSTED',
  });
  assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(x)).length, x.length);
  assert.equal(manager.getRuntime().memory.stats().liveBlocks, 0);
  await manager.cleanup();
});

test('row 10: a pool that is nearly full leaves room enough for pieces', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production', memoryLimit: 4 * 1024 * 1024 });
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  const values = Float32Array.from({ length: 50_000 }, (_, i) => Math.fround(i / 5000 - 5));
  const expected = await layer.calculateNeuralActivation(values);
  const weights = await layer.optimizeConnections(values);
  const { memory } = manager.getRuntime();
  using block = memory.allocate(memory.stats().largestFree - 20_000);
  assert.deepEqual(await layer.calculateNeuralActivation(values), expected);
  assert.deepEqual(await layer.optimizeConnections(values), weights);
  assert.equal(memory.stats().liveBlocks, 1);
  block.dispose();
  // With no room at all there are no pieces either.
  using all = memory.allocate(memory.stats().largestFree - 64);
  await assert.rejects(layer.calculateNeuralActivation(values), { code: 'POOL_EXHAUSTED' });
  all.dispose();
  assert.deepEqual(await layer.calculateNeuralActivation(values), expected);
  await manager.cleanup();
});

function wasmFile(file: string): Buffer {
  return readFileSync(new URL(`../../../../dist/wasm/${file}`, import.meta.url));
}
