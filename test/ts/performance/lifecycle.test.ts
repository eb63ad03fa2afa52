/** Lives that end: of a shared runtime, of a manager and its layers, of a benchmark under way; and what stays of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createWasmPerformanceSystem,
  getWasmPerformanceStatus,
  ProductionWasmBridge,
  registerModule,
  SIMDAccelerationLayer,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';
import { runProgram } from './run-program.js';

const production = { preferredModule: 'production' } as const;
const x = Float32Array.of(-2, 0, 2);

function assertNothingLeft(): void {
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
}

test('a runtime that was disposed of elsewhere is none: everybody says so, and gets another one', async () => {
  const manager = new WasmModuleManager(production);
  const bridge = new ProductionWasmBridge();
  const layer = new WasmPerformanceLayer();
  for (const one of [manager, bridge, layer]) assert.equal(await one.initialize(), true);
  const expected = bridge.calculateNeuralActivation(x);
  manager.getRuntime().dispose();

  const { loaded, module, tier, lastError } = manager.getModuleStatus();
  assert.deepEqual([loaded, module, tier], [false, 'none', null]);
  assert.match(lastError ?? '', /^DISPOSED: /);
  assert.equal(manager.isModuleManagerInitialized(), false);
  assert.equal(manager.healthCheck().status, 'error');
  assert.match(manager.healthCheck().issues.join(), /disposed of the runtime/);
  assert.equal(manager.getModuleMetrics().memoryUsage, 0);
  assert.equal(manager.getPerformanceMetrics().memoryUsage, 0);
  assert.match(manager.getPerformanceReport(), /module: none/);
  assert.throws(() => manager.getRuntime(), { code: 'NOT_INITIALIZED', message: /disposed of/ });
  assert.equal(bridge.isWasmInitialized(), false);

  assert.equal(await manager.initialize(), true);
  assert.deepEqual(await manager.getPerformanceLayer().calculateNeuralActivation(x), expected);
  assert.equal(await bridge.initialize(), true);
  assert.deepEqual(bridge.calculateNeuralActivation(x), expected);
  assert.deepEqual(await layer.calculateNeuralActivation(x), expected);
  assert.deepEqual(
    getWasmPerformanceStatus().sharedRuntimes.map(({ uses }) => uses),
    [3],
  );
  assert.notEqual(manager.healthCheck().status, 'error');
  await manager.cleanup();
  await bridge.cleanup();
  layer.cleanup();
  assertNothingLeft();
});

test('an operation, or a switch, finds another runtime as well', async () => {
  const manager = new WasmModuleManager(production);
  await manager.initialize();
  manager.getRuntime().dispose();
  assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(x)).length, 3);
  assert.equal(manager.getModuleStatus().lastError, undefined);
  manager.getRuntime().dispose();
  assert.equal(await manager.switchModule('production'), true);
  assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(x)).length, 3);
  await manager.cleanup();
  assertNothingLeft();
});

test('after cleanup() nothing but initialize() brings a manager back', async () => {
  const manager = new WasmModuleManager(production);
  await manager.initialize();
  await manager.cleanup();
  assert.equal(await manager.switchModule('production'), false);
  assert.equal(await manager.getPerformanceLayer().initialize(), false);
  assert.equal(await manager.getSIMDLayer().initialize(), false);
  assert.equal(manager.isModuleManagerInitialized(), false);
  assertNothingLeft();
  assert.equal(await manager.initialize(), true);
  assert.equal(await manager.switchModule('fallback'), true);
  assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(x)).length, 3);
  await manager.cleanup();
  assertNothingLeft();
});

test('a benchmark under way ends with its layer, and leaves no figures behind', async () => {
  const performance = new WasmPerformanceLayer();
  const simd = new SIMDAccelerationLayer();
  await performance.initialize();
  await simd.initialize();
  const benchmarks = [performance.runPerformanceBenchmark(), simd.runComprehensiveBenchmark()];
  const ended = benchmarks.map((benchmark) => assert.rejects(benchmark, { code: 'ABORTED' }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  performance.cleanup();
  simd.cleanup();
  await Promise.all(ended);
  assert.equal(performance.getPerformanceMetrics().performanceGain, 0);
  assert.equal(simd.getSIMDCapabilities().performance.speedup, 0);
  assertNothingLeft();
});

test('a module that was preloaded is the one that a switch takes, each time', async () => {
  let loads = 0;
  registerModule({
    name: 'slow to load',
    load: () => {
      loads++;
      return { vectorAdd: (a, b) => a.map((value, i) => value + b[i]!) };
    },
  });
  const manager = new WasmModuleManager(production);
  await manager.initialize();
  assert.equal(await manager.preload('slow to load'), true);
  assert.equal(loads, 1);
  for (let i = 0; i < 2; i++) {
    assert.equal(await manager.switchModule('slow to load'), true);
    assert.equal(manager.getModuleStatus().module, 'slow to load');
    assert.equal(manager.getModuleStatus().selection.at(-1)?.accepted, true);
    assert.deepEqual(manager.getSIMDLayer().simdVectorAdd(x, x), Float32Array.of(-4, 0, 4));
    assert.equal(await manager.switchModule('production'), true);
  }
  assert.equal(loads, 1);
  await manager.cleanup();
  assertNothingLeft();
});

test('a preload never ends the module in use', async () => {
  const told: string[] = [];
  const manager = new WasmModuleManager(production);
  manager.onSwitch(({ to }) => told.push(to));
  await manager.initialize();
  await manager.preload('fallback');
  await manager.switchModule('fallback');
  manager.updateConfig({ memoryLimit: 32 * 1024 * 1024 });
  assert.equal(await manager.preload('fallback'), true);
  assert.equal(manager.isModuleManagerInitialized(), true);
  assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(x)).length, 3);
  assert.equal(manager.getRuntime().memory.stats().limit, 52_428_800);
  assert.equal(await manager.switchModule('fallback'), true);
  assert.equal(manager.getRuntime().memory.stats().limit, 32 * 1024 * 1024);
  assert.deepEqual(told, ['production', 'fallback', 'fallback']);
  await manager.cleanup();
  assertNothingLeft();
});

test('two preloads at once keep one module, which is disposed of once, at the end', async () => {
  const alive = new Set<number>();
  let loads = 0;
  registerModule({
    name: 'counted',
    async load() {
      const id = ++loads;
      alive.add(id);
      await new Promise((resolve) => setTimeout(resolve, 20 * id));
      return {
        vectorAdd: (a, b) => a.map((value, i) => (alive.has(id) ? value + b[i]! : Number.NaN)),
        dispose: () => assert.equal(alive.delete(id), true),
      };
    },
  });
  const manager = new WasmModuleManager(production);
  await manager.initialize();
  const [first, second] = [manager.preload('counted'), manager.preload('counted')];
  assert.equal(await first, true);
  assert.equal(await manager.switchModule('counted'), true);
  assert.equal(await second, true);
  assert.deepEqual(manager.getSIMDLayer().simdVectorAdd(x, x), Float32Array.of(-4, 0, 4));
  assert.equal(alive.size, 1);
  await manager.cleanup();
  assert.deepEqual([...alive], []);
});

test('a module that is lost for good is an end that is told, and its kept use goes with it', async () => {
  const told: unknown[] = [];
  let works = true;
  registerModule({
    name: 'works once',
    loadPriority: 99,
    load: () => {
      if (!works) throw new Error('never again');
      works = false;
      return { vectorAdd: (a, b) => a.map((value, i) => value + b[i]!) };
    },
  });
  const manager = new WasmModuleManager({ preferredModule: 'works once', enableAutoFallback: false });
  await manager.initialize();
  await manager.switchModule('production');
  works = true;
  await manager.preload('works once');
  await manager.switchModule('works once');
  manager.onSwitch(({ from, to, tier }) => told.push([from, to, tier]));
  manager.getRuntime().dispose();
  assert.equal(await manager.initialize(), false);
  assert.deepEqual(told, [['works once', 'none', null]]);
  assert.match(manager.getModuleStatus().lastError ?? '', /never again/);
  assertNothingLeft();
  await manager.cleanup();
});

test('a preferred module that is registered no more is told as the reason', async () => {
  const unregister = registerModule({ name: 'gone', load: () => ({ vectorAdd: (a) => a }) });
  const manager = new WasmModuleManager({ preferredModule: 'gone' });
  unregister();
  assert.equal(await manager.initialize(), false);
  assert.match(manager.getModuleStatus().lastError ?? '', /^INVALID_ARGUMENT: .*gone/);
  await manager.cleanup();
});

test('no timer is left by the cleanup of a manager whose system has listeners', async () => {
  const { reported } = await runProgram<number[]>(
    `const { createWasmPerformanceSystem } = await import('@sasi/wasm-performance');
    const system = await createWasmPerformanceSystem({ preferredModule: 'production' });
    const health = [];
    system.on('metrics', () => {});
    system.on('health', ({ status }) => health.push(status));
    const alive = [timers.size];
    await system.manager.cleanup();
    alive.push(timers.size, health.length);
    await system.manager.initialize();
    alive.push(timers.size);
    system.dispose();
    report([...alive, timers.size]);`,
    {
      before: `
        const timers = new Set();
        const { setInterval: set, clearInterval: clear } = globalThis;
        globalThis.setInterval = (...args) => { const timer = set(...args); timers.add(timer); return timer; };
        globalThis.clearInterval = (timer) => { timers.delete(timer); clear(timer); };`,
    },
  );
  const [before, after, toldOfHealth, again, disposed] = reported;
  assert.deepEqual([before, after, again, disposed], [1, 0, 1, 0]);
  assert.equal(toldOfHealth, 1, 'that there is no module any more is told at once');
});

test('what is no listener is refused', async () => {
  const system = await createWasmPerformanceSystem(production);
  for (const wrong of [null, undefined, 5, {}] as never[]) {
    assert.throws(() => system.on('metrics', wrong), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => system.manager.onSwitch(wrong), { code: 'INVALID_ARGUMENT' });
  }
  for (const event of ['constructor', '__proto__', null] as never[]) {
    assert.throws(() => system.on(event, () => {}), { code: 'INVALID_ARGUMENT' });
  }
  system.dispose();
});

test('the end of a module is a change of it', async () => {
  const manager = new WasmModuleManager(production);
  const told: unknown[] = [];
  manager.onSwitch(({ from, to, tier }) => told.push([from, to, tier]));
  await manager.initialize();
  await manager.cleanup();
  await manager.cleanup();
  assert.deepEqual(told, [
    ['none', 'production', 'simd'],
    ['production', 'none', null],
  ]);
});

test('an exported configuration is a copy, and so is the one that was given', () => {
  const healthThresholds = { loadTime: 50 };
  const manager = new WasmModuleManager({ ...production, healthThresholds });
  healthThresholds.loadTime = -1;
  const exported = manager.exportConfig();
  assert.deepEqual(exported.healthThresholds, { loadTime: 50 });
  Object.assign(exported.healthThresholds!, { loadTime: '1' });
  assert.deepEqual(manager.exportConfig().healthThresholds, { loadTime: 50 });
});
