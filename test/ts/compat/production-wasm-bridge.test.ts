/** ProductionWasmBridge, member by member. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { getWasmPerformanceStatus, ProductionWasmBridge, WasmBridge } from '@sasi/wasm-performance';

const x = Float32Array.of(0, 0.5, 1, -0.5, -1);
const notInitialized = {
  message: 'Production WASM Bridge not initialized: Production WASM module not initialized',
  code: 'NOT_INITIALIZED',
};

async function ready(options = {}): Promise<ProductionWasmBridge> {
  const bridge = new ProductionWasmBridge(options);
  assert.equal(await bridge.initialize(), true);
  return bridge;
}

afterEach(() => assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []));

test('before initialize it has nothing and every operation says so', async () => {
  const bridge = new ProductionWasmBridge();
  assert.equal(bridge.isWasmInitialized(), false);
  assert.equal(bridge.isSIMDSupported(), false);
  assert.throws(() => bridge.calculateNeuralActivation(x), notInitialized);
  assert.throws(() => bridge.optimizeConnections(x), notInitialized);
  assert.throws(() => bridge.processSpikeTrainData(x, 1), notInitialized);
  assert.throws(() => bridge.calculateMeshEfficiency(x, x), notInitialized);
  // An uninitialised bridge is what is wrong first, whatever it is given.
  assert.throws(() => bridge.calculateNeuralActivation(null as never), notInitialized);
  await assert.rejects(bridge.runBenchmark(), notInitialized);
  assert.equal(bridge.getMemoryUsage(), 0);
  assert.equal(bridge.getOperationsCount(), 0);
  assert.equal(bridge.getSpeedupFactor(), 0);
  const health = bridge.healthCheck();
  assert.equal(health.status, 'error');
  assert.equal(typeof health.metrics.loadTime, 'number');
  assert.equal(health.issues.length, 1);
  await bridge.cleanup();
});

test('its operations are those of WasmBridge, to the bit, whatever the length', async () => {
  const bridge = await ready();
  const other = new WasmBridge();
  await other.initialize();
  for (const length of [0, 1, 3, 5, 64, 1000, 16_384, 16_385, 100_000]) {
    const values = Float32Array.from({ length }, (_, i) => Math.fround(((i * 31) % 101) / 100));
    const kept = values.slice();
    assert.deepEqual(bridge.calculateNeuralActivation(values), other.calculateNeuralActivation(values));
    assert.deepEqual(bridge.optimizeConnections(values), other.optimizeConnections(values));
    assert.equal(bridge.processSpikeTrainData(values, 500), other.processSpikeTrainData(values, 500));
    assert.equal(
      bridge.calculateMeshEfficiency(values, values),
      other.calculateMeshEfficiency(values, values),
    );
    assert.deepEqual(values, kept);
  }
  const first = bridge.calculateNeuralActivation(x);
  bridge.calculateNeuralActivation(Float32Array.of(9, 9, 9, 9, 9));
  assert.deepEqual(first, other.calculateNeuralActivation(x), 'a result is not overwritten by the next call');
  other.cleanup();
  await bridge.cleanup();
});

test('connections take every rule, and refuse what is none', async () => {
  const bridge = await ready();
  const w = Float32Array.of(0.005, 0.4, 0.9, 0.1);
  assert.deepEqual(
    bridge.optimizeConnections(w, { rule: 'prune', threshold: 0.05 }),
    Float32Array.of(0, 0.4, 0.9, 0.1),
  );
  const jittered = bridge.optimizeConnections(w, { rule: 'jitter', seed: 3 });
  assert.deepEqual(bridge.optimizeConnections(w, { rule: 'jitter', seed: 3 }), jittered);
  for (const [i, value] of jittered.entries()) {
    assert.ok(Math.abs(value - w[i]!) <= 0.0500001 && value >= 0 && value <= 1);
  }
  assert.throws(() => bridge.optimizeConnections(w, { rule: 'hebbian' }), TypeError);
  assert.throws(() => bridge.optimizeConnections(w, { rule: 'nonsense' as never }), /nonsense/);
  await bridge.cleanup();
});

test('inputs that are none, and too long ones', async () => {
  const bridge = await ready({ maxArraySize: 10 });
  for (const wrong of [null, undefined, [1], new Int8Array(2)] as never[]) {
    assert.throws(() => bridge.calculateNeuralActivation(wrong), {
      message: 'Input must be a valid Float32Array',
      code: 'INVALID_ARGUMENT',
    });
    assert.throws(() => bridge.optimizeConnections(wrong), TypeError);
  }
  assert.throws(() => bridge.calculateNeuralActivation(new Float32Array(11)), {
    message: 'Array size 11 exceeds maximum allowed size 10',
    code: 'SHAPE_MISMATCH',
  });
  const extremes = Float32Array.of(Number.MAX_VALUE, Number.MIN_VALUE, Infinity, -Infinity, Number.NaN, 0);
  assert.deepEqual([...bridge.calculateNeuralActivation(extremes)], [1, 0, 1, -1, Number.NaN, 0]);
  await bridge.cleanup();
});

test('metrics count this bridge alone, in the units that they say', async () => {
  const bridge = await ready();
  assert.equal(bridge.getPerformanceMetrics().operationsCount, 0);
  bridge.calculateNeuralActivation(x);
  assert.equal(bridge.getOperationsCount(), 1);
  for (let i = 0; i < 9; i++) bridge.calculateNeuralActivation(x);
  assert.throws(() => bridge.calculateNeuralActivation(null as never));
  const metrics = bridge.getPerformanceMetrics();
  assert.deepEqual(Object.keys(metrics).sort(), [
    'averageOperationTime',
    'cacheHitRatio',
    'efficiency',
    'executionTime',
    'loadTime',
    'memoryPressure',
    'memoryUsage',
    'operationsCount',
    'simdAcceleration',
    'speedupFactor',
    'throughput',
  ]);
  assert.equal(metrics.operationsCount, 10);
  assert.ok(metrics.executionTime > 0 && metrics.averageOperationTime > 0);
  // The first call of a length allocates a block, the nine others find it.
  assert.equal(metrics.cacheHitRatio, 0.9);
  assert.equal(metrics.memoryUsage, bridge.getMemoryUsage());
  assert.equal(metrics.memoryPressure, metrics.memoryUsage / 52_428_800);
  assert.ok(metrics.memoryUsage > 0 && metrics.memoryUsage < 50 * 1024 * 1024);
  assert.equal(metrics.simdAcceleration, true);
  assert.ok(metrics.efficiency > 0 && metrics.efficiency <= 1);
  assert.ok(metrics.throughput > 0 && metrics.loadTime > 0);
  assert.ok(metrics.speedupFactor > 0);
  assert.equal(metrics.speedupFactor, bridge.getSpeedupFactor(), 'measured once');
  for (const value of Object.values(metrics)) assert.ok(typeof value === 'boolean' || Number.isFinite(value));
  bridge.resetMetrics();
  assert.equal(bridge.getOperationsCount(), 0);
  assert.equal(bridge.getPerformanceMetrics().averageOperationTime, 0);
  await bridge.cleanup();
});

test('with profiling off nothing was measured: times, throughput and efficiency are 0', async () => {
  const bridge = new ProductionWasmBridge({ enableProfiling: false });
  await bridge.initialize();
  bridge.calculateNeuralActivation(new Float32Array(10));
  const { executionTime, averageOperationTime, throughput, efficiency } = bridge.getPerformanceMetrics();
  assert.deepEqual([executionTime, averageOperationTime, throughput, efficiency], [0, 0, 0, 0]);
  await bridge.cleanup();
});

test('the blocks that it keeps are few, and are given back', async () => {
  const bridge = await ready();
  const before = bridge.getMemoryUsage();
  for (let length = 1; length <= 200; length++)
    bridge.calculateNeuralActivation(new Float32Array(length * 50));
  assert.ok(
    bridge.getMemoryUsage() - before <= 8 * (64 * 1024 + 64),
    `${bridge.getMemoryUsage() - before} bytes`,
  );
  await bridge.cleanup();
  // In a small pool it keeps none.
  const small = await ready({ memoryLimit: 2 * 1024 * 1024 });
  const use = small.getMemoryUsage();
  small.calculateNeuralActivation(new Float32Array(1000));
  assert.ok(small.getMemoryUsage() - use < 8192);
  await small.cleanup();
});

test('many bridges together keep no more than one, and each counts what it found', async () => {
  const lengths = Array.from({ length: 12 }, (_, i) => 10_240 - 64 * i);
  const bridges = [await ready()];
  const use = bridges[0]!.getMemoryUsage();
  const call = (bridge: ProductionWasmBridge) => {
    for (const length of lengths) bridge.calculateNeuralActivation(new Float32Array(length));
  };
  for (let i = 1; i < 150; i++) bridges.push(await ready());
  for (const bridge of bridges) call(bridge);
  assert.ok(
    bridges[0]!.getMemoryUsage() - use <= 2 ** 19 + 4096,
    `${bridges[0]!.getMemoryUsage() - use} bytes`,
  );
  const { length } = lengths;
  call(bridges[0]!);
  assert.equal(bridges[0]!.getPerformanceMetrics().cacheHitRatio, length / (2 * length));
  assert.equal(bridges[1]!.getPerformanceMetrics().cacheHitRatio, 1);
  // More lengths than are kept, of two operands each: the results are right all the same.
  for (let i = 1; i < 40; i++) {
    const [a, b] = [new Float32Array(i).fill(i), new Float32Array(i + 1).fill(0.5)];
    assert.equal(bridges[i % 2]!.calculateMeshEfficiency(a, b), 0.5 * i);
  }
  assert.ok(bridges[0]!.getMemoryUsage() - use <= 2 ** 19 + 4096);
  const last = bridges.pop()!;
  for (const bridge of bridges) await bridge.cleanup();
  assert.equal(last.getMemoryUsage(), use);
  call(last);
  await last.cleanup();
});

test('health: healthy with nothing to tell, and the worst issue wins', async () => {
  const bridge = await ready({ healthThresholds: { loadTime: 1e9, averageLatency: 1e9 } });
  bridge.calculateNeuralActivation(x);
  assert.deepEqual([bridge.healthCheck().status, bridge.healthCheck().issues], ['healthy', []]);
  await bridge.cleanup();
  const slow = await ready({ healthThresholds: { loadTime: 0 } });
  assert.equal(slow.healthCheck().status, 'warning');
  assert.match(slow.healthCheck().issues.join(), /^loading took/);
  await slow.cleanup();
  const full = await ready({ healthThresholds: { loadTime: 0, memory: 1000 } });
  const { status, issues, metrics } = full.healthCheck();
  assert.equal(status, 'error');
  assert.equal(issues.length, 2);
  assert.ok(metrics.memoryUsage > 1000);
  await full.cleanup();
});

test('a call that is refused for its argument is one that failed', async () => {
  const bridge = await ready({ maxArraySize: 10, healthThresholds: { loadTime: 1e9, averageLatency: 1e9 } });
  for (let i = 0; i < 9; i++) bridge.calculateNeuralActivation(x);
  assert.throws(() => bridge.calculateNeuralActivation([1] as never), { code: 'INVALID_ARGUMENT' });
  assert.equal(bridge.healthCheck().status, 'healthy', 'one in ten is not above the limit');
  assert.throws(() => bridge.calculateMeshEfficiency(x, new Float32Array(11)), { code: 'SHAPE_MISMATCH' });
  const { status, issues, metrics } = bridge.healthCheck();
  assert.equal(status, 'error');
  assert.match(issues.join(), /2 of 11/);
  assert.equal(metrics.operationsCount, 9);
  await bridge.cleanup();
});

test('the benchmark measures, and counts as no operation', async () => {
  const bridge = await ready();
  const benchmark = await bridge.runBenchmark();
  assert.deepEqual(Object.keys(benchmark).sort(), [
    'average_operation_time',
    'memory_usage',
    'operations_per_second',
    'simd_acceleration',
  ]);
  assert.ok(benchmark.operations_per_second > 0);
  assert.ok(Math.abs(benchmark.operations_per_second * benchmark.average_operation_time - 1000) < 1e-6);
  assert.equal(benchmark.simd_acceleration, true);
  assert.equal(benchmark.memory_usage, bridge.getMemoryUsage());
  assert.equal(bridge.getOperationsCount(), 0);
  await bridge.cleanup();
});

test('cleanup has its effects before it is awaited', async () => {
  const bridge = await ready();
  bridge.calculateNeuralActivation(x);
  const done = bridge.cleanup();
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
  assert.equal(bridge.isWasmInitialized(), false);
  assert.equal(bridge.getMemoryUsage(), 0);
  assert.equal(bridge.getOperationsCount(), 0);
  for (const value of Object.values(bridge.getPerformanceMetrics()))
    assert.ok(value === 0 || value === false);
  await done;
  await bridge.cleanup();
  assert.throws(() => bridge.calculateNeuralActivation(x), notInitialized);
  assert.equal(await bridge.initialize(), true);
  assert.equal(bridge.calculateNeuralActivation(x).length, 5);
  await bridge.cleanup();
});

test('without SIMD it is the scalar build, with the same bits', async () => {
  const [simd, scalar] = [await ready(), await ready({ enableSIMD: false })];
  assert.equal(scalar.isSIMDSupported(), false);
  assert.equal(scalar.getPerformanceMetrics().simdAcceleration, false);
  assert.deepEqual(scalar.calculateNeuralActivation(x), simd.calculateNeuralActivation(x));
  await simd.cleanup();
  await scalar.cleanup();
});
