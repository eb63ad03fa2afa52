/** WasmBridge, member by member: shapes, units, texts and decisions that SASI relies on. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import {
  getWasmPerformanceStatus,
  loadRuntime,
  WasmBridge,
  type WasmBridgeMetrics,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';

const x = Float32Array.of(0.1, 0.5, 0.9, -0.2, 0.7);

function liveRuntimes(): number {
  return getWasmPerformanceStatus().sharedRuntimes.length;
}

const nothing: WasmBridgeMetrics = {
  executionTime: 0,
  memoryUsage: 0,
  simdAcceleration: false,
  throughput: 0,
  efficiency: 0,
};

async function ready(options = {}): Promise<WasmBridge> {
  const bridge = new WasmBridge(options);
  assert.equal(await bridge.initialize(), true);
  return bridge;
}

afterEach(() => assert.equal(liveRuntimes(), 0));

describe('before and after its life', () => {
  test('it is made without loading, and says so', () => {
    const bridge = new WasmBridge();
    assert.equal(bridge.isWasmInitialized(), false);
    assert.equal(bridge.isSIMDSupported(), false);
    assert.equal(bridge.module, null);
    assert.deepEqual(bridge.getPerformanceMetrics(), nothing);
    const uninitialized = { message: 'WASM module not initialized', code: 'NOT_INITIALIZED' };
    assert.throws(() => bridge.calculateNeuralActivation(x), uninitialized);
    assert.throws(() => bridge.optimizeConnections(x), uninitialized);
    assert.throws(() => bridge.processSpikeTrainData(x, 1000), uninitialized);
    assert.throws(() => bridge.calculateMeshEfficiency(x, x), uninitialized);
    assert.throws(() => bridge.allocateMemory(16), uninitialized);
    bridge.cleanup();
  });

  test('it does not attach by itself to what somebody else has loaded', async () => {
    const layer = new WasmPerformanceLayer();
    await layer.initialize();
    const bridge = new WasmBridge();
    assert.equal(bridge.isWasmInitialized(), false);
    assert.throws(() => bridge.calculateNeuralActivation(x), { code: 'NOT_INITIALIZED' });
    await bridge.initialize();
    assert.deepEqual(
      getWasmPerformanceStatus().sharedRuntimes.map(({ uses }) => uses),
      [2],
    );
    layer.cleanup();
    bridge.cleanup();
  });

  test('cleanup is synchronous, may be repeated, and is followed by another life', async () => {
    const bridge = await ready();
    assert.equal(bridge.isSIMDSupported(), true);
    const first = bridge.calculateNeuralActivation(x);
    assert.equal(liveRuntimes(), 1, 'what the tests here must not leave is counted');
    bridge.cleanup();
    assert.equal(liveRuntimes(), 0);
    assert.equal(bridge.isWasmInitialized(), false);
    assert.equal(bridge.isSIMDSupported(), false);
    assert.deepEqual(bridge.getPerformanceMetrics(), nothing);
    assert.throws(() => bridge.calculateNeuralActivation(x), { code: 'NOT_INITIALIZED' });
    bridge.cleanup();
    assert.equal(await bridge.initialize(), true);
    assert.deepEqual(bridge.calculateNeuralActivation(x), first);
    bridge.cleanup();
  });

  test('initialize never rejects', async () => {
    const bridge = new WasmBridge({ memoryLimit: 1000 });
    assert.equal(await bridge.initialize(), false);
    assert.equal(bridge.isWasmInitialized(), false);
    bridge.cleanup();
    const both = new WasmBridge();
    assert.deepEqual(await Promise.all([both.initialize(), both.initialize()]), [true, true]);
    both.cleanup();
    const ended = new WasmBridge();
    const loading = ended.initialize();
    ended.cleanup();
    assert.equal(await loading, false);
    assert.equal(ended.module, null);
  });

  test('options that are none are refused', () => {
    assert.throws(() => new WasmBridge({ maxArraySize: -1 }), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => new WasmBridge({ maxArraySize: '10' as never }), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => new WasmBridge({ memoryLimit: 0 }), { code: 'INVALID_ARGUMENT' });
  });

  test('without SIMD it is the scalar build, with the same bits', async () => {
    const [simd, scalar] = [await ready(), await ready({ enableSIMD: false })];
    assert.equal(scalar.isSIMDSupported(), false);
    assert.equal(scalar.module?.simd_supported(), 0);
    assert.deepEqual(scalar.calculateNeuralActivation(x), simd.calculateNeuralActivation(x));
    assert.deepEqual(scalar.optimizeConnections(x), simd.optimizeConnections(x));
    simd.cleanup();
    scalar.cleanup();
  });
});

describe('operations', () => {
  test('the activation is tanh(0.5·x), fresh, its input untouched', async () => {
    const bridge = await ready();
    const input = Float32Array.of(0, 1, -1, 1e-10, 1e10, -3.4e38, Number.NaN, Infinity, -Infinity);
    const before = input.slice();
    const result = bridge.calculateNeuralActivation(input);
    assert.deepEqual(input, before);
    assert.notEqual(result.buffer, input.buffer);
    assert.deepEqual([...result.subarray(6)], [Number.NaN, 1, -1]);
    for (let i = 0; i < 6; i++) {
      const wanted = Math.tanh(0.5 * input[i]!);
      assert.ok(Math.abs(result[i]! - wanted) <= 2 ** -22 * Math.max(Math.abs(wanted), 2 ** -126), `${i}`);
    }
    assert.equal(bridge.calculateNeuralActivation(new Float32Array()).length, 0);
    bridge.cleanup();
  });

  test('connections take one step of the bistable rule', async () => {
    const bridge = await ready();
    const w = Float32Array.from({ length: 101 }, (_, i) => i / 100);
    const result = bridge.optimizeConnections(w);
    let largest = 0;
    for (const [i, before] of w.entries()) {
      const wanted = Math.min(1, Math.max(0, before - 0.25 * 2 * before * (1 - before) * (1 - 2 * before)));
      assert.ok(Math.abs(result[i]! - wanted) < 1e-7, `${i}`);
      if (i > 0) assert.ok(result[i]! >= result[i - 1]!, 'the order is kept');
      largest = Math.max(largest, Math.abs(result[i]! - before));
    }
    assert.ok(largest > 0.045 && largest <= 0.0482, String(largest));
    assert.deepEqual(bridge.optimizeConnections(w), result);
    assert.equal(bridge.optimizeConnections(new Float32Array()).length, 0);
    bridge.cleanup();
  });

  test('spikes per second, above 0.1 as a double', async () => {
    const bridge = await ready();
    const spikes = Float32Array.of(0, 0.2, 0.8, 0, 1, 0.3, 0, 0.9);
    assert.equal(bridge.processSpikeTrainData(spikes, 1000), 5);
    assert.equal(bridge.processSpikeTrainData(spikes, 250), 20);
    // The float nearest to 0.1 lies above it, the one below does not; NaN is none.
    const edge = Float32Array.of(0.1, 0.09999999, Number.NaN, -1);
    assert.equal(bridge.processSpikeTrainData(edge, 1000), 1);
    for (const windowMs of [0, -5, Number.NaN]) {
      assert.equal(bridge.processSpikeTrainData(spikes, windowMs), 0);
    }
    assert.equal(bridge.processSpikeTrainData(new Float32Array(), 1000), 0);
    bridge.cleanup();
  });

  test('mesh efficiency is the product of the means, accurate for many', async () => {
    const bridge = await ready();
    const [n, s] = [Float32Array.of(0.5, 0.7, 0.3, 0.8), Float32Array.of(0.6, 0.4, 0.9, 0.2, 0.7, 0.5)];
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(bridge.calculateMeshEfficiency(n, s) - mean(n) * mean(s)) < 1e-9);
    assert.equal(bridge.calculateMeshEfficiency(new Float32Array(), s), 0);
    assert.equal(bridge.calculateMeshEfficiency(n, new Float32Array()), 0);
    const many = Float32Array.from({ length: 100_000 }, (_, i) => ((i * 7919) % 1000) / 1000);
    const wanted = mean(many) ** 2;
    assert.ok(Math.abs(bridge.calculateMeshEfficiency(many, many) - wanted) < 1e-6 * wanted);
    bridge.cleanup();
  });

  test('arrays of another realm are arrays', async () => {
    const bridge = await ready();
    const foreign = runInContext('new Float32Array([0.1, 0.5, 0.9, -0.2, 0.7])', createContext());
    assert.deepEqual(bridge.calculateNeuralActivation(foreign), bridge.calculateNeuralActivation(x));
    bridge.cleanup();
  });
});

describe('what goes wrong', () => {
  test('anything but a Float32Array', async () => {
    const bridge = await ready();
    const invalid = { message: 'Input must be a valid Float32Array', code: 'INVALID_ARGUMENT' };
    for (const wrong of [null, undefined, [1, 2, 3], new Float64Array(2), 'text', {}] as never[]) {
      assert.throws(() => bridge.calculateNeuralActivation(wrong), invalid);
      assert.throws(() => bridge.optimizeConnections(wrong), invalid);
      assert.throws(() => bridge.processSpikeTrainData(wrong, 1000), invalid);
      assert.throws(() => bridge.calculateMeshEfficiency(x, wrong), invalid);
    }
    assert.equal(bridge.isSIMDSupported(), true);
    bridge.cleanup();
  });

  test('an array that is too long', async () => {
    const bridge = await ready();
    assert.equal(bridge.calculateNeuralActivation(new Float32Array(999_823)).length, 999_823);
    assert.throws(() => bridge.calculateNeuralActivation(new Float32Array(999_824)), {
      message: 'Array size 999824 exceeds maximum allowed size 999823',
      code: 'SHAPE_MISMATCH',
    });
    bridge.cleanup();
    const small = await ready({ maxArraySize: 4 });
    assert.throws(() => small.calculateNeuralActivation(x), /Array size 5 exceeds maximum allowed size 4/);
    small.cleanup();
  });

  test('a low-level function that throws', async () => {
    const bridge = await ready();
    const original = bridge.module!;
    bridge.module = {
      ...original,
      calculate_neural_activation: () => {
        throw new Error('no such kernel');
      },
    };
    assert.throws(() => bridge.calculateNeuralActivation(x), {
      message: 'WASM function error: no such kernel',
    });
    bridge.module = original;
    assert.equal(bridge.calculateNeuralActivation(x).length, x.length);
    bridge.cleanup();
  });

  test('a low-level module that is set before anything was asked of its own one', async () => {
    const bridge = await ready();
    bridge.module = { process_spike_train: () => 42 } as never;
    assert.equal(bridge.processSpikeTrainData(x, 1000), 42);
    // Loaded already: this loads nothing else.
    await bridge.initialize();
    assert.equal(bridge.processSpikeTrainData(x, 1000), 42);
    assert.throws(() => bridge.optimizeConnections(x), /^Error: WASM function error: .*not a function/);
    bridge.cleanup();
    await bridge.initialize();
    assert.equal(bridge.processSpikeTrainData(x, 1000), 4);
    bridge.module = {
      process_spike_train: () => {
        throw new Error('no such kernel');
      },
    } as never;
    assert.throws(() => bridge.processSpikeTrainData(x, 1000), {
      message: 'WASM function error: no such kernel',
    });
    bridge.cleanup();
  });

  test('a low-level module that is set to null', async () => {
    const bridge = await ready();
    const original = bridge.module;
    const uninitialized = { message: 'WASM module not initialized', code: 'NOT_INITIALIZED' };
    for (const none of [null, undefined as never]) {
      bridge.module = none;
      assert.equal(bridge.module, null);
      assert.equal(bridge.isWasmInitialized(), false);
      assert.throws(() => bridge.calculateNeuralActivation(x), uninitialized);
      assert.throws(() => bridge.optimizeConnections(x), uninitialized);
      assert.throws(() => bridge.processSpikeTrainData(x, 1000), uninitialized);
      assert.throws(() => bridge.calculateMeshEfficiency(x, x), uninitialized);
      assert.throws(() => bridge.allocateMemory(16), uninitialized);
      assert.equal(await bridge.initialize(), true);
      assert.equal(bridge.isWasmInitialized(), true);
      assert.equal(bridge.processSpikeTrainData(x, 1000), 4);
    }
    bridge.module = null;
    bridge.module = original;
    assert.equal(bridge.module, original);
    assert.equal(bridge.processSpikeTrainData(x, 1000), 4);
    bridge.cleanup();
  });

  test('the low-level module is a property of the bridge itself', async () => {
    const bridge = await ready();
    assert.ok(Object.keys(bridge).includes('module'));
    assert.equal({ ...bridge }.module, bridge.module);
    bridge.cleanup();
    assert.equal({ ...bridge }.module, null);
  });

  test('an allocator that has nothing', async () => {
    const bridge = await ready();
    bridge.allocateMemory = () => {
      throw new Error('Memory allocation failed');
    };
    assert.throws(() => bridge.calculateNeuralActivation(x), /Memory allocation failed/);
    bridge.cleanup();
  });

  test('arrays that do not fit into the pool are worked on in pieces, with the same bits', async () => {
    const [bridge, small] = [await ready(), await ready({ memoryLimit: 4 * 1024 * 1024 })];
    const long = Float32Array.from({ length: 900_000 }, (_, i) => ((i * 7919) % 1013) / 506.5 - 1);
    const before = small.getPerformanceMetrics().memoryUsage;
    assert.deepEqual(small.calculateNeuralActivation(long), bridge.calculateNeuralActivation(long));
    assert.deepEqual(small.optimizeConnections(long), bridge.optimizeConnections(long));
    assert.equal(small.processSpikeTrainData(long, 250), bridge.processSpikeTrainData(long, 250));
    assert.equal(small.calculateMeshEfficiency(long, long), bridge.calculateMeshEfficiency(long, long));
    assert.equal(small.calculateMeshEfficiency(long, x), bridge.calculateMeshEfficiency(long, x));
    assert.equal(small.getPerformanceMetrics().memoryUsage, before);
    // The low-level functions work where their operands lie, which must be whole.
    assert.throws(() => small.allocateMemory(8 * long.length), { code: 'POOL_EXHAUSTED' });
    assert.throws(() => small.allocateMemory(2 ** 50), { code: 'POOL_EXHAUSTED' });
    small.cleanup();
    bridge.cleanup();
  });

  test('what is no number of bytes, and what is no count or address', async () => {
    const bridge = await ready();
    const invalid = { code: 'INVALID_ARGUMENT' };
    for (const bytes of [-1, 1.5, Number.NaN, Infinity, '16', null, undefined, {}, 16n] as never[]) {
      assert.throws(() => bridge.allocateMemory(bytes), invalid, String(bytes));
    }
    const module = bridge.module!;
    const at = bridge.allocateMemory(16);
    for (const wrong of [-1, 0.5, Number.NaN, Infinity, '1', null, {}, 1n, Symbol('1')] as never[]) {
      assert.throws(() => module.calculate_neural_activation(wrong, at, wrong, at), invalid);
      assert.throws(() => module.calculate_neural_activation(1, wrong, 1, at), invalid);
      assert.throws(() => module.optimize_connections(1, at, wrong), invalid);
      assert.throws(() => module.process_spike_train(1, at, wrong, 1000), invalid);
      assert.throws(() => module.process_spike_train(1, at, 1, '1000' as never), invalid);
      assert.throws(() => module.calculate_mesh_efficiency(wrong, at, 1, at), invalid);
      bridge.freeMemory(wrong);
    }
    assert.throws(() => bridge.processSpikeTrainData(x, '1000' as never), invalid);
    bridge.cleanup();
    assert.throws(() => module.process_spike_train(1, at, 1, 1000), { code: 'NOT_INITIALIZED' });
  });
});

describe('the low-level module', () => {
  test('its functions take counts and addresses', async () => {
    const bridge = await ready();
    const { module } = bridge;
    assert.ok(module !== null);
    const [a, b] = [bridge.allocateMemory(4 * x.length), bridge.allocateMemory(4 * x.length)];
    const memory = new Float32Array(module.memory.buffer);
    memory.set(x, a / 4);
    module.calculate_neural_activation(x.length, a, x.length, b);
    assert.deepEqual(memory.slice(b / 4, b / 4 + x.length), bridge.calculateNeuralActivation(x));
    // Fewer elements than were allocated: the rest stays.
    memory.fill(7, b / 4, b / 4 + x.length);
    module.calculate_neural_activation(2, a, 2, b);
    assert.equal(memory[b / 4 + 1], bridge.calculateNeuralActivation(x)[1]);
    assert.equal(memory[b / 4 + 2], 7);
    assert.equal(
      module.process_spike_train(x.length, a, x.length, 1000),
      bridge.processSpikeTrainData(x, 1000),
    );
    assert.equal(
      module.calculate_mesh_efficiency(x.length, a, 2, a),
      bridge.calculateMeshEfficiency(x, x.subarray(0, 2)),
    );
    module.optimize_connections(x.length, a, x.length, b);
    assert.deepEqual(memory.slice(a / 4, a / 4 + x.length), x);
    assert.deepEqual(memory.slice(b / 4, b / 4 + x.length), bridge.optimizeConnections(x));
    module.optimize_connections(x.length, a, x.length);
    assert.deepEqual(memory.slice(a / 4, a / 4 + x.length), bridge.optimizeConnections(x));
    assert.equal(module.simd_supported(), 1);
    assert.equal(module.get_memory_usage(), bridge.getPerformanceMetrics().memoryUsage * 1024 * 1024);
    assert.throws(() => module.process_spike_train(1, 12, 1, 1000), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => module.process_spike_train(99, a, 99, 1000), { code: 'INVALID_ARGUMENT' });
    bridge.freeMemory(a);
    bridge.freeMemory(a);
    assert.throws(() => module.process_spike_train(1, a, 1, 1000), { code: 'INVALID_ARGUMENT' });
    bridge.cleanup();
  });

  test('an operation leaves nothing in the pool', async () => {
    const bridge = await ready();
    const before = bridge.module!.get_memory_usage();
    for (let i = 1; i < 50; i++) {
      bridge.calculateNeuralActivation(new Float32Array(i * 7));
      bridge.calculateMeshEfficiency(new Float32Array(i), new Float32Array(2 * i));
    }
    assert.equal(bridge.module!.get_memory_usage(), before);
    bridge.cleanup();
  });
});

test('metrics are finite, of this bridge, and small', async () => {
  const bridge = await ready();
  const fresh = bridge.getPerformanceMetrics();
  assert.deepEqual([fresh.executionTime, fresh.throughput, fresh.efficiency], [0, 0, 0]);
  assert.equal(fresh.simdAcceleration, true);
  assert.ok(fresh.memoryUsage > 0 && fresh.memoryUsage <= 1, `${fresh.memoryUsage} MB`);
  for (let i = 0; i < 10; i++) bridge.calculateNeuralActivation(new Float32Array(1000));
  const { executionTime, throughput, efficiency } = bridge.getPerformanceMetrics();
  assert.ok(executionTime > 0 && executionTime < 1000);
  assert.ok(Number.isFinite(throughput) && throughput > 0);
  assert.ok(efficiency > 0 && efficiency <= 1);
  bridge.cleanup();
  const silent = await ready({ enableProfiling: false });
  silent.calculateNeuralActivation(x);
  const metrics = silent.getPerformanceMetrics();
  assert.deepEqual([metrics.executionTime, metrics.throughput, metrics.efficiency], [0, 0, 0]);
  for (const value of Object.values(metrics)) assert.ok(typeof value === 'boolean' || Number.isFinite(value));
  silent.cleanup();
});

test('a runtime of the caller is none of its business', async () => {
  const runtime = await loadRuntime({ memoryLimit: 4 * 1024 * 1024 });
  const bridge = await ready();
  bridge.cleanup();
  runtime.memory.stats();
  runtime.dispose();
});
