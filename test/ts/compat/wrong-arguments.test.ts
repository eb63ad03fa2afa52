/**
 * Every public member of the five classes with every kind of value: what it cannot work with is a typed error, never a
 * raw one of the engine.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import {
  loadRuntime,
  ProductionWasmBridge,
  SIMDAccelerationLayer,
  WasmBridge,
  WasmModuleManager,
  WasmPerformanceError,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';

function detached(): Float32Array {
  const array = Float32Array.of(1, 2, 3);
  structuredClone(array, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

const foreign = runInContext('[new Float32Array([1, 2, 3]), new Float64Array(2)]', createContext());

/** By what messages of this test call them; made anew for each call. */
const values: Record<string, () => unknown> = {
  null: () => null,
  undefined: () => undefined,
  '3': () => 3,
  '-1': () => -1,
  '1.5': () => 1.5,
  '1e6': () => 1e6,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  text: () => 'text',
  true: () => true,
  symbol: () => Symbol('symbol'),
  bigint: () => 1n,
  'an object': () => ({}),
  'an object without a prototype': () => Object.create(null),
  'an object whose text throws': () => ({
    toString() {
      throw new Error('no text');
    },
  }),
  'a function': () => () => {},
  'an array': () => [1, 2, 3],
  'an array that holds itself': () => {
    const array: unknown[] = [1];
    array.push(array);
    return array;
  },
  'a long array': () => new Array(300_000).fill(0),
  'a Float32Array': () => Float32Array.of(1, 2, 3),
  'an empty one': () => new Float32Array(),
  'one of another realm': () => foreign[0],
  'a detached one': detached,
  'a shared one': () => new Float32Array(new SharedArrayBuffer(12)),
  'a proxy of one': () => new Proxy(new Float32Array(3), {}),
  'an object with its tag': () => ({ [Symbol.toStringTag]: 'Float32Array', length: 3 }),
  'a Float64Array of another realm': () => foreign[1],
  'a DataView': () => new DataView(new ArrayBuffer(12)),
};
const names = Object.keys(values);

async function assertTyped(call: () => unknown, what: string): Promise<void> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof WasmPerformanceError, `${what}: ${String((error as Error).stack)}`);
    assert.doesNotMatch(error.message, /WASM function error/, what);
    assert.ok(error.message.length < 500, `${what}: ${error.message.length} characters`);
  }
}

type Member = (...args: unknown[]) => unknown;

const classes = { WasmBridge, ProductionWasmBridge, WasmPerformanceLayer, SIMDAccelerationLayer };
/** Those that take arguments. */
const members: Record<string, readonly string[]> = {
  WasmBridge: [
    'calculateNeuralActivation',
    'optimizeConnections',
    'processSpikeTrainData',
    'calculateMeshEfficiency',
    'allocateMemory',
    'freeMemory',
  ],
  ProductionWasmBridge: [
    'calculateNeuralActivation',
    'optimizeConnections',
    'processSpikeTrainData',
    'calculateMeshEfficiency',
  ],
  WasmPerformanceLayer: ['calculateNeuralActivation', 'optimizeConnections'],
  SIMDAccelerationLayer: ['simdVectorAdd', 'simdDotProduct', 'simdMatrixMultiply'],
};
const options = [
  'preferredModule',
  'enableSIMD',
  'memoryLimit',
  'loadTimeout',
  'retryAttempts',
  'enableProfiling',
  'enableAutoFallback',
  'wasmUrl',
  'ruvSwarm',
  'healthThresholds',
  'validateInputs',
  'maxArraySize',
];

describe('what a class is made with', () => {
  for (const [name, Class] of Object.entries({ ...classes, WasmModuleManager })) {
    test(name, async () => {
      for (const value of names) {
        await assertTyped(() => new Class(values[value]!() as never), `new ${name}(${value})`);
        for (const option of options) {
          const given = { [option]: values[value]!() };
          await assertTyped(() => new Class(given as never), `new ${name}({ ${option}: ${value} })`);
        }
      }
      assert.throws(() => new Class(null as never), { code: 'INVALID_ARGUMENT' });
    });
  }
});

describe('what its members are given', () => {
  for (const [name, Class] of Object.entries(classes)) {
    for (const state of ['before initialize', 'initialized'] as const) {
      test(`${name}, ${state}`, async () => {
        const instance = new Class({ memoryLimit: 4 * 1024 * 1024 });
        if (state === 'initialized') assert.equal(await instance.initialize(), true);
        for (const member of members[name]!) {
          const call = (instance as unknown as Record<string, Member>)[member]!.bind(instance);
          for (const a of names) {
            for (const b of names) {
              await assertTyped(() => call(values[a]!(), values[b]!()), `${name}.${member}(${a}, ${b})`);
            }
          }
        }
        await instance.cleanup();
      });
    }
  }

  test('WasmModuleManager', async () => {
    const manager = new WasmModuleManager({ preferredModule: 'production' });
    await manager.initialize();
    for (const a of names) {
      await assertTyped(() => manager.switchModule(values[a]!() as never), `switchModule(${a})`);
      await assertTyped(() => manager.preload(values[a]!() as never), `preload(${a})`);
      await assertTyped(() => manager.updateConfig(values[a]!() as never), `updateConfig(${a})`);
    }
    await manager.cleanup();
  });
});

test('the sizes of a product', async () => {
  for (const initialize of [false, true]) {
    const layer = new SIMDAccelerationLayer();
    if (initialize) await layer.initialize();
    const multiply = layer.simdMatrixMultiply.bind(layer) as Member;
    for (const rows of names) {
      for (const cols of names) {
        for (const operand of ['an empty one', 'a Float32Array', 'a detached one']) {
          const [a, b] = [values[operand]!(), values[operand]!()];
          const sizes = [values[rows]!(), values[cols]!()];
          await assertTyped(() => multiply(a, b, ...sizes), `simdMatrixMultiply(${rows}, ${cols})`);
          await assertTyped(() => multiply(a, b, ...sizes, values[cols]!()), `with k ${rows}, ${cols}`);
        }
      }
    }
    const empty = new Float32Array();
    assert.throws(() => layer.simdMatrixMultiply(empty, empty, 1e6, 1e6), {
      code: 'INVALID_ARGUMENT',
      message: /simdMatrixMultiply|matmul/,
    });
    layer.cleanup();
  }
});

test('the numbers of a rule', async () => {
  const bridge = new ProductionWasmBridge();
  await bridge.initialize();
  const optimize = bridge.optimizeConnections.bind(bridge) as Member;
  const keys = ['pre', 'post', 'rows', 'cols', 'eta', 'decay', 'target', 'threshold', 'min', 'max', 'seed'];
  for (const rule of ['bistable', 'hebbian', 'oja', 'homeostatic', 'prune', 'jitter']) {
    for (const key of [...keys, 'out', 'rule']) {
      for (const value of names) {
        const given = { pre: new Float32Array(3), post: new Float32Array(2), rule, [key]: values[value]!() };
        await assertTyped(() => optimize(new Float32Array(6), given), `${rule}, ${key} is ${value}`);
        const alone = { rule, [key]: values[value]!() };
        await assertTyped(() => optimize(new Float32Array(6), alone), `${rule} alone, ${key} is ${value}`);
      }
    }
  }
  await bridge.cleanup();
});

test('a detached array has no elements', async () => {
  const runtime = await loadRuntime({ memoryLimit: 2 * 1024 * 1024 });
  assert.equal(runtime.memory.float32(detached()).length, 0);
  assert.deepEqual(runtime.memory.float32(1).set(detached()).toArray(), new Float32Array(1));
  runtime.dispose();
  for (const Bridge of [WasmBridge, ProductionWasmBridge]) {
    const bridge = new Bridge();
    await bridge.initialize();
    assert.equal(bridge.calculateNeuralActivation(detached()).length, 0);
    assert.equal(bridge.optimizeConnections(detached()).length, 0);
    assert.equal(bridge.processSpikeTrainData(detached(), 1000), 0);
    assert.equal(bridge.calculateMeshEfficiency(detached(), Float32Array.of(1)), 0);
    await bridge.cleanup();
  }
});

test('an array on shared memory and one of another realm are arrays', async () => {
  const shared = values['a shared one']!() as Float32Array;
  shared.set([1, 2, 3]);
  for (const Bridge of [WasmBridge, ProductionWasmBridge]) {
    const bridge = new Bridge();
    await bridge.initialize();
    const expected = bridge.calculateNeuralActivation(Float32Array.of(1, 2, 3));
    for (const array of [shared, foreign[0]]) {
      assert.deepEqual(bridge.calculateNeuralActivation(array), expected);
      assert.equal(bridge.calculateMeshEfficiency(array, array), 4);
    }
    await bridge.cleanup();
  }
});

test('an out that is null is refused, also by the operations of a runtime', async () => {
  const runtime = await loadRuntime({ memoryLimit: 2 * 1024 * 1024 });
  const refused = { code: 'INVALID_ARGUMENT', message: /out is of type Null/ };
  assert.throws(() => runtime.ops.relu(Float32Array.of(1), null as never), refused);
  assert.throws(() => runtime.ops.optimizeConnections(Float32Array.of(1), { out: null } as never), refused);
  runtime.dispose();
});
