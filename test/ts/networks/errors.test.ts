/** What is refused, with which words; and that nothing is lost by it. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import {
  type Dataset,
  type Network,
  type NetworkConfig,
  type TrainOptions,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { allParameters, randomValues } from './support.js';

type Code = WasmPerformanceError['code'];

/** An error of ours with that code, whose message holds each of the words. */
function isError(code: Code, ...words: string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof WasmPerformanceError, String(error));
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `'${word}' in: ${error.message}`);
    if (code === 'SHAPE_MISMATCH') assert.ok(error instanceof RangeError);
    if (code === 'INVALID_ARGUMENT') assert.ok(error instanceof TypeError);
    return true;
  };
}

/** A value that the types do not allow. */
const wrong = (value: unknown) => value as never;

describeBuilds('errors', (runtime) => {
  let network: Network;
  before(() => {
    network = runtime().createNetwork({ layers: [4, 5, 3], output: 'softmax', seed: 1 });
  });

  /** Runs `attempt`, then finds the network and the pool as they were. */
  async function unharmed(attempt: () => unknown): Promise<void> {
    const parameters = allParameters(network);
    const { used, liveBlocks } = runtime().memory.stats();
    await attempt();
    const after = runtime().memory.stats();
    assert.deepEqual([after.used, after.liveBlocks], [used, liveBlocks], 'nothing stays allocated');
    assert.deepEqual(allParameters(network), parameters);
    assert.equal(network.run(new Float32Array(4)).length, 3);
  }

  const configs: [NetworkConfig, ...string[]][] = [
    [{ layers: [] }, 'layers', '[]', 'at least two'],
    [{ layers: [4] }, 'layers', '[4]'],
    [{ layers: [4, 0, 2] }, 'layers[1]', '0'],
    [{ layers: [4, -3] }, 'layers[1]', '-3'],
    [{ layers: [2.5, 3] }, 'layers[0]', '2.5', 'whole number'],
    [{ layers: [Number.NaN, 3] }, 'layers[0]', 'NaN'],
    [{ layers: wrong(undefined) }, 'layers', 'undefined'],
    [{ layers: wrong('3-2') }, 'layers', '3-2'],
    [{ layers: [60_000, 60_000] }, '60000', '2 GiB'],
    [{ layers: [3, 4, 2], activation: wrong('softmax') }, 'activation', 'softmax', 'relu'],
    [{ layers: [3, 4, 2], activation: ['relu', 'tanh'] }, '2 names', '1 hidden'],
    [{ layers: [3, 4, 2], activation: [wrong('step')] }, 'activation[0]', 'step', 'sigmoid'],
    [{ layers: [3, 2], output: wrong('max') }, 'output', 'max', 'softmax'],
    [{ layers: [3, 2], init: wrong('orthogonal') }, 'init', 'orthogonal', 'xavier'],
    [{ layers: [3, 2], seed: -1 }, 'seed', '-1'],
    [{ layers: [3, 2], seed: 0.5 }, 'seed', '0.5'],
    [{ layers: [3, 2], seed: 2 ** 53 }, 'seed', '9007199254740992'],
    [wrong({ layers: [3, 2], dropout: 0.5 }), 'dropout', 'layers', 'activation', 'output', 'init', 'seed'],
    [wrong(undefined), 'undefined'],
  ];
  for (const [config, ...words] of configs) {
    it(`createNetwork(${JSON.stringify(config)})`, async () => {
      await unharmed(() =>
        assert.throws(() => runtime().createNetwork(config), isError('INVALID_ARGUMENT', ...words)),
      );
    });
  }

  it('inputs and outputs of a wrong length', async () => {
    const array = (length: number) => new Float32Array(length);
    const shape = (...words: string[]) => isError('SHAPE_MISMATCH', ...words);
    await unharmed(() => {
      assert.throws(() => network.run(array(5)), shape('run', 'inputs', '5', '4'));
      assert.throws(() => network.run(array(4), array(2)), shape('run', 'out', '2', '3'));
      assert.throws(() => network.runBatch(array(8), 3), shape('runBatch', '8', '3x4', '12'));
      assert.throws(() => network.runBatch(array(12), 3, array(8)), shape('runBatch', 'out', '8', '9'));
      assert.throws(() => network.runBatch(array(0), -1), isError('INVALID_ARGUMENT', 'rows', '-1'));
      assert.throws(() => network.runBatch(array(6), 1.5), isError('INVALID_ARGUMENT', 'rows', '1.5'));
      assert.throws(
        () => network.run(wrong([1, 2, 3, 4])),
        isError('INVALID_ARGUMENT', 'inputs', 'Float32Array'),
      );
      assert.equal(network.runBatch(array(0), 0).length, 0);
    });
  });

  it('a block as input and as out', async () => {
    using square = runtime().createNetwork({ layers: [4, 4] });
    using block = runtime().memory.float32([1, 2, 3, 4]);
    await unharmed(() => {
      assert.throws(() => square.run(block, block), isError('INVALID_ARGUMENT', 'run', 'overlap'));
      assert.deepEqual([...block.view], [1, 2, 3, 4]);
    });
    const array = Float32Array.of(1, 2, 3, 4);
    const expected = square.run(array);
    assert.deepEqual(square.run(array, array), expected, 'an array is copied, so it may be both');
  });

  const inputs = randomValues(1, 8);
  const labels = Uint8Array.of(0, 2);
  const good: Dataset = { inputs, labels, rows: 2 };
  const datasets: [Dataset, Code, ...string[]][] = [
    [{ ...good, rows: 3 }, 'SHAPE_MISMATCH', 'inputs', '8', '3x4', '12'],
    [{ inputs: new Float32Array(12), labels, rows: 3 }, 'SHAPE_MISMATCH', '2 labels', '3 rows'],
    [{ inputs, targets: new Float32Array(5), rows: 2 }, 'SHAPE_MISMATCH', 'targets', '5', '2x3', '6'],
    [{ ...good, labels: Uint8Array.of(1, 3) }, 'INVALID_ARGUMENT', 'row 1', 'is 3', '3 outputs', '0 to 2'],
    [{ inputs: new Float32Array(0), labels: new Uint8Array(0), rows: 0 }, 'INVALID_ARGUMENT', 'empty'],
    [{ ...good, rows: 1.5 }, 'INVALID_ARGUMENT', 'rows', '1.5'],
    [{ ...good, rows: -2 }, 'INVALID_ARGUMENT', 'rows', '-2'],
    [{ inputs, rows: 2 }, 'INVALID_ARGUMENT', 'neither', 'targets', 'labels'],
    [{ ...good, targets: new Float32Array(6) }, 'INVALID_ARGUMENT', 'both'],
    [{ ...good, inputs: wrong([1, 2]) }, 'INVALID_ARGUMENT', 'inputs', 'Float32Array'],
    [{ ...good, labels: wrong([0, 1]) }, 'INVALID_ARGUMENT', 'labels', 'Uint8Array'],
    [wrong({ ...good, outputs: labels }), 'INVALID_ARGUMENT', "'outputs'", 'labels'],
    [wrong(null), 'INVALID_ARGUMENT', 'null'],
  ];
  it('data that do not fit, in train and evaluate', async () => {
    for (const [data, code, ...words] of datasets) {
      await unharmed(() => assert.rejects(network.train(data), isError(code, 'train', ...words)));
      await unharmed(() => assert.throws(() => network.evaluate(data), isError(code, 'evaluate', ...words)));
    }
  });

  const options: [TrainOptions, ...string[]][] = [
    [{ epochs: -1 }, 'epochs', '-1'],
    [{ epochs: 1.5 }, 'epochs', '1.5'],
    [{ batchSize: 0 }, 'batchSize', '0'],
    [{ l2: -0.1 }, 'l2'],
    [{ l2: Number.NaN }, 'l2', 'NaN'],
    [{ seed: -3 }, 'seed', '-3'],
    [{ shuffle: wrong('yes') }, 'shuffle', 'yes'],
    [{ loss: wrong('hinge') }, 'loss', 'hinge', 'mse', 'crossEntropy', 'binaryCrossEntropy', 'huber'],
    [{ loss: 'binaryCrossEntropy' }, 'binaryCrossEntropy', 'sigmoid', 'softmax'],
    [{ optimizer: { kind: 'sgd', learningRate: 0 } }, 'learningRate', '0', '> 0'],
    [{ optimizer: { kind: 'adam', learningRate: -0.1 } }, 'learningRate', '-0.1'],
    [{ optimizer: { kind: 'adam', learningRate: 1e-60 } }, 'learningRate', '1e-60'],
    [{ optimizer: { kind: 'adam', learningRate: 1e60 } }, 'learningRate', '1e+60'],
    [{ optimizer: { kind: 'momentum', momentum: 1 } }, 'momentum', '1'],
    [{ optimizer: { kind: 'adam', beta2: 1.5 } }, 'beta2', '1.5'],
    [{ optimizer: { kind: 'adam', epsilon: 0 } }, 'epsilon', '0'],
    [{ optimizer: { kind: wrong('lbfgs') } }, 'lbfgs', 'sgd', 'momentum', 'adam', 'quickprop'],
    [{ optimizer: wrong({ kind: 'sgd', momentum: 0.9 }) }, "'momentum'", 'kind', 'learningRate'],
    [{ optimizer: wrong('adam') }, 'optimizer', 'adam', 'object'],
    [{ signal: wrong({}) }, 'signal', 'AbortSignal'],
    [{ onProgress: wrong(1) }, 'onProgress', 'function'],
    [{ optimizer: { kind: 'adamw', weightDecay: -1 } }, 'weightDecay', '-1'],
    [{ optimizer: { kind: 'rprop', growth: 1 } }, 'growth', '1', '> 1'],
    [{ optimizer: { kind: 'rprop', shrink: 1 } }, 'shrink', '1'],
    [{ optimizer: { kind: 'rprop', smallest: 0 } }, 'smallest', '0'],
    [{ optimizer: { kind: 'rprop', largest: Number.POSITIVE_INFINITY } }, 'largest', 'Infinity'],
    [{ optimizer: { kind: 'rprop', smallest: 60 } }, 'smallest', '60', 'largest', '50'],
    [{ optimizer: { kind: 'rprop' }, schedule: 'cosine' }, 'rprop', 'cosine'],
    [{ optimizer: { kind: 'quickprop', growth: 0.5 } }, 'growth', '0.5'],
    [{ optimizer: wrong({ kind: 'quickprop', shrink: 0.5 }) }, "'shrink'", 'growth'],
    [{ l1: -1 }, 'l1', '-1'],
    [{ dropout: 1 }, 'dropout', '1'],
    [{ dropout: -0.1 }, 'dropout', '-0.1'],
    [{ inputDropout: 1 }, 'inputDropout', '1'],
    [{ clipNorm: 0 }, 'clipNorm', '0'],
    [{ clipNorm: Number.NaN }, 'clipNorm', 'NaN'],
    [{ schedule: wrong('linear') }, 'schedule', 'linear', 'constant', 'cosine', 'step'],
    [{ updates: 0 }, 'updates', '0'],
    [{ validation: 0 }, 'validation', '0'],
    [{ validation: 1 }, 'validation', '1'],
    [{ validation: { ...good, inputs: wrong([1]) } }, 'validation', 'inputs', 'Float32Array'],
    [{ validation: wrong('half') }, 'validation', 'half'],
    [{ patience: 3 }, 'patience', 'validation'],
    [{ patience: 0, validation: 0.5 }, 'patience', '0'],
    [
      wrong({ momentum: 0.5 }),
      "'momentum'",
      'epochs',
      'batchSize',
      'seed',
      'shuffle',
      'optimizer',
      'loss',
      'l2',
    ],
  ];
  it('options that cannot be followed', async () => {
    for (const [given, ...words] of options) {
      await unharmed(() => assert.rejects(network.train(good, given), isError('INVALID_ARGUMENT', ...words)));
    }
    await unharmed(() => {
      assert.throws(
        () => network.trainer(wrong({ momentum: 3 })),
        isError('INVALID_ARGUMENT', 'trainer', 'momentum', 'batchSize'),
      );
      assert.throws(
        () => network.trainer({ schedule: 'cosine' }),
        isError('INVALID_ARGUMENT', 'trainer', 'cosine', 'updates'),
      );
      assert.throws(
        () => network.evaluate(good, wrong({ l2: 1 })),
        isError('INVALID_ARGUMENT', 'l2', 'loss'),
      );
    });
  });

  it('cross-entropy without softmax', async () => {
    using other = runtime().createNetwork({ layers: [4, 3], output: 'sigmoid' });
    const refused = isError('INVALID_ARGUMENT', 'crossEntropy', 'softmax', 'sigmoid');
    await assert.rejects(other.train(good, { loss: 'crossEntropy' }), refused);
    assert.throws(() => other.trainer({ loss: 'crossEntropy' }), refused);
    assert.throws(() => other.evaluate(good, { loss: 'crossEntropy' }), refused);
  });

  it('NaN in the validation rows', async () => {
    const inputs = randomValues(1, 40);
    inputs[4 * 7 + 1] = Number.NaN;
    const validation = { inputs, labels: new Uint8Array(10), rows: 10 };
    const refused = isError('INVALID_ARGUMENT', 'validation', 'row 7 of the inputs');
    await unharmed(() => assert.rejects(network.train(good, { validation }), refused));
    await unharmed(() =>
      assert.rejects(network.train({ ...good, rows: 1 }, { validation: 0.5 }), isError('SHAPE_MISMATCH')),
    );
    const one = { inputs: new Float32Array(4), labels: new Uint8Array(1), rows: 1 };
    await unharmed(() =>
      assert.rejects(network.train(one, { validation: 0.5 }), isError('INVALID_ARGUMENT', 'one row')),
    );
  });

  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`${bad} in the data never reaches the weights`, async () => {
      const rows = 100;
      const clean = randomValues(1, rows * 4);
      const targets = randomValues(2, rows * 3);
      const spoil = (values: Float32Array, ...at: number[]) =>
        values.map((value, i) => (at.includes(i) ? bad : value));
      const spoiledInputs: Dataset = { inputs: spoil(clean, 37 * 4 + 2, 81 * 4), targets, rows };
      const spoiledTargets: Dataset = { inputs: clean, targets: spoil(targets, 41 * 3 + 2), rows };
      const whole = { batchSize: rows, epochs: 3 };
      const cases: [Dataset, string][] = [
        [spoiledInputs, 'row 37 of the inputs'],
        [spoiledTargets, 'row 41 of the targets'],
      ];
      for (const [data, words] of cases) {
        await unharmed(() => assert.rejects(network.train(data, whole), isError('INVALID_ARGUMENT', words)));
        // In small batches good ones come first: none may update.
        const refused = isError('INVALID_ARGUMENT', words);
        for (const options of [
          { batchSize: 3, seed: 4, optimizer: { kind: 'sgd' } } as const,
          { batchSize: 1, shuffle: false },
          { batchSize: 8, validation: 0.5 },
        ]) {
          await unharmed(() => assert.rejects(network.train(data, options), refused));
        }
        await unharmed(() => {
          using trainer = network.trainer();
          assert.throws(
            () => trainer.step(data.inputs, data.targets!, rows),
            isError('INVALID_ARGUMENT', 'step', words),
          );
        });
      }
    });
  }

  it('a large but finite sum is no reason to refuse', async () => {
    using linear = runtime().createNetwork({ layers: [4, 1], init: 'zeros' });
    using trainer = linear.trainer({ optimizer: { kind: 'sgd', learningRate: 1e-37 } });
    assert.equal(trainer.step(new Float32Array(8).fill(3e38), Float32Array.of(0, 0), 2), 0);
  });

  it('a training that diverges stops and says what may help', async () => {
    using linear = runtime().createNetwork({ layers: [4, 8, 1], activation: 'linear', seed: 1 });
    const data = { inputs: randomValues(1, 80), targets: randomValues(2, 20), rows: 20 };
    const optimizer = { kind: 'sgd', learningRate: 1000 } as const;
    const refused = isError('INVALID_ARGUMENT', 'loss', 'not finite', 'learning rate');
    await assert.rejects(linear.train(data, { epochs: 100, optimizer }), refused);
  });

  it('a step with a wrong shape or label', async () => {
    await unharmed(() => {
      using trainer = network.trainer();
      const x = new Float32Array(8);
      assert.throws(() => trainer.step(x, labels, 3), isError('SHAPE_MISMATCH', 'inputs', '8', '3x4'));
      assert.throws(
        () => trainer.step(x, Uint8Array.of(1), 2),
        isError('SHAPE_MISMATCH', '1 labels', '2 rows'),
      );
      assert.throws(
        () => trainer.step(x, new Float32Array(4), 2),
        isError('SHAPE_MISMATCH', 'targets', '4', '2x3'),
      );
      assert.throws(() => trainer.step(x, Uint8Array.of(0, 7), 2), isError('INVALID_ARGUMENT', 'row 1', '7'));
      assert.throws(
        () => trainer.step(new Float32Array(0), new Uint8Array(0), 0),
        isError('INVALID_ARGUMENT', 'empty'),
      );
      assert.throws(() => trainer.step(x, wrong([0, 1]), 2), isError('INVALID_ARGUMENT', 'targets'));
    });
  });

  it('a callback that throws', async () => {
    using copy = network.clone();
    const { used } = runtime().memory.stats();
    // Neither a trap of another module nor a size that is wrong elsewhere says anything of this one.
    const reasons = [
      new Error('mine'),
      new RangeError('mine'),
      new WebAssembly.RuntimeError('mine'),
      'a word',
    ];
    for (const reason of reasons) {
      const onProgress = () => {
        throw reason;
      };
      await assert.rejects(copy.train(good, { onProgress }), (error) => error === reason);
      assert.equal(runtime().memory.stats().used, used);
    }
    assert.equal((await copy.train(good, { epochs: 1 })).stopped, 'finished');
  });

  it('parameters of another shape', async () => {
    const { weights, biases } = network.exportLayers();
    const shape = (...words: string[]) => isError('SHAPE_MISMATCH', 'importLayers', ...words);
    await unharmed(() => {
      // All is checked before anything is written: the first array differs from what is there.
      const changed = [new Float32Array(20), weights[1]!];
      assert.throws(
        () => network.importLayers({ weights: [changed[0]!, new Float32Array(7)], biases }),
        shape('weights[1]', '7', '5x3', '15'),
      );
      assert.throws(
        () => network.importLayers({ weights: changed, biases: [biases[0]!] }),
        shape('biases', '1 arrays', '2 layers'),
      );
      assert.throws(
        () => network.importLayers({ weights: changed, biases: [biases[0]!, new Float32Array(4)] }),
        shape('biases[1]', '4', '3'),
      );
      assert.throws(
        () => network.importLayers({ weights: wrong([[1], [2]]), biases }),
        isError('INVALID_ARGUMENT', 'weights[0]'),
      );
      assert.throws(() => network.importLayers(wrong({ weights })), isError('INVALID_ARGUMENT', 'biases'));
    });
  });

  it('blending with what is no match', async () => {
    using other = runtime().createNetwork({ layers: [4, 6, 3] });
    await unharmed(() => {
      assert.throws(() => network.blend(other, 0.5), isError('SHAPE_MISMATCH', '4-5-3', '4-6-3'));
      assert.throws(() => network.blend(network, 1.5), isError('INVALID_ARGUMENT', 'influence', '1.5'));
      assert.throws(
        () => network.blend(network, Number.NaN),
        isError('INVALID_ARGUMENT', 'influence', 'NaN'),
      );
      assert.throws(() => network.blend(wrong({}), 0.5), isError('INVALID_ARGUMENT', 'blend'));
    });
  });
});
