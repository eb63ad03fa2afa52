/** createSasiNeuralModule: agents that are real networks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  createSasiNeuralModule,
  loadRuntime,
  type NeuralRuntime,
  type SasiNeuralModule,
  type SasiTrainingRow,
} from '@sasi/wasm-performance';

let runtime: NeuralRuntime;
let module: SasiNeuralModule;
before(async () => {
  runtime = await loadRuntime();
  module = createSasiNeuralModule(runtime);
});
after(() => {
  assert.equal(runtime.memory.stats().liveBlocks, 0, 'every test gives back what it made');
  runtime.dispose();
});

const xor: SasiTrainingRow[] = [
  { inputs: [0, 0], outputs: [0] },
  { inputs: [0, 1], outputs: [1] },
  { inputs: [1, 0], outputs: [1] },
  { inputs: [1, 1], outputs: [0] },
];
const learner = { architecture: [2, 8, 1], activationFunction: 'tanh', learningRate: 0.05 } as const;

describe('a network', () => {
  test('shows what SASI reads of it', () => {
    const network = module.createNeuralNetwork({
      type: 'mlp',
      architecture: [10, 5, 1],
      activationFunction: 'relu',
      learningRate: 0.01,
    });
    assert.deepEqual([...network.architecture], [10, 5, 1]);
    assert.deepEqual(
      network.weights.map(({ length }) => length),
      [50, 5],
    );
    assert.deepEqual(
      network.biases.map(({ length }) => length),
      [5, 1],
    );
    assert.ok(
      network.weights.every((values) => Object.prototype.toString.call(values) === '[object Float32Array]'),
    );
    assert.ok(network.weights[0]!.some((value) => value !== 0));
    assert.ok(network.memoryUsage >= 4 * 61 && network.memoryUsage < 4 * 61 + 512, `${network.memoryUsage}`);
    assert.equal(network.type, 'mlp');
    assert.equal(typeof network.id, 'string');
    module.destroyNetwork(network);
  });

  test('has defaults for what SASI leaves out, and every activation of its agents', async () => {
    const plain = module.createNeuralNetwork();
    assert.deepEqual([...plain.architecture], [10, 5, 1]);
    module.destroyNetwork(plain);
    for (const activationFunction of ['relu', 'sigmoid', 'tanh', 'leaky_relu', 'gelu'] as const) {
      const network = module.createNeuralNetwork({ architecture: [3, 4, 2], activationFunction });
      const outputs = await module.runInference(network, [0.5, -1, 2]);
      assert.ok(Array.isArray(outputs) && outputs.length === 2 && outputs.every(Number.isFinite));
      module.destroyNetwork(network);
    }
    const single = module.createNeuralNetwork({ architecture: [2, 1] });
    assert.equal((await module.runInference(single, [1, 2])).length, 1);
    module.destroyNetwork(single);
  });

  test('keeps inference weights only: 25 agents of the usual mix are 24.8 MiB', () => {
    const mix = [
      [128, 64, 32, 16],
      [256, 128, 64, 32],
      [512, 256, 128, 64],
      [1024, 512, 256, 128],
      [784, 392, 196, 10],
    ];
    const networks = Array.from({ length: 25 }, (_, i) =>
      module.createNeuralNetwork({ architecture: mix[i % mix.length]! }),
    );
    const bytes = networks.reduce((sum, { memoryUsage }) => sum + memoryUsage, 0);
    assert.ok(bytes > 24.8 * 2 ** 20 && bytes < 24.9 * 2 ** 20, `${bytes}`);
    assert.ok(module.getMemoryUsage() >= bytes && module.getMemoryUsage() <= 52_428_800);
    // What does not fit is refused, and nothing else is lost.
    assert.throws(() => module.createNeuralNetwork({ architecture: [4096, 4096] }), {
      code: 'POOL_EXHAUSTED',
    });
    for (const network of networks) module.destroyNetwork(network);
  });

  test('is refused when it is none', () => {
    const invalid = { code: 'INVALID_ARGUMENT' };
    assert.throws(() => module.createNeuralNetwork(null as never), invalid);
    assert.throws(() => module.createNeuralNetwork({ architecture: [5] }), invalid);
    assert.throws(() => module.createNeuralNetwork({ architecture: [5, 0] }), invalid);
    assert.throws(() => module.createNeuralNetwork({ activationFunction: 'step' as never }), invalid);
    assert.throws(() => createSasiNeuralModule(null as never), invalid);
    assert.throws(() => createSasiNeuralModule({} as never), invalid);
  });

  test('of a type that does not exist is a dense stack with one warning, or an error when strict', () => {
    const warnings: string[] = [];
    const { warn } = console;
    console.warn = (...values: unknown[]) => warnings.push(values.join(' '));
    try {
      const other = createSasiNeuralModule(runtime);
      for (const type of ['lstm', 'cnn', 'transformer', 'lstm']) {
        const network = other.createNeuralNetwork({ type, architecture: [3, 2] });
        assert.equal(network.type, type);
        other.destroyNetwork(network);
      }
    } finally {
      console.warn = warn;
    }
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /lstm/);
    const strict = createSasiNeuralModule(runtime, { strict: true });
    assert.throws(() => strict.createNeuralNetwork({ type: 'cnn' }), { code: 'INVALID_ARGUMENT' });
    strict.destroyNetwork(strict.createNeuralNetwork({ type: 'mlp' }));
  });

  test('is gone after destroyNetwork, and twice is harmless', async () => {
    const network = module.createNeuralNetwork();
    module.destroyNetwork(network);
    module.destroyNetwork(network);
    await assert.rejects(module.runInference(network, new Array(10).fill(0)), { code: 'DISPOSED' });
    await assert.rejects(module.trainNetwork(network, xor), { code: 'SHAPE_MISMATCH' });
    await assert.rejects(module.serializeWeights(network), { code: 'DISPOSED' });
    assert.equal(network.memoryUsage > 0, true);
  });

  test('can be spread and stored as JSON after destroyNetwork and without its runtime: it has no weights then', async () => {
    const own = await loadRuntime({ memoryLimit: 2 * 1024 * 1024 });
    const agents = createSasiNeuralModule(own);
    const [destroyed, left] = [agents.createNeuralNetwork(learner), agents.createNeuralNetwork(learner)];
    agents.destroyNetwork(destroyed);
    assert.ok(left.weights.length > 0);
    own.dispose();
    for (const network of [destroyed, left]) {
      // Application code copies, logs and stores its agents without a thought of who was destroyed.
      const { id, architecture, weights, biases } = { ...network };
      assert.deepEqual([id, architecture, weights, biases], [network.id, network.architecture, [], []]);
      assert.deepEqual(JSON.parse(JSON.stringify(network)).weights, []);
      await assert.rejects(agents.runInference(network, [0, 1]), { code: 'DISPOSED' });
      await assert.rejects(agents.serializeWeights(network), { code: 'DISPOSED' });
    }
  });
});

test('inference refuses what does not fit', async () => {
  const network = module.createNeuralNetwork();
  await assert.rejects(module.runInference(network, [1, 2]), { code: 'SHAPE_MISMATCH' });
  await assert.rejects(module.runInference(network, null as never), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(module.runInference({ ...network } as never, [1]), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(module.runInference(undefined as never, [1]), { code: 'INVALID_ARGUMENT' });
  module.destroyNetwork(network);
});

describe('training', () => {
  test('learns, and says how far it came', async () => {
    const network = module.createNeuralNetwork(learner);
    const used = module.getMemoryUsage();
    const { accuracy, loss, convergenceEpoch, trainingTime } = await module.trainNetwork(network, xor, 300);
    assert.equal(accuracy, 1);
    assert.ok(loss < 0.01, `${loss}`);
    assert.ok(convergenceEpoch !== undefined && convergenceEpoch > 1 && convergenceEpoch <= 300);
    assert.ok(trainingTime > 0);
    for (const { inputs, outputs } of xor) {
      const [got] = await module.runInference(network, inputs as number[]);
      assert.ok(Math.abs(got! - outputs[0]!) < 0.2, `${inputs}: ${got}`);
    }
    // Gradients and moments went with the session.
    assert.equal(module.getMemoryUsage(), used);
    module.destroyNetwork(network);
  });

  test('with momentum it is gradient descent; the penalties of SASI are taken', async () => {
    const network = module.createNeuralNetwork({
      ...learner,
      momentum: 0.9,
      regularization: { l1: 0.00001, l2: 0.0001, dropout: 0 },
    });
    const { loss } = await module.trainNetwork(network, xor, 300);
    assert.ok(loss < 0.1, `${loss}`);
    module.destroyNetwork(network);
    const dropping = module.createNeuralNetwork({ ...learner, regularization: { dropout: 0.2 } });
    assert.ok(Number.isFinite((await module.trainNetwork(dropping, xor, 20)).loss));
    module.destroyNetwork(dropping);
    const wrong = module.createNeuralNetwork({ ...learner, regularization: { dropout: 1.5 } });
    await assert.rejects(module.trainNetwork(wrong, xor, 1), { code: 'INVALID_ARGUMENT' });
    module.destroyNetwork(wrong);
  });

  test('is the same for the same seed', async () => {
    const losses = [];
    for (const seed of [5, 5, 6]) {
      const network = module.createNeuralNetwork({ ...learner, seed });
      losses.push((await module.trainNetwork(network, xor, 20)).loss);
      module.destroyNetwork(network);
    }
    assert.equal(losses[0], losses[1]);
    assert.notEqual(losses[0], losses[2]);
    const [a, b] = [module.createNeuralNetwork(learner), module.createNeuralNetwork(learner)];
    assert.notDeepEqual(a.weights, b.weights, 'agents do not begin alike');
    module.destroyNetwork(a);
    module.destroyNetwork(b);
  });

  test('zero epochs return and change nothing; no data rejects', async () => {
    const network = module.createNeuralNetwork(learner);
    const before = network.weights;
    const result = await module.trainNetwork(network, xor, 0);
    assert.deepEqual(network.weights, before);
    assert.ok(result.accuracy >= 0 && result.accuracy <= 1 && Number.isFinite(result.loss));
    assert.equal(result.convergenceEpoch, undefined);
    for (const wrong of [[], null, undefined, 'rows', {}] as never[]) {
      await assert.rejects(module.trainNetwork(network, wrong, 3), { code: 'INVALID_ARGUMENT' });
    }
    await assert.rejects(module.trainNetwork(network, [xor[0]!, { inputs: [1], outputs: [1] }], 3), {
      code: 'SHAPE_MISMATCH',
      message: /row 1 has 1 inputs, the network has 2/,
    });
    await assert.rejects(module.trainNetwork(network, [{ inputs: [1, 1] } as never], 3), {
      code: 'INVALID_ARGUMENT',
    });
    await assert.rejects(module.trainNetwork(network, [{ inputs: [Number.NaN, 1], outputs: [1] }], 3), {
      code: 'INVALID_ARGUMENT',
    });
    await assert.rejects(module.trainNetwork(network, xor, -1), { code: 'INVALID_ARGUMENT' });
    assert.deepEqual(network.weights, before);
    module.destroyNetwork(network);
  });
});

describe('sharing knowledge', () => {
  test('weights go there and back, to the bit', async () => {
    const [a, b] = [module.createNeuralNetwork(learner), module.createNeuralNetwork(learner)];
    const buffer = await module.serializeWeights(a);
    assert.equal(Object.prototype.toString.call(buffer), '[object ArrayBuffer]');
    await module.deserializeWeights(b, buffer);
    assert.deepEqual(b.weights, a.weights);
    assert.deepEqual(b.biases, a.biases);
    await module.deserializeWeights(b, new Uint8Array(buffer));
    module.destroyNetwork(a);
    module.destroyNetwork(b);
  });

  test('influence blends: W ← (1−α)·W + α·W′', async () => {
    const [a, b] = [module.createNeuralNetwork(learner), module.createNeuralNetwork(learner)];
    const [from, into] = [a.weights, b.weights];
    const buffer = await module.serializeWeights(a);
    await module.deserializeWeights(b, buffer, 0.1);
    for (const [layer, values] of b.weights.entries()) {
      for (const [i, value] of values.entries()) {
        const wanted = 0.9 * into[layer]![i]! + 0.1 * from[layer]![i]!;
        assert.ok(Math.abs(value - wanted) < 1e-6, `${layer}/${i}`);
      }
    }
    const blended = b.weights;
    await module.deserializeWeights(b, buffer, 0);
    assert.deepEqual(b.weights, blended);
    module.destroyNetwork(a);
    module.destroyNetwork(b);
  });

  test('needs no room for a second network', async () => {
    const small = await loadRuntime({ memoryLimit: 6 * 1024 * 1024 });
    const agents = createSasiNeuralModule(small);
    const large = agents.createNeuralNetwork({ architecture: [700, 700, 700] });
    await agents.deserializeWeights(large, await agents.serializeWeights(large), 0.5);
    small.dispose();
  });

  test('what is no such file, or of other widths, leaves the network as it was', async () => {
    const [a, b] = [
      module.createNeuralNetwork(learner),
      module.createNeuralNetwork({ architecture: [2, 7, 1] }),
    ];
    const buffer = await module.serializeWeights(a);
    const before = b.weights;
    await assert.rejects(module.deserializeWeights(b, buffer), {
      code: 'SHAPE_MISMATCH',
      message: /2-8-1.*2-7-1/,
    });
    await assert.rejects(module.deserializeWeights(a, buffer.slice(0, 40)), { code: 'BAD_FORMAT' });
    await assert.rejects(module.deserializeWeights(a, new ArrayBuffer(0)), { code: 'BAD_FORMAT' });
    await assert.rejects(module.deserializeWeights(a, [1] as never), { code: 'INVALID_ARGUMENT' });
    for (const influence of [-0.1, 1.1, Number.NaN, '1' as never]) {
      await assert.rejects(module.deserializeWeights(a, buffer, influence), { code: 'INVALID_ARGUMENT' });
    }
    assert.deepEqual(b.weights, before);
    module.destroyNetwork(a);
    module.destroyNetwork(b);
  });
});

test('the functions may be taken off the object, as SASI does', async () => {
  const { createNeuralNetwork, runInference, destroyNetwork, getMemoryUsage } = module;
  const network = createNeuralNetwork();
  assert.equal((await runInference(network, new Array(10).fill(1))).length, 1);
  assert.ok(getMemoryUsage() > 0);
  destroyNetwork(network);
});

test('enableSIMD tells the build', async () => {
  assert.equal(module.enableSIMD, true);
  const scalar = await loadRuntime({ variant: 'scalar', memoryLimit: 2 * 1024 * 1024 });
  assert.equal(createSasiNeuralModule(scalar).enableSIMD, false);
  scalar.dispose();
});

test('a copy of the module by spreading has everything', async () => {
  const copy = { ...module };
  assert.deepEqual(Object.keys(copy).sort(), [
    'createNeuralNetwork',
    'deserializeWeights',
    'destroyNetwork',
    'enableSIMD',
    'getMemoryUsage',
    'runInference',
    'serializeWeights',
    'trainNetwork',
  ]);
  assert.equal(copy.enableSIMD, true);
  const network = copy.createNeuralNetwork(learner);
  assert.equal((await copy.runInference(network, [0, 1])).length, 1);
  copy.destroyNetwork(network);
});

test('enableSIMD may be assigned to, and goes on telling the truth', () => {
  const other = createSasiNeuralModule(runtime) as { enableSIMD: boolean };
  other.enableSIMD = false;
  assert.equal(other.enableSIMD, true);
});

test('a copy of a network by spreading has its weights and biases of that moment', async () => {
  const network = module.createNeuralNetwork(learner);
  const copy = { ...network };
  assert.deepEqual(Object.keys(copy).sort(), [
    'architecture',
    'biases',
    'id',
    'memoryUsage',
    'type',
    'weights',
  ]);
  assert.deepEqual([copy.weights, copy.biases], [network.weights, network.biases]);
  await module.trainNetwork(network, xor, 5);
  assert.notDeepEqual(copy.weights, network.weights);
  for (const name of ['weights', 'biases'] as const) {
    assert.throws(
      () => {
        (network as { weights: unknown; biases: unknown })[name] = [];
      },
      { code: 'INVALID_ARGUMENT', message: /deserializeWeights/ },
    );
  }
  module.destroyNetwork(network);
});
