/** Networks of brain.js: run there, run here; and what of its files is refused. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadRuntime, type NeuralRuntime } from '@sasi/wasm-performance';
import { randomValues } from '../support.js';
import { compare, fourUlp, referenceOf } from './bounds.js';
import { assertBadFormat, isPeerInstalled, peer } from './support.js';

interface BrainNetwork {
  fromJSON(json: unknown): BrainNetwork;
  toJSON(): unknown;
  run(input: number[] | Record<string, number>): ArrayLike<number> | Record<string, number>;
}
interface Brain {
  readonly NeuralNetwork: new () => BrainNetwork;
}

const sizes = [3, 6, 4, 2];
const rows = 40;
const inputs = randomValues(5, rows * 3, -2, 2);
const rowOf = (row: number) => Array.from(inputs.subarray(row * 3, row * 3 + 3));

type Named = Record<string, Record<string, unknown>>;

/** The form of version 1. `names` are those of the inputs and of the outputs. */
function firstForm(activation: string, names: { inputs?: string[]; outputs?: string[] } = {}) {
  const keys = sizes.map((size, layer) => {
    const named = layer === 0 ? names.inputs : layer === sizes.length - 1 ? names.outputs : undefined;
    return named ?? Array.from({ length: size }, (_, i) => String(i));
  });
  const layers = keys.map((nodes, layer): Named => {
    if (layer === 0) return Object.fromEntries(nodes.map((key) => [key, {}]));
    return Object.fromEntries(
      nodes.map((key, n) => {
        const [bias, ...weights] = randomValues(layer * 100 + n, keys[layer - 1]!.length + 1);
        return [key, { bias, weights: Object.fromEntries(keys[layer - 1]!.map((k, i) => [k, weights[i]])) }];
      }),
    );
  });
  const lookups = { inputLookup: names.inputs !== undefined, outputLookup: names.outputs !== undefined };
  return { sizes, layers, ...lookups, activation, trainOpts: { iterations: 20000 } };
}

/** The form of version 2, with the numbers of the first. */
function secondForm(activation: string, leakyReluAlpha = 0.01) {
  const layers = firstForm(activation).layers.map((layer, l) => ({
    weights: l === 0 ? [] : Object.values(layer).map(({ weights }) => Object.values(weights as object)),
    biases: l === 0 ? [] : Object.values(layer).map(({ bias }) => bias),
  }));
  return {
    type: 'NeuralNetwork',
    sizes,
    layers,
    inputLookup: null,
    inputLookupLength: 0,
    outputLookup: null,
    outputLookupLength: 0,
    options: { inputSize: 0, outputSize: 0, binaryThresh: 0.5 },
    trainOpts: { activation, iterations: 20000, timeout: 'Infinity', leakyReluAlpha },
  };
}

const activations = [
  ['sigmoid', 'sigmoid'],
  ['tanh', 'tanh'],
  ['relu', 'relu'],
  ['leaky-relu', 'relu'], // as version 1.6 computes it
] as const;

describe('networks of brain.js', () => {
  let runtime: NeuralRuntime;
  before(async () => {
    runtime = await loadRuntime();
  });
  after(() => runtime.dispose());

  describe('of version 1, run by brain.js', { skip: !isPeerInstalled('brain.js') }, () => {
    const brain = (json: unknown) => new (peer<Brain>('brain.js').NeuralNetwork)().fromJSON(json);

    for (const [activation, name] of activations) {
      it(`${activation} gives the same results`, () => {
        const theirs = brain(firstForm(activation));
        using network = runtime.loadNetwork(JSON.stringify(theirs.toJSON()));
        assert.deepEqual(network.layers, sizes);
        const outputs = Array.from({ length: rows }, (_, row) =>
          Array.from(theirs.run(rowOf(row)) as ArrayLike<number>),
        ).flat();
        const reference = referenceOf(network, [name, name, name]);
        const results = [network.runBatch(inputs, rows), outputs];
        const { worst, tight } = compare(reference, inputs, rows, results, fourUlp);
        assert.ok(worst <= 1, `${worst} bounds off`);
        assert.ok(tight > 0.8);
      });
    }

    it('named inputs and outputs come in the order of brain.js, whole numbers first', () => {
      const names = { inputs: ['red', '7', 'blue'], outputs: ['warm', '1'] };
      const theirs = brain(firstForm('sigmoid', names));
      using network = runtime.loadNetwork(JSON.stringify(theirs.toJSON()));
      for (let row = 0; row < rows; row++) {
        const [a, b, c] = rowOf(row);
        const output = theirs.run({ '7': a!, red: b!, blue: c! }) as Record<string, number>;
        const got = network.run(Float32Array.of(a!, b!, c!));
        assert.ok(Math.abs(got[0]! - output['1']!) < 1e-6 && Math.abs(got[1]! - output.warm!) < 1e-6);
      }
    });
  });

  it('of version 2 give what those of version 1 give; leaky-relu is its own', () => {
    for (const [activation] of activations.slice(0, 3)) {
      using first = runtime.loadNetwork(JSON.stringify(firstForm(activation)), 'brainjs');
      using second = runtime.loadNetwork(JSON.stringify(secondForm(activation)));
      assert.deepEqual(second.exportLayers(), first.exportLayers());
      assert.deepEqual(second.runBatch(inputs, rows), first.runBatch(inputs, rows));
    }
    using leaky = runtime.loadNetwork(JSON.stringify(secondForm('leaky-relu')));
    const reference = referenceOf(leaky, ['leakyRelu', 'leakyRelu', 'leakyRelu']);
    assert.ok(compare(reference, inputs, rows, [leaky.runBatch(inputs, rows)], fourUlp).worst <= 1);
  });

  it('an alpha of version 1 is multiplied into the weights', () => {
    using plain = runtime.loadNetwork(JSON.stringify(firstForm('relu')));
    using leaky = runtime.loadNetwork(JSON.stringify({ ...firstForm('leaky-relu'), leakyReluAlpha: 0.25 }));
    const quarter = plain.exportLayers().weights.map((values) => values.map((x) => x / 4));
    assert.deepEqual(leaky.exportLayers().weights, quarter);
  });

  it('what is refused, and where it stands', () => {
    const bad = (change: (file: ReturnType<typeof firstForm>) => object, ...words: string[]) =>
      assertBadFormat(runtime, JSON.stringify(change(firstForm('tanh'))), words);
    bad((file) => ({ ...file, activation: 'softmax' }), 'activation', "'softmax'", 'leaky-relu');
    bad((file) => ({ ...file, activation: 'constructor' }), 'activation');
    bad((file) => ({ ...file, type: 'LSTM' }), 'type', "'LSTM'");
    bad((file) => ({ ...file, sizes: [3, 6, 4] }), 'layers', 'an array of 4', 'an array of 3');
    bad((file) => ({ ...file, sizes: [3, 6, 4, 3] }), 'layers[3]', '2 nodes', '3');
    bad((file) => ({ ...file, sizes: [3, 6, 2 ** 31, 2] }), 'sizes[2]', '2147483648');
    bad((file) => ({ ...file, sizes: [3, 6, 2 ** 31 - 1, 2] }), 'layers[2]', '4 nodes');
    bad((file) => ({ ...file, sizes: [3] }), 'sizes', 'an array of 1', 'two widths');
    bad((file) => ({ ...file, leakyReluAlpha: -1, activation: 'leaky-relu' }), 'leakyReluAlpha', '-1');
    bad(
      (file) => ({ ...file, layers: file.layers.map((layer, i) => (i === 1 ? null : layer)) }),
      'layers[1]',
    );
    const change = (node: Record<string, unknown>) => (file: ReturnType<typeof firstForm>) => ({
      ...file,
      layers: file.layers.map((layer, i) => (i === 2 ? { ...layer, 3: { ...layer[3], ...node } } : layer)),
    });
    bad(change({ bias: null }), 'layers[2], node 3, bias', 'null');
    bad(change({ bias: 1e39 }), 'layers[2], node 3, bias', '1e+39');
    bad(change({ weights: { 0: 1 } }), 'layers[2], node 3, weights', '1 weights for 6 inputs');
    bad(change({ weights: { 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, six: 1 } }), 'layers[2], node 3, weight 5', 'null');
    const second = secondForm('tanh');
    const worse = (more: object, ...words: string[]) =>
      assertBadFormat(runtime, JSON.stringify({ ...second, ...more }), words);
    worse({ trainOpts: { activation: 'swish' } }, 'activation', "'swish'");
    worse({ trainOpts: null }, 'trainOpts', 'null');
    worse({ trainOpts: { activation: 'leaky-relu', leakyReluAlpha: 0.2 } }, 'leakyReluAlpha', '0.2', '0.01');
    worse({ sizes: [3, 6, 4, 1] }, 'layers[3].weights', 'an array of 2', 'an array of 1');
    const layers = structuredClone(second.layers);
    (layers[2]!.weights as unknown[][])[1]![3] = null;
    worse({ layers }, 'layers[2], node 1, weight 3', 'null');
  });
});
