/** What SASI's neural module is handed: it works, or the error is typed and says what to do. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import {
  createSasiNeuralModule,
  loadRuntime,
  type NeuralRuntime,
  type SasiNetwork,
  type SasiNeuralModule,
} from '@sasi/wasm-performance';

let runtime: NeuralRuntime;
let module: SasiNeuralModule;
let network: SasiNetwork;
before(async () => {
  runtime = await loadRuntime({ memoryLimit: 4 * 1024 * 1024 });
  module = createSasiNeuralModule(runtime, { strict: true });
  network = module.createNeuralNetwork({ architecture: [3, 4, 2] });
});
after(() => runtime.dispose());

const elsewhere = <Value>(source: string): Value => runInNewContext(source) as Value;

/** Never a width, a row, a file, a configuration or a network. */
const strange: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  10n,
  '',
  'mlp',
  Symbol('agent'),
  () => [1, 2, 3],
  {},
  { length: -1 },
  { length: 2 ** 40 },
  Object.create(null),
  [],
  [[]],
  [null],
  [1, 'b', 3],
  [1, 2n, 3],
  [Symbol('width'), 2, 3],
  new Array(3),
  new Map([[0, 1]]),
  new Date(0),
  new DataView(new ArrayBuffer(12)),
  new BigInt64Array(3),
  new ArrayBuffer(12),
  elsewhere('[]'),
  elsewhere('({})'),
  elsewhere('new Float32Array(1)'),
];

/** A typed error whose message says what was called and what to do. */
function assertTyped(error: unknown, what: string, given: unknown): void {
  const { code, message } = error as { code?: string; message: string };
  const shown = `${what} with ${typeof given === 'symbol' ? 'a symbol' : Object.prototype.toString.call(given)}`;
  assert.ok(['INVALID_ARGUMENT', 'SHAPE_MISMATCH', 'BAD_FORMAT'].includes(code ?? ''), `${shown}: ${error}`);
  assert.match(message, /; |: expected /, shown);
}

/** `use` with each: returns those that worked. */
async function sweep(what: string, use: (value: never) => unknown): Promise<unknown[]> {
  const worked: unknown[] = [];
  for (const value of strange) {
    try {
      const result = await use(value as never);
      worked.push(value);
      if (typeof result === 'object' && result !== null && 'memoryUsage' in result) {
        module.destroyNetwork(result as SasiNetwork);
      }
    } catch (error) {
      assertTyped(error, what, value);
    }
  }
  return worked;
}

test('a module', async () => {
  assert.deepEqual(await sweep('runtime', (value) => createSasiNeuralModule(value)), []);
  const options = await sweep('options', (value) => createSasiNeuralModule(runtime, value));
  assert.ok(options.includes(undefined) && !options.includes(null));
  const strict = await sweep('strict', (value) => createSasiNeuralModule(runtime, { strict: value }));
  assert.deepEqual(strict, [null, undefined, true]);
});

describe('a configuration', () => {
  test('itself', async () => {
    const worked = await sweep('configuration', (value) => module.createNeuralNetwork(value));
    assert.ok(worked.every((value) => value === undefined || (typeof value === 'object' && value !== null)));
    assert.throws(() => module.createNeuralNetwork([10, 5, 1] as never), {
      code: 'INVALID_ARGUMENT',
      message: /\[10, 5, 1\].*architecture/,
    });
  });

  test('its members: null is the same as left out', async () => {
    for (const [member, right] of [
      ['architecture', [null, undefined]],
      ['type', [null, undefined, 'mlp']],
      ['activationFunction', [null, undefined]],
      ['seed', [null, undefined, 0]],
    ] as const) {
      const worked = await sweep(member, (value) => module.createNeuralNetwork({ [member]: value }));
      assert.deepEqual(worked, right, member);
    }
    const plain = module.createNeuralNetwork({
      architecture: null,
      regularization: null,
      learningRate: null,
    } as never);
    assert.deepEqual(plain.architecture, [10, 5, 1]);
    module.destroyNetwork(plain);
  });

  test('what is for training is refused at creation or by the training', async () => {
    const rows = [{ inputs: [1, 2, 3], outputs: [0, 1] }];
    const train = async (config: object) => {
      const trained = module.createNeuralNetwork({ architecture: [3, 2], ...config });
      try {
        return await module.trainNetwork(trained, rows, 1);
      } finally {
        module.destroyNetwork(trained);
      }
    };
    for (const [member, right] of [
      ['learningRate', [null, undefined, 1.5]],
      ['momentum', [null, undefined, 0]],
      ['batchSize', [null, undefined]],
    ] as const) {
      assert.deepEqual(await sweep(member, (value) => train({ [member]: value })), right, member);
    }
    for (const member of ['l1', 'l2', 'dropout']) {
      const worked = await sweep(member, (value) => train({ regularization: { [member]: value } }));
      assert.deepEqual(
        worked.filter((value) => value !== 1.5),
        [null, undefined, 0],
        member,
      );
    }
    const worked = await sweep('regularization', (value) => train({ regularization: value }));
    assert.ok(worked.includes(null) && !worked.includes('') && !worked.includes(0));
  });

  test('arrays of another realm, and typed ones', () => {
    for (const architecture of [
      elsewhere('[3, 4, 2]'),
      elsewhere('new Uint16Array([3, 4, 2])'),
      Uint32Array.of(3, 4, 2),
    ]) {
      const made = module.createNeuralNetwork({ architecture } as never);
      assert.deepEqual(made.architecture, [3, 4, 2]);
      module.destroyNetwork(made);
    }
    const made = module.createNeuralNetwork(
      elsewhere("({ architecture: [2, 1], activationFunction: 'tanh' })"),
    );
    assert.deepEqual(made.architecture, [2, 1]);
    module.destroyNetwork(made);
  });
});

test('a network', async () => {
  const buffer = await module.serializeWeights(network);
  for (const [what, use] of [
    ['runInference', (value) => module.runInference(value, [1, 2, 3])],
    ['trainNetwork', (value) => module.trainNetwork(value, [{ inputs: [1, 2, 3], outputs: [1, 2] }], 1)],
    ['serializeWeights', (value) => module.serializeWeights(value)],
    ['deserializeWeights', (value) => module.deserializeWeights(value, buffer)],
    ['destroyNetwork', (value) => module.destroyNetwork(value)],
  ] as const satisfies readonly (readonly [string, (value: never) => unknown])[]) {
    assert.deepEqual(await sweep(what, use as (value: never) => unknown), [], what);
  }
});

test('inputs', async () => {
  assert.deepEqual(await sweep('inputs', (value) => module.runInference(network, value)), []);
  const expected = await module.runInference(network, [1, 2, 3]);
  for (const inputs of [
    elsewhere('[1, 2, 3]'),
    elsewhere('new Float64Array([1, 2, 3])'),
    { length: 3, 0: 1, 1: 2, 2: 3 },
    Uint8Array.of(1, 2, 3),
  ]) {
    assert.deepEqual(await module.runInference(network, inputs as number[]), expected);
  }
  const outputs = await module.runInference(network, [Number.NaN, 0, 0]);
  assert.ok(outputs.some(Number.isNaN), 'NaN in, NaN out');
  await assert.rejects(module.runInference(network, [1, 2]), { message: /2 inputs, the network has 3/ });
});

describe('training', () => {
  const row = { inputs: [1, 2, 3], outputs: [0, 1] };

  test('data', async () => {
    assert.deepEqual(await sweep('data', (value) => module.trainNetwork(network, value, 1)), []);
    assert.deepEqual(await sweep('a row', (value) => module.trainNetwork(network, [row, value], 1)), []);
    for (const member of ['inputs', 'outputs']) {
      const use = (value: never) => module.trainNetwork(network, [{ ...row, [member]: value }], 1);
      assert.deepEqual(await sweep(member, use), [], member);
    }
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, 1e39];
    for (const number of numbers) {
      await assert.rejects(module.trainNetwork(network, [{ ...row, outputs: [0, number] }], 1), {
        code: 'INVALID_ARGUMENT',
      });
    }
    await module.trainNetwork(network, elsewhere('[{ inputs: [1, 2, 3], outputs: [0, 1] }]'), 1);
  });

  test('epochs', async () => {
    const worked = await sweep('epochs', (value) => module.trainNetwork(network, [row], value));
    assert.deepEqual(worked, [undefined, 0]);
  });
});

test('weights and influence', async () => {
  const buffer = await module.serializeWeights(network);
  const before = network.weights;
  assert.deepEqual(await sweep('weights', (value) => module.deserializeWeights(network, value)), []);
  const detached = buffer.slice(0);
  const view = new Uint8Array(detached);
  structuredClone(detached, { transfer: [detached] });
  for (const weights of [detached, view, new SharedArrayBuffer(8) as never]) {
    await assert.rejects(module.deserializeWeights(network, weights), (error) => {
      assertTyped(error, 'weights', weights);
      return true;
    });
  }
  const use = (value: never) => module.deserializeWeights(network, buffer, value);
  assert.deepEqual(await sweep('influence', use), [undefined, 0]);
  const foreign = elsewhere<ArrayBuffer>(`new ArrayBuffer(${buffer.byteLength})`);
  new Uint8Array(foreign).set(new Uint8Array(buffer));
  await module.deserializeWeights(network, foreign);
  assert.deepEqual(network.weights, before);
});
