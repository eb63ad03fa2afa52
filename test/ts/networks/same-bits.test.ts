/** One seed, one result: initial weights, training and outputs have the same bits in every build but `relaxed`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadRuntime, type NetworkConfig, type TrainOptions, type VariantName } from '@sasi/wasm-performance';
import { exactBuilds } from '../support/builds.js';
import { readDigits } from './mnist.js';
import { allParameters, bitsOf, randomLabels, randomValues } from './support.js';

/** What `work` gives in each build must be equal. */
async function assertSameInAll<T>(work: (build: VariantName) => Promise<T>): Promise<T> {
  const [first, ...others] = exactBuilds as [VariantName, ...VariantName[]];
  const expected = await work(first);
  for (const build of others) assert.deepEqual(await work(build), expected, `${build} and ${first}`);
  return expected;
}

describe('the same bits in every build', () => {
  for (const init of ['he', 'xavier', 'uniform', 'zeros'] as const) {
    it(`initial weights: ${init}`, async () => {
      const seeds = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
      const drawn = await assertSameInAll(async (variant) => {
        using runtime = await loadRuntime({ variant });
        return seeds.map((seed) => {
          using network = runtime.createNetwork({ layers: [13, 17, 5], init, seed });
          return allParameters(network);
        });
      });
      const distinct = new Set(drawn.map((parameters) => String(parameters[0])));
      assert.equal(distinct.size, init === 'zeros' ? 1 : seeds.length, 'every half of a seed counts');
    });
  }

  it('initial weights stay within their documented limits, and fill them', async () => {
    using runtime = await loadRuntime();
    const [inputs, outputs] = [200, 50];
    const limits = {
      he: Math.sqrt(6 / inputs),
      xavier: Math.sqrt(6 / (inputs + outputs)),
      uniform: 1 / Math.sqrt(inputs),
    };
    for (const [init, limit] of Object.entries(limits)) {
      using network = runtime.createNetwork({ layers: [inputs, outputs], init: init as 'he', seed: 3 });
      const { weights, biases } = network.exportLayers();
      const [largest, smallest] = [Math.max(...weights[0]!), Math.min(...weights[0]!)];
      const bound = limit * (1 + 1e-6);
      assert.ok(largest <= bound && largest > 0.99 * limit, `${init}: largest ${largest}, limit ${limit}`);
      assert.ok(smallest >= -bound && smallest < -0.99 * limit, `${init}: smallest ${smallest}`);
      const mean = weights[0]!.reduce((sum, value) => sum + value, 0) / weights[0]!.length;
      assert.ok(Math.abs(mean) < limit / 20, `${init}: mean ${mean}`);
      assert.ok(biases[0]!.every((value) => value === 0));
    }
  });

  const trainings: { name: string; config: NetworkConfig; options: TrainOptions }[] = [
    {
      name: 'sgd',
      config: { layers: [9, 14, 4], activation: 'sigmoid' },
      options: { optimizer: { kind: 'sgd' } },
    },
    {
      name: 'momentum, l2, no shuffling',
      config: { layers: [9, 14, 4], activation: 'tanh', output: 'tanh' },
      options: { optimizer: { kind: 'momentum' }, l2: 0.01, shuffle: false },
    },
    {
      name: 'adam',
      config: { layers: [9, 14, 4], output: 'softmax' },
      options: { optimizer: { kind: 'adam' } },
    },
    {
      name: 'adamw, dropout, clipping, cosine, validation',
      config: { layers: [9, 30, 14, 4], activation: ['gelu', 'silu'], output: 'softmax' },
      options: {
        optimizer: { kind: 'adamw' },
        dropout: 0.4,
        inputDropout: 0.2,
        clipNorm: 0.5,
        schedule: 'cosine',
        validation: 0.2,
      },
    },
    {
      name: 'rmsprop, binary cross-entropy, l1',
      config: { layers: [9, 14, 4], activation: 'tanh', output: 'sigmoid' },
      options: { optimizer: { kind: 'rmsprop' }, loss: 'binaryCrossEntropy', l1: 0.001 },
    },
    {
      name: 'nesterov, Huber loss, steps',
      config: { layers: [9, 14, 4] },
      options: { optimizer: { kind: 'nesterov' }, loss: 'huber', schedule: 'step' },
    },
    {
      name: 'rprop, the whole set at once',
      config: { layers: [9, 14, 4], activation: 'tanh' },
      options: { optimizer: { kind: 'rprop' }, batchSize: 203 },
    },
    {
      name: 'quickprop, the whole set at once',
      config: { layers: [9, 14, 4], activation: 'tanh' },
      options: { optimizer: { kind: 'quickprop' }, batchSize: 203 },
    },
  ];
  for (const { name, config, options } of trainings) {
    it(`training: ${name}`, async () => {
      const rows = 203;
      await assertSameInAll(async (variant) => {
        using runtime = await loadRuntime({ variant });
        using network = runtime.createNetwork({ ...config, seed: 4 });
        const data = { inputs: randomValues(1, rows * 9), labels: randomLabels(2, rows, 4), rows };
        const { loss, accuracy, history } = await network.train(data, {
          epochs: 3,
          batchSize: 16,
          seed: 5,
          ...options,
        });
        const losses = history.map((epoch) => epoch.loss);
        return { loss, accuracy, losses, parameters: allParameters(network).map(bitsOf) };
      });
    });
  }

  it('one epoch on 2000 digits', async () => {
    const training = await readDigits('training', 2000);
    const test = await readDigits('test', 500);
    const { accuracy } = await assertSameInAll(async (variant) => {
      using runtime = await loadRuntime({ variant });
      using network = runtime.createNetwork({ layers: [784, 128, 10], output: 'softmax', seed: 1 });
      const report = await network.train(training, { epochs: 1, batchSize: 32, seed: 1 });
      return {
        trainingLoss: report.loss,
        parameters: allParameters(network).map(bitsOf),
        outputs: bitsOf(network.runBatch(test.inputs, test.rows)),
        ...network.evaluate(test),
      };
    });
    assert.ok(accuracy > 0.75, `an accuracy of ${accuracy} after one epoch`);
  });
});
