/** Hooks: preloading, events, User Timing, thresholds; and that nothing stays behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createWasmPerformanceSystem,
  getWasmPerformanceStatus,
  type HealthReport,
  loadRuntime,
  ProductionWasmBridge,
  preload,
  toPrometheusText,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';
import { runProgram } from './run-program.js';

const production = { preferredModule: 'production' } as const;
const uses = () => getWasmPerformanceStatus().sharedRuntimes.map((runtime) => runtime.uses);

test('what was preloaded is there at once for everyone', async () => {
  const ahead = preload(production);
  assert.equal(await ahead.ready, true);
  assert.deepEqual(uses(), [1]);
  const layer = new WasmPerformanceLayer();
  assert.equal(layer.isWasmInitialized(), true);
  ahead.dispose();
  ahead.dispose();
  assert.deepEqual(uses(), [1]);
  layer.cleanup();
  assert.deepEqual(uses(), []);
});

test('a preload that fails says so, and one that is dropped leaves nothing', async () => {
  assert.equal(await preload({ memoryLimit: 1000 }).ready, false);
  const dropped = preload(production);
  dropped.dispose();
  assert.equal(await dropped.ready, false);
  assert.deepEqual(uses(), []);
  assert.throws(() => preload({ preferredModule: 'nonsense' }), { code: 'INVALID_ARGUMENT' });
});

test('another module is preloaded for a switch', async () => {
  const system = await createWasmPerformanceSystem(production);
  assert.equal(await system.preload('fallback'), true);
  assert.equal(await system.preload('fallback'), true);
  assert.equal(await system.preload('nonsense'), false);
  assert.equal(system.manager.getModuleStatus().module, 'production');
  assert.equal(uses().length, 2);
  assert.equal(await system.manager.switchModule('fallback'), true);
  assert.deepEqual(uses(), [1], 'the switch took what was kept');
  system.dispose();
  assert.deepEqual(uses(), []);
});

test('health thresholds are the caller’s', async () => {
  const strict = await createWasmPerformanceSystem({ ...production, healthThresholds: { loadTime: 0 } });
  assert.deepEqual(
    strict.status().health.issues.map(({ code, limit }) => [code, limit]),
    [['LOAD_TIME', 0]],
  );
  strict.manager.updateConfig({ healthThresholds: { loadTime: 1e9, memory: 1 } });
  assert.deepEqual(
    strict.status().health.issues.map(({ code, severity }) => [code, severity]),
    [['MEMORY', 'error']],
  );
  strict.dispose();
  for (const wrong of [null, 5, { loadTime: -1 }, { latency: 5 }, { errorRate: '1' }] as never[]) {
    assert.throws(() => new WasmModuleManager({ healthThresholds: wrong }), { code: 'INVALID_ARGUMENT' });
  }
  const runtime = await loadRuntime({ memoryLimit: 2 * 1024 * 1024 });
  assert.deepEqual(
    runtime.health({ loadTime: 0 }).issues.map(({ code }) => code),
    ['LOAD_TIME'],
  );
  runtime.dispose();
});

test('health is told when it changes, by a switch at once', async () => {
  const system = await createWasmPerformanceSystem({
    ...production,
    healthThresholds: { loadTime: 1e9 },
  });
  const told: HealthReport[] = [];
  system.on('health', (report) => told.push(report));
  await system.manager.switchModule('fallback');
  assert.equal(told.length, 0, 'nothing has changed');
  system.manager.updateConfig({ healthThresholds: { loadTime: 0 } });
  await system.manager.switchModule('production');
  assert.deepEqual(
    told.map(({ status, issues }) => [status, issues.map(({ code }) => code)]),
    [['warning', ['LOAD_TIME']]],
  );
  system.dispose();
});

test('a listener to health misses no change because another one came after it', async () => {
  const system = await createWasmPerformanceSystem({
    ...production,
    healthThresholds: { loadTime: 1e9 },
  });
  const told: string[] = [];
  system.on('health', ({ status }) => told.push(`first: ${status}`));
  system.manager.updateConfig({ healthThresholds: { loadTime: 0 } });
  system.on('health', ({ status }) => told.push(`second: ${status}`));
  await system.manager.switchModule('fallback');
  assert.deepEqual(told, ['first: warning'], 'the second one came when it was so already');
  system.manager.updateConfig({ healthThresholds: { loadTime: 1e9 } });
  await system.manager.switchModule('production');
  assert.deepEqual(told.slice(1), ['first: healthy', 'second: healthy']);
  system.dispose();
});

test("profiling 'trace' writes User Timing entries, as long as calls took", async () => {
  const clear = () => {
    performance.clearMeasures();
    performance.clearMarks();
  };
  const entriesOf = (type: 'mark' | 'measure') =>
    performance.getEntriesByType(type).filter(({ name }) => name.startsWith('sasi-wasm:'));
  clear();
  const system = await createWasmPerformanceSystem({ ...production, enableProfiling: 'trace' });
  assert.ok(entriesOf('measure').some(({ name }) => name === 'sasi-wasm:load:compile'));
  clear();
  const before = performance.now();
  await system.performanceLayer.calculateNeuralActivation(new Float32Array(300));
  system.simdLayer.simdVectorAdd(new Float32Array(8), new Float32Array(8));
  system.runtime.ops.mean(new Float32Array(8));
  const after = performance.now();
  const [measures, marks] = [entriesOf('measure'), entriesOf('mark')];
  // Each call once, where it was made: not again as a call of the runtime beneath the layer.
  assert.deepEqual(
    measures.map(({ name }) => name).sort(),
    ['calculateNeuralActivation', 'mean', 'simdVectorAdd'].map((name) => `sasi-wasm:${name}`),
  );
  const startsOf = (entries: readonly PerformanceEntry[]) =>
    entries.map(({ name, startTime }) => `${name} ${startTime}`).sort();
  assert.deepEqual(startsOf(marks), startsOf(measures), 'each call begins with a mark');
  for (const { startTime, duration } of measures) {
    assert.ok(startTime >= before && startTime + duration <= after);
  }
  const activation = measures.find(({ name }) =>
    name.endsWith('calculateNeuralActivation'),
  ) as PerformanceMeasure;
  assert.deepEqual(activation.detail, { elements: 300 });
  assert.equal(system.performanceLayer.getPerformanceHistory().length, 1);
  system.dispose();
  clear();
  const plain = await createWasmPerformanceSystem(production);
  await plain.performanceLayer.calculateNeuralActivation(new Float32Array(300));
  assert.deepEqual([...entriesOf('measure'), ...entriesOf('mark')], []);
  plain.dispose();
});

test('each call is counted once, where it was made', async () => {
  const system = await createWasmPerformanceSystem(production);
  const bridge = new ProductionWasmBridge();
  await bridge.initialize();
  const x = new Float32Array(8);
  await system.performanceLayer.calculateNeuralActivation(x);
  system.simdLayer.simdDotProduct(x, x);
  bridge.calculateNeuralActivation(x);
  system.runtime.ops.mean(x);
  const metrics = system.runtime.metrics();
  assert.deepEqual(Object.keys(metrics.operations), ['mean']);
  const operations = { ...metrics.operations, ...system.manager.operationMetrics() };
  const text = toPrometheusText({ ...metrics, operations });
  const counted = [...text.matchAll(/^sasi_wasm_calls_total\{operation="(\w+)"\} (\d+)$/gm)];
  assert.deepEqual(
    counted.map(([, name, calls]) => [name, calls]),
    [
      ['mean', '1'],
      ['calculateNeuralActivation', '1'],
      ['simdDotProduct', '1'],
    ],
  );
  assert.equal(bridge.getOperationsCount(), 1);
  await bridge.cleanup();
  system.dispose();
});

test('the targets are told as far as they are known', async () => {
  const measured = () => {
    const { targets } = getWasmPerformanceStatus(system);
    return Object.fromEntries(targets.map((target) => [target.name, target]));
  };
  assert.ok(
    getWasmPerformanceStatus().targets.every((target) => target.measured === null && target.met === null),
  );
  const system = await createWasmPerformanceSystem(production);
  let targets = measured();
  assert.equal(targets.memory?.measured, 52_428_800);
  assert.equal(targets.memory?.met, true);
  assert.ok(targets['load a runtime']!.measured! > 0);
  assert.equal(targets['neural activation of 1000 floats, p99']?.measured, null);
  assert.equal(targets['SIMD over scalar, neural activation']?.met, null);
  // Calls of another length tell nothing about 1000 floats.
  await system.performanceLayer.calculateNeuralActivation(new Float32Array(10));
  assert.equal(measured()['neural activation of 1000 floats, p50']?.measured, null);
  system.performanceLayer.resetMetrics();
  const calls = async (count: number, length: number): Promise<void> => {
    for (let i = 0; i < count; i++)
      await system.performanceLayer.calculateNeuralActivation(new Float32Array(length));
  };
  await calls(99, 1000);
  targets = measured();
  assert.ok(targets['neural activation of 1000 floats, p50']!.measured! > 0);
  // The longest of a few calls is no percentile, and their mean rate not that of every second.
  assert.equal(targets['neural activation of 1000 floats, p99']?.measured, null);
  assert.equal(targets['neural activations per second']?.measured, null);
  await calls(1, 1000);
  targets = measured();
  assert.ok(targets['neural activation of 1000 floats, p99']!.measured! > 0);
  assert.equal(targets['neural activation of 1000 floats, p99']?.limit, 5);
  // About as many elements in the mean are no calls of 1000 floats.
  await calls(1, 999);
  assert.equal(measured()['neural activation of 1000 floats, p50']?.measured, null);
  system.dispose();
});

test('a program that cleans up nothing ends by itself', async () => {
  const { reported } = await runProgram<boolean>(`
    const { createWasmPerformanceSystem, preload, ProductionWasmBridge, WasmBridge } = await import('@sasi/wasm-performance');
    preload();
    const system = await createWasmPerformanceSystem();
    system.on('metrics', () => {});
    system.on('health', () => {});
    await new ProductionWasmBridge().initialize();
    await new WasmBridge().initialize();
    report(system.ready);`);
  assert.equal(reported, true);
});
