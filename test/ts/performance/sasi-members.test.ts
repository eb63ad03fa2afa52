/**
 * What SASI calls of the three classes, member by member: the shapes, and the way in which its own code puts them
 * together. What the numbers mean is tested where each class is.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import {
  getWasmPerformanceStatus,
  SIMDAccelerationLayer,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';

const kb = 1024;

function keys(value: object): string[] {
  return Object.keys(value).sort();
}

function assertFinite(value: unknown, path = ''): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) assertFinite(inner, `${path}.${key}`);
  }
}

function random(length: number): Float32Array {
  let state = length;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}

describe('as SASI puts them together: a manager, and two layers that nobody initialises', () => {
  const performance = new WasmPerformanceLayer();
  const simd = new SIMDAccelerationLayer();
  const manager = new WasmModuleManager({
    preferredModule: 'ruv-swarm',
    enableSIMD: true,
    memoryLimit: 50 * kb * kb,
    enableProfiling: true,
  });
  before(async () => {
    assert.equal(await manager.initialize(), true);
  });
  after(async () => {
    await manager.cleanup();
    performance.cleanup();
    simd.cleanup();
    assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
  });

  test('the module is loaded, and every module tells what it is', () => {
    const status = manager.getModuleStatus();
    assert.equal(status.loaded, true);
    const metrics = manager.getModuleMetrics();
    assert.ok(metrics.memoryUsage < 50 * kb * kb && metrics.performanceScore > 0);
    for (const module of manager.getAvailableModules()) {
      assert.ok(module.name !== '' && module.version !== '' && module.description !== '');
      assert.ok(Array.isArray(module.capabilities));
      assert.ok(module.memoryRequirement > 0 && module.loadPriority > 0);
    }
  });

  test('after a switch to fallback the layers are initialised by what is there', async () => {
    assert.equal(await manager.switchModule('fallback'), true);
    assert.equal(manager.getModuleStatus().module, 'fallback');
    assert.equal(performance.isWasmInitialized(), true);
    assert.equal(simd.isInitialized(), true);
  });

  test('activations and connections of every size', async () => {
    for (const size of [100, 1000, 10_000, 100_000]) {
      const activated = await performance.calculateNeuralActivation(random(size).map((v) => 2 * v - 1));
      assert.equal(activated.length, size);
      assert.ok(activated.every((value) => value >= -1 && value <= 1));
      const optimized = await performance.optimizeConnections(random(size));
      assert.equal(optimized.length, size);
      assert.ok(optimized.every((value) => value >= 0 && value <= 1));
    }
  });

  test('vectors and matrices, while nobody calls initialize', () => {
    const [a, b] = [random(4096), random(4097).slice(1)];
    const sum = simd.simdVectorAdd(a, b);
    assert.ok(sum.every((value, i) => Math.abs(value - (a[i]! + b[i]!)) < 1e-6));
    assert.ok(simd.simdDotProduct(a, b) > 0);
    for (const n of [8, 16, 32, 64]) {
      assert.equal(simd.simdMatrixMultiply(random(n * n), random(n * n), n, n).length, n * n);
    }
  });

  test('their benchmarks load the build that they would choose, which beats plain JavaScript', async () => {
    const results = await performance.runPerformanceBenchmark();
    assert.deepEqual(
      results.map(({ details }) => [details.size, details.wasmMode]),
      [100, 1000, 10_000, 50_000].map((size) => [size, 'simd']),
    );
    assert.ok(results.every(({ success, wasmTime, jsTime }) => success && wasmTime > 0 && jsTime > 0));
    assert.ok(results.reduce((total, { speedup }) => total + speedup, 0) / results.length > 1);
    assert.ok(performance.getPerformanceMetrics().performanceGain > 1);
    const { summary } = await simd.runComprehensiveBenchmark();
    assert.ok(summary.averageSpeedup > 1, `${summary.averageSpeedup}`);
    assert.equal(summary.vectorizationRate, 1);
    // The manager stays with what it was told to use.
    assert.equal(manager.getModuleStatus().tier, 'js');
  });

  test('what is odd is answered, and health stays what it is', async () => {
    for (const odd of [[Number.NaN, 1], [Infinity, 1], [-Infinity, 1], []]) {
      const result = await performance.calculateNeuralActivation(Float32Array.from(odd));
      assert.equal(result.length, odd.length);
    }
    const foreign = runInContext('new Float32Array([1, 2, 3])', createContext());
    assert.equal((await performance.calculateNeuralActivation(foreign)).length, 3);
    assert.equal(simd.simdDotProduct(foreign, foreign), 14);
    assert.notEqual(manager.healthCheck().status, 'error');
    assert.notEqual(performance.healthCheck().status, 'error');
  });

  test('memory does not grow with use', async () => {
    const before = performance.getMemoryUsage();
    for (let i = 0; i < 100; i++) await performance.calculateNeuralActivation(random(5000));
    assert.equal(performance.getMemoryUsage(), before);
  });
});

describe('WasmPerformanceLayer', () => {
  const layer = new WasmPerformanceLayer();
  before(() => layer.initialize());
  after(() => layer.cleanup());

  test('its shapes', async () => {
    await layer.calculateNeuralActivation(random(10));
    const metrics = layer.getPerformanceMetrics();
    assert.deepEqual(keys(metrics), [
      'averageLatency',
      'errorRate',
      'loadTime',
      'memoryEfficiency',
      'memoryUsage',
      'operationsPerSecond',
      'performanceGain',
      'simdAcceleration',
      'simdCapabilities',
      'throughput',
    ]);
    assertFinite(metrics);
    assert.equal(typeof metrics.simdCapabilities, 'string');
    assert.equal(metrics.simdAcceleration, true);
    assert.equal(layer.getMemoryUsage(), metrics.memoryUsage);
    assert.equal(layer.isWasmInitialized(), true);
    assert.equal(layer.isUsingRuvSwarm(), false);
    assert.equal(layer.isSIMDSupported(), true);
    assert.deepEqual(keys(layer.healthCheck()), ['issues', 'metrics', 'status']);
    assert.ok(layer.getSIMDPerformanceReport().length > 0);
    assert.equal(layer.getPerformanceHistory().length, 1);
    layer.resetMetrics();
    assert.deepEqual(layer.getPerformanceHistory(), []);
    assert.equal(layer.getPerformanceMetrics().operationsPerSecond, 0);
  });

  test('its benchmark', async () => {
    const [first] = await layer.runPerformanceBenchmark();
    assert.deepEqual(keys(first!), [
      'details',
      'jsTime',
      'memoryUsage',
      'speedup',
      'success',
      'testName',
      'wasmTime',
    ]);
    assert.deepEqual(keys(first!.details), ['memoryEfficiency', 'simdEnabled', 'size', 'wasmMode']);
    assertFinite(first);
  });

  test('operations per second are calls of busy time, throughput elements', async () => {
    layer.resetMetrics();
    for (let i = 0; i < 200; i++) await layer.calculateNeuralActivation(random(500));
    const { operationsPerSecond, throughput, averageLatency } = layer.getPerformanceMetrics();
    assert.ok(Math.abs(throughput / operationsPerSecond - 500) < 1e-6);
    assert.ok(Math.abs(operationsPerSecond * averageLatency - 1000) < 1e-6);
  });

  test('limits that are its own', async () => {
    const strict = new WasmPerformanceLayer({
      healthThresholds: { averageLatency: 0, loadTime: 0 },
      enableSIMD: false,
    });
    await strict.initialize();
    await strict.calculateNeuralActivation(random(10));
    assert.equal(strict.isSIMDSupported(), false);
    const { status, issues } = strict.healthCheck();
    assert.equal(status, 'warning');
    assert.equal(issues.length, 2);
    strict.cleanup();
  });
});

describe('SIMDAccelerationLayer', () => {
  const layer = new SIMDAccelerationLayer();
  before(() => layer.initialize());
  after(() => layer.cleanup());

  test('its shapes', () => {
    layer.simdVectorAdd(random(10), random(10));
    const capabilities = layer.getSIMDCapabilities();
    assert.deepEqual(keys(capabilities), [
      'features',
      'instructions',
      'parallelizationFactor',
      'performance',
      'supported',
      'vectorWidth',
    ]);
    assert.deepEqual(keys(capabilities.performance), ['baseline', 'simdAccelerated', 'speedup']);
    assert.equal(capabilities.vectorWidth, 4);
    assert.ok(capabilities.features.includes('simd128') && capabilities.instructions.length > 0);
    const metrics = layer.getPerformanceMetrics();
    assert.deepEqual(keys(metrics), [
      'averageLatency',
      'cacheEfficiency',
      'memoryThroughput',
      'operationsPerSecond',
      'parallelizationFactor',
      'simdUtilization',
      'vectorizationEfficiency',
    ]);
    assertFinite(metrics);
    const [operation] = layer.getOperationHistory();
    assert.deepEqual(keys(operation!), [
      'dataSize',
      'executionTime',
      'memoryAccess',
      'name',
      'speedup',
      'vectorized',
    ]);
    assertFinite(operation);
    assert.ok(layer.getStatusReport().length > 0);
    assert.equal(layer.getStatus().initialized, true);
    assert.equal(layer.isSIMDSupported(), true);
    layer.reset();
    assert.deepEqual(layer.getOperationHistory(), []);
    assert.equal(layer.isInitialized(), true);
  });

  test('its benchmark, and what it tells afterwards', async () => {
    const { results, summary } = await layer.runComprehensiveBenchmark();
    assert.ok(results.length > 0);
    assert.deepEqual(keys(summary), [
      'averageSpeedup',
      'memoryEfficiency',
      'overallPerformance',
      'vectorizationRate',
    ]);
    assertFinite({ results, summary });
    assert.ok(layer.getSIMDCapabilities().performance.speedup > 0);
    layer.simdVectorAdd(random(5000), random(5000));
    const { cacheEfficiency } = layer.getPerformanceMetrics();
    assert.ok(cacheEfficiency > 0 && cacheEfficiency <= 1);
  });

  test('the hidden inner size', () => {
    const a = Float32Array.of(1, 2, 3, 4, 5, 6);
    assert.deepEqual(layer.simdMatrixMultiply(a, a, 2, 2), layer.simdMatrixMultiply(a, a, 2, 2, 3));
    // More of b than is needed is allowed, less is not, and rows must divide a.
    const longer = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
    assert.deepEqual(layer.simdMatrixMultiply(a, longer, 2, 2), layer.simdMatrixMultiply(a, a, 2, 2));
    for (const [rows, cols, message] of [
      [4, 2, /6 elements/],
      [2, 3, /9 elements.*it has 6/],
    ] as const) {
      assert.throws(
        () => layer.simdMatrixMultiply(a, a, rows, cols),
        (error: Error) => error instanceof RangeError && message.test(error.message),
      );
    }
  });

  test('with enableSIMD false it has one lane', async () => {
    const scalar = new SIMDAccelerationLayer({ enableSIMD: false });
    await scalar.initialize();
    const { supported, vectorWidth, features, instructions } = scalar.getSIMDCapabilities();
    assert.deepEqual([supported, vectorWidth, features, instructions], [false, 1, [], []]);
    assert.equal(scalar.isSIMDSupported(), false);
    scalar.cleanup();
  });
});

describe('WasmModuleManager', () => {
  test('its shapes, loaded and not', async () => {
    const manager = new WasmModuleManager({ preferredModule: 'production' });
    const shapes = () => {
      const { lastError: _, ...status } = manager.getModuleStatus();
      const metrics = manager.getPerformanceMetrics();
      assertFinite({ status, metrics });
      return [
        keys(status),
        keys(manager.getModuleMetrics()),
        keys(metrics),
        keys(manager.healthCheck()),
        keys(manager.exportConfig()),
      ];
    };
    const module = [
      'errorRate',
      'loadTime',
      'memoryUsage',
      'operationsPerSecond',
      'performanceScore',
      'uptime',
    ];
    const layer = [
      'averageLatency',
      'memoryEfficiency',
      'performanceGain',
      'simd',
      'simdAcceleration',
      'simdCapabilities',
      'throughput',
    ];
    const wanted = [
      [
        'capabilities',
        'errorCount',
        'loadTime',
        'loaded',
        'memoryUsage',
        'module',
        'selection',
        'tier',
        'version',
      ],
      module,
      [...module, ...layer].sort(),
      ['issues', 'metrics', 'module', 'status'],
      [
        'enableAutoFallback',
        'enableProfiling',
        'enableSIMD',
        'loadTimeout',
        'memoryLimit',
        'preferredModule',
        'retryAttempts',
      ],
    ];
    assert.deepEqual(shapes(), wanted);
    await manager.initialize();
    assert.deepEqual(shapes(), wanted);
    assert.equal(manager.getPerformanceLayer(), manager.getPerformanceLayer());
    assert.equal(manager.getSIMDLayer(), manager.getSIMDLayer());
    assert.ok(manager.getPerformanceReport().includes('production'));
    assert.equal(manager.isModuleManagerInitialized(), true);
    const cleaned = manager.cleanup();
    assert.equal(manager.isModuleManagerInitialized(), false);
    await cleaned;
  });

  test('the score is clamped, term by term', async () => {
    const manager = new WasmModuleManager({ preferredModule: 'production' });
    await manager.initialize();
    const layer = manager.getPerformanceLayer();
    const good = manager.getModuleMetrics().performanceScore;
    assert.ok(good > 25 && good <= 100, `${good}`);
    for (let i = 0; i < 3; i++) await layer.calculateNeuralActivation('no' as never).catch(() => {});
    // Nothing but errors: their quarter is lost, no more than that.
    const bad = manager.getModuleMetrics().performanceScore;
    assert.ok(bad >= 0 && bad <= 75, `${bad}`);
    await manager.cleanup();
  });
});

test('environment variables change nothing', async () => {
  const before = { ...process.env };
  Object.assign(process.env, { CI: 'true', NODE_ENV: 'test', JEST_WORKER_ID: '1', WASM_ENABLED: 'false' });
  try {
    const manager = new WasmModuleManager({ preferredModule: 'production' });
    await manager.initialize();
    assert.equal(manager.getModuleStatus().tier, 'simd');
    await manager.cleanup();
  } finally {
    process.env = before;
  }
});
