import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createWasmPerformanceSystem,
  getWasmPerformanceStatus,
  registerModule,
  SIMDAccelerationLayer,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';
import fc from 'fast-check';

const seed = 20_261_123;

function uses(): number[] {
  return getWasmPerformanceStatus().sharedRuntimes.map((runtime) => runtime.uses);
}

test('the activation goes into an array that is given, from whichever module', async () => {
  const x = Float32Array.from({ length: 1001 }, (_, i) => (i - 500) / 61);
  registerModule({
    name: 'without out',
    load: () => ({ calculateNeuralActivation: (values) => values.map((v) => Math.tanh(v / 2)) }),
  });
  for (const preferredModule of ['production', 'without out']) {
    const manager = new WasmModuleManager({ preferredModule });
    await manager.initialize();
    const layer = manager.getPerformanceLayer();
    const expected = await layer.calculateNeuralActivation(x);
    const out = new Float32Array(1001);
    assert.equal(await layer.calculateNeuralActivation(x, { out }), out);
    assert.deepEqual(out, expected);
    const inPlace = x.slice();
    assert.equal(await layer.calculateNeuralActivation(inPlace, { out: inPlace }), inPlace);
    assert.deepEqual(inPlace, expected);
    assert.deepEqual(await layer.calculateNeuralActivation(x, {}), expected);
    const short = { out: new Float32Array(1000) };
    await assert.rejects(layer.calculateNeuralActivation(x, short), {
      code: 'SHAPE_MISMATCH',
      message: /out has 1000 elements, the argument has 1001/,
    });
    for (const wrong of [{ out: [] }, { out: new Float64Array(1001) }, { out: null }] as never[]) {
      await assert.rejects(layer.calculateNeuralActivation(x, wrong), { code: 'INVALID_ARGUMENT' });
    }
    const two = [x, inPlace].map(
      layer.calculateNeuralActivation.bind(layer) as (x: Float32Array) => Promise<Float32Array>,
    );
    assert.deepEqual((await Promise.all(two))[0], expected, 'an index is no option');
    await manager.cleanup();
  }
});

test('a layer that nobody initialised loads on its first operation, and gives everything back', async () => {
  const layer = new WasmPerformanceLayer();
  assert.equal(layer.isWasmInitialized(), false);
  assert.equal(layer.getMemoryUsage(), 0);
  const result = await layer.calculateNeuralActivation(Float32Array.of(0, 2));
  assert.ok(Math.abs(result[1]! - Math.tanh(1)) < 1e-7);
  assert.equal(layer.isWasmInitialized(), true);
  assert.equal(layer.isSIMDSupported(), true);
  assert.equal(layer.isUsingRuvSwarm(), false);
  assert.ok(layer.getMemoryUsage() > 0);
  layer.cleanup();
  assert.deepEqual(uses(), []);
});

test('a layer of its own finds the runtime that a manager has loaded, whatever its limit', async () => {
  const system = await createWasmPerformanceSystem({ memoryLimit: 4 * 1024 * 1024 });
  const layer = new WasmPerformanceLayer();
  const simd = new SIMDAccelerationLayer();
  await layer.calculateNeuralActivation(new Float32Array(4));
  assert.deepEqual(simd.simdVectorAdd(Float32Array.of(1), Float32Array.of(2)), Float32Array.of(3));
  assert.equal(simd.isInitialized(), true);
  assert.deepEqual(uses(), [3]);
  // It keeps what it found when the manager goes.
  system.dispose();
  await layer.calculateNeuralActivation(new Float32Array(4));
  layer.cleanup();
  simd.cleanup();
  assert.deepEqual(uses(), []);
});

test('a layer with a limit of its own does not take a runtime with another', async () => {
  const system = await createWasmPerformanceSystem();
  const layer = new WasmPerformanceLayer({ memoryLimit: 4 * 1024 * 1024 });
  await layer.calculateNeuralActivation(new Float32Array(4));
  assert.deepEqual(uses(), [1, 1]);
  layer.cleanup();
  system.dispose();
});

test('after cleanup operations reject until the next initialize', async () => {
  const layer = new WasmPerformanceLayer();
  assert.equal(await layer.initialize(), true);
  layer.cleanup();
  layer.cleanup();
  await assert.rejects(layer.calculateNeuralActivation(new Float32Array(1)), { code: 'NOT_INITIALIZED' });
  await assert.rejects(layer.optimizeConnections(new Float32Array(1)), { code: 'NOT_INITIALIZED' });
  assert.equal(await layer.initialize(), true);
  assert.equal((await layer.calculateNeuralActivation(new Float32Array(3))).length, 3);
  layer.cleanup();
});

test('initialize never rejects, and says what an operation lacks', async () => {
  const layer = new WasmPerformanceLayer({ memoryLimit: 1000 });
  assert.equal(await layer.initialize(), false);
  await assert.rejects(
    layer.calculateNeuralActivation(new Float32Array(1)),
    (error: Error & { code: string }) => {
      assert.equal(error.code, 'NOT_INITIALIZED');
      assert.match(error.message, /memoryLimit of at least 2097152/);
      return true;
    },
  );
  layer.cleanup();
});

test('what is no Float32Array is refused with its name', async () => {
  const layer = new WasmPerformanceLayer();
  for (const wrong of [null, undefined, [1, 2], new Float64Array(2), 'text', 3]) {
    await assert.rejects(layer.calculateNeuralActivation(wrong as never), { code: 'INVALID_ARGUMENT' });
    await assert.rejects(layer.optimizeConnections(wrong as never), { code: 'INVALID_ARGUMENT' });
  }
  layer.cleanup();
});

test('NaN and infinities go through, or are refused on request', async () => {
  const x = Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const lenient = new WasmPerformanceLayer();
  const result = await lenient.calculateNeuralActivation(x);
  assert.deepEqual([...result.subarray(1)], [Number.NaN, 1, -1]);
  const strict = new WasmPerformanceLayer({ validateInputs: 'throw' });
  await assert.rejects(strict.calculateNeuralActivation(x), {
    code: 'INVALID_ARGUMENT',
    message: /element 1 is NaN/,
  });
  assert.equal((await strict.calculateNeuralActivation(x.subarray(0, 1))).length, 1);
  lenient.cleanup();
  strict.cleanup();
});

test('optimizeConnections is one gradient step on w²(1−w)², clamped', async () => {
  const layer = new WasmPerformanceLayer();
  await fc.assert(
    fc.asyncProperty(
      fc.float32Array({ min: -2, max: 3, noNaN: true, maxLength: 300 }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      async (w, eta) => {
        const before = w.slice();
        const result = await layer.optimizeConnections(w, { eta });
        assert.deepEqual(w, before);
        for (const [i, value] of w.entries()) {
          const step = value - eta * 2 * value * (1 - value) * (1 - 2 * value);
          const expected = Math.min(1, Math.max(0, step));
          assert.ok(Math.abs(result[i]! - expected) <= 1e-5, `w = ${value}: ${result[i]}, not ${expected}`);
        }
      },
    ),
    { seed, numRuns: 100 },
  );
  // Uniform weights move by up to 0.048, away from ½; NaN stays.
  const w = Float32Array.from({ length: 1001 }, (_, i) => i / 1000);
  const result = await layer.optimizeConnections(w);
  const moved = result.map((value, i) => Math.abs(value - w[i]!));
  const most = moved.reduce((a, b) => Math.max(a, b));
  assert.ok(most > 0.04 && most < 0.0485, `${most}`);
  for (let i = 1; i < result.length; i++) assert.ok(result[i]! >= result[i - 1]!);
  assert.ok(Number.isNaN((await layer.optimizeConnections(Float32Array.of(Number.NaN)))[0]));
  await assert.rejects(layer.optimizeConnections(w, { rule: 'hebbian' as never }), {
    code: 'INVALID_ARGUMENT',
  });
  await assert.rejects(layer.optimizeConnections(w, { min: 1, max: 0 }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(layer.optimizeConnections(w, { eta: Number.NaN }), { code: 'INVALID_ARGUMENT' });
  layer.cleanup();
});

test('metrics are those of the calls that were made', async () => {
  const layer = new WasmPerformanceLayer();
  assert.deepEqual(layer.getPerformanceMetrics(), {
    simdCapabilities: 'none',
    memoryUsage: 0,
    operationsPerSecond: 0,
    averageLatency: 0,
    simdAcceleration: false,
    performanceGain: 0,
    memoryEfficiency: 0,
    loadTime: 0,
    errorRate: 0,
    throughput: 0,
  });
  await layer.initialize();
  for (let i = 0; i < 150; i++) await layer.calculateNeuralActivation(new Float32Array(10));
  await assert.rejects(layer.calculateNeuralActivation([] as never));
  const metrics = layer.getPerformanceMetrics();
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0, `${name}: ${value}`);
  }
  assert.equal(metrics.errorRate, 1 / 151);
  // Compared with JavaScript when it was first asked for, and not again; the comparison is no call of the layer's.
  assert.ok(metrics.performanceGain > 0);
  assert.equal(layer.getPerformanceMetrics().performanceGain, metrics.performanceGain);
  assert.equal(layer.getPerformanceMetrics().errorRate, 1 / 151);
  // 1500 elements in 151 calls, over the same busy time.
  assert.ok(Math.abs(metrics.throughput / metrics.operationsPerSecond - 1500 / 151) < 1e-9);
  const history = layer.getPerformanceHistory();
  assert.equal(history.length, 100);
  assert.ok(
    history.every(({ operation, elements }) => operation === 'calculateNeuralActivation' && elements === 10),
  );
  assert.match(layer.getSIMDPerformanceReport(), /build: simd/);
  layer.resetMetrics();
  assert.equal(layer.getPerformanceMetrics().errorRate, 0);
  assert.deepEqual(layer.getPerformanceHistory(), []);
  layer.cleanup();
  assert.match(layer.getSIMDPerformanceReport(), /not initialised/);
});

test('health: the issues are sentences, the status is the worst', async () => {
  const layer = new WasmPerformanceLayer();
  assert.equal(layer.healthCheck().status, 'error');
  await layer.calculateNeuralActivation(new Float32Array(10));
  assert.ok(layer.healthCheck().issues.every((issue) => !issue.includes('calls failed')));
  await assert.rejects(layer.calculateNeuralActivation(null as never));
  const { status, issues } = layer.healthCheck();
  assert.equal(status, 'error');
  assert.ok(issues.some((issue) => issue.startsWith('1 of 2 calls failed')));
  layer.cleanup();
});

test('the benchmark measures, and leaves the counts of the layer alone', async () => {
  const layer = new WasmPerformanceLayer();
  const results = await layer.runPerformanceBenchmark();
  assert.deepEqual(
    results.map(({ details }) => details.size),
    [100, 1000, 10_000, 50_000],
  );
  for (const { success, wasmTime, jsTime, speedup, details, memoryUsage } of results) {
    assert.equal(success, true);
    assert.ok(wasmTime > 0 && jsTime > 0);
    assert.equal(speedup, jsTime / wasmTime);
    assert.equal(details.wasmMode, 'simd');
    assert.equal(details.simdEnabled, true);
    assert.ok(memoryUsage >= 8 * details.size);
  }
  const metrics = layer.getPerformanceMetrics();
  assert.equal(metrics.operationsPerSecond, 0);
  const product = results.reduce((all, { speedup }) => all * speedup, 1);
  assert.ok(Math.abs(metrics.performanceGain - product ** (1 / 4)) < 1e-9);
  assert.match(layer.getSIMDPerformanceReport(), /times as fast/);
  layer.cleanup();
  assert.deepEqual(uses(), []);
});
