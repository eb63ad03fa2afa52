/** What the options of a training do: validation and patience, schedules, dropout, and every optimizer and loss at work. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Dataset, LossName, OptimizerConfig, OutputActivationName } from '@sasi/wasm-performance';
import { optimizerNames } from '#ts/core/abi.js';
import { describeBuilds } from '../support/builds.js';
import { allParameters, randomValues } from './support.js';

/** Rows whose class is told by the sum of their first two numbers. */
function separable(rows: number, seed = 1): Dataset & { labels: Uint8Array } {
  const inputs = randomValues(seed, rows * 3);
  const labels = Uint8Array.from({ length: rows }, (_, row) =>
    Number(inputs[row * 3]! + inputs[row * 3 + 1]! > 0),
  );
  return { inputs, labels, rows };
}

/** Labels that say nothing: what is learned of them is wrong elsewhere. */
function noise(rows: number, seed: number): Dataset {
  const inputs = randomValues(seed, rows * 3);
  return { inputs, labels: Uint8Array.from(inputs.slice(0, rows), (value) => Number(value > 0)), rows };
}

const classifier = { layers: [3, 24, 2], activation: 'tanh', output: 'softmax', seed: 2 } as const;

describeBuilds('training options', (runtime) => {
  it('validation: measured after each epoch, and the best weights are kept', async () => {
    const validation = noise(60, 5);
    using network = runtime().createNetwork(classifier);
    const options = { epochs: 12, batchSize: 4, optimizer: { kind: 'adam', learningRate: 0.02 } } as const;
    const report = await network.train(noise(40, 4), { ...options, validation });
    const losses = report.history.map((record) => record.validation!.loss);
    const best = losses.indexOf(Math.min(...losses));
    assert.ok(best < 11, 'the data must make it grow worse in the end');
    assert.equal(report.bestEpoch, best + 1);
    assert.deepEqual(report.validation, report.history[best]!.validation);
    assert.deepEqual(
      network.evaluate(validation),
      report.validation,
      'the weights are those of the best epoch',
    );
    assert.equal(report.stopped, 'finished');

    using shorter = runtime().createNetwork(classifier);
    await shorter.train(noise(40, 4), { ...options, epochs: best + 1 });
    assert.deepEqual(allParameters(shorter), allParameters(network));
  });

  it('patience: stops so many epochs after the best one', async () => {
    using network = runtime().createNetwork(classifier);
    const options = { epochs: 500, batchSize: 4, optimizer: { kind: 'adam', learningRate: 0.02 } } as const;
    const report = await network.train(noise(40, 4), { ...options, validation: noise(60, 5), patience: 3 });
    assert.equal(report.stopped, 'patience');
    assert.equal(report.epochs, report.bestEpoch! + 3);
    assert.equal(report.history.length, report.epochs);
  });

  it('a share of the data: rows by the seed, or the last ones; all the others are trained on', async () => {
    const { inputs, labels, rows } = separable(50);
    const last: Dataset = { inputs: inputs.slice(40 * 3), labels: labels.slice(40), rows: 10 };
    const first: Dataset = { inputs: inputs.slice(0, 40 * 3), labels: labels.slice(0, 40), rows: 40 };
    const options = { epochs: 3, batchSize: 8, shuffle: false } as const;
    using network = runtime().createNetwork(classifier);
    const report = await network.train({ inputs, labels, rows }, { ...options, validation: 0.2 });
    using twin = runtime().createNetwork(classifier);
    const expected = await twin.train(first, { ...options, validation: last });
    assert.deepEqual(allParameters(network), allParameters(twin));
    const measured = (history: typeof report.history) =>
      history.map(({ loss, validation }) => [loss, validation]);
    assert.deepEqual(measured(report.history), measured(expected.history));

    const shuffled = async (seed: number) => {
      using other = runtime().createNetwork(classifier);
      const { validation } = await other.train(
        { inputs, labels, rows },
        { epochs: 1, seed, validation: 0.2 },
      );
      return validation!.loss;
    };
    assert.equal(await shuffled(1), await shuffled(1));
    assert.notEqual(await shuffled(1), await shuffled(2));
  });

  it('every row is trained on or validated with, and none is both', async () => {
    // A target of its own tells each row by its loss, where no weight moves.
    const rows = 40;
    const inputs = Float32Array.from({ length: rows }, (_, row) => row + 1);
    using network = runtime().createNetwork({ layers: [1, 1], init: 'zeros' });
    const seen: number[] = [];
    let sum = 0;
    const report = await network.train(
      { inputs, targets: inputs, rows },
      {
        epochs: 1,
        batchSize: 1,
        validation: 0.25,
        optimizer: { kind: 'sgd', learningRate: 1e-38 },
        onProgress: ({ batch, loss }) => {
          seen.push(Math.round(Math.sqrt(loss * batch - sum)));
          sum = loss * batch;
        },
      },
    );
    assert.equal(new Set(seen).size, 30);
    const square = (values: Iterable<number>) =>
      [...values].reduce((total, value) => total + value * value, 0);
    const left = square(inputs) - square(seen);
    assert.ok(Math.abs(report.validation!.loss * 10 - left) < 1, 'the ten others are the validation rows');
  });

  it('an abort leaves the best weights so far', async () => {
    const controller = new AbortController();
    const validation = noise(60, 5);
    using network = runtime().createNetwork(classifier);
    const report = await network.train(noise(40, 4), {
      batchSize: 4,
      validation,
      signal: controller.signal,
      onProgress: ({ epoch, batch }) => {
        if (epoch === 5 && batch === 3) controller.abort();
      },
    });
    assert.deepEqual([report.stopped, report.epochs], ['aborted', 4]);
    assert.deepEqual(network.evaluate(validation), report.validation);
  });

  it('schedules: the rate of each update', async () => {
    // One weight and a gradient of 2: what an update changes is twice its rate.
    const rates = async (schedule: 'constant' | 'cosine' | 'step', epochs: number) => {
      using network = runtime().createNetwork({ layers: [1, 1], init: 'zeros' });
      const data = { inputs: Float32Array.of(0), targets: Float32Array.of(-1e9), rows: 1 };
      const biases = [0];
      await network.train(data, {
        epochs,
        schedule,
        optimizer: { kind: 'sgd', learningRate: 1 / 1024 },
        clipNorm: 1024,
        onProgress: () => biases.push(network.exportLayers().biases[0]![0]!),
      });
      return biases.slice(1).map((bias, index) => biases[index]! - bias);
    };
    assert.deepEqual(await rates('constant', 4), [1, 1, 1, 1]);
    const close = (given: number[], wanted: number[]) => {
      assert.ok(
        given.every((value, index) => Math.abs(value - wanted[index]!) < 1e-5),
        `${given}`,
      );
    };
    close(await rates('step', 8), [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]);
    close(
      await rates('cosine', 8),
      Array.from({ length: 8 }, (_, t) => (1 + Math.cos((Math.PI * t) / 8)) / 2),
    );
  });

  it('a trainer follows a schedule over the updates that it is told', () => {
    using network = runtime().createNetwork({ layers: [1, 1], init: 'zeros' });
    using trainer = network.trainer({
      schedule: 'step',
      updates: 4,
      clipNorm: 1,
      optimizer: { kind: 'sgd', learningRate: 1 },
    });
    const biases = [0];
    for (let step = 0; step < 5; step++) {
      trainer.step(Float32Array.of(0), Float32Array.of(-1e9), 1);
      biases.push(network.exportLayers().biases[0]![0]!);
    }
    const rates = biases.slice(1).map((bias, index) => (biases[index]! - bias).toFixed(2));
    assert.deepEqual(rates, ['1.00', '1.00', '0.10', '0.01', '0.01']);
  });

  for (const option of ['dropout', 'inputDropout'] as const) {
    it(`${option}: another thinned network each time, the whole one afterwards`, async () => {
      const data = separable(64);
      const run = async (seed: number, rate: number) => {
        using network = runtime().createNetwork(classifier);
        const { loss } = await network.train(data, { epochs: 2, seed, [option]: rate, shuffle: false });
        return [loss, ...allParameters(network).map(String)];
      };
      assert.deepEqual(await run(1, 0.5), await run(1, 0.5));
      assert.notDeepEqual(await run(1, 0.5), await run(2, 0.5));
      assert.notDeepEqual(await run(1, 0.5), await run(1, 0));
      assert.deepEqual(await run(1, 0), await run(2, 0));

      using network = runtime().createNetwork(classifier);
      const report = await network.train(data, { epochs: 60, [option]: 0.3, batchSize: 8 });
      assert.ok(report.accuracy! > 0.9, `an accuracy of ${report.accuracy}`);
      assert.deepEqual(network.run(data.inputs.slice(0, 3)), network.run(data.inputs.slice(0, 3)));
    });
  }

  it('the gradient with dropout is that of the loss that a step returns', () => {
    // A step of the same seed drops the same values: the loss is a function of the weights, and its slope along the
    // gradient is the gradient's length.
    const rate = 2 ** -12;
    const inputs = randomValues(1, 40 * 3);
    const targets = randomValues(2, 40 * 2);
    const options = {
      dropout: 0.4,
      inputDropout: 0.2,
      seed: 3,
      optimizer: { kind: 'sgd', learningRate: rate },
    } as const;
    using network = runtime().createNetwork({
      layers: [3, 30, 20, 2],
      activation: ['tanh', 'silu'],
      seed: 1,
    });
    const start = network.exportLayers();
    using trainer = network.trainer(options);
    const before = trainer.step(inputs, targets, 40);
    const moved = allParameters(network);
    const square = [...start.weights.flatMap((weights, layer) => [weights, start.biases[layer]!])]
      .flatMap((values, index) => Array.from(values, (value, at) => (value - moved[index]![at]!) / rate))
      .reduce((sum, g) => sum + g * g, 0);
    using again = network.trainer(options);
    const after = again.step(inputs, targets, 40);
    const slope = (before - after) / rate;
    assert.ok(Math.abs(slope - square) < 0.02 * square, `a slope of ${slope}, expected ${square}`);
  });

  const suited: { readonly [Kind in OptimizerConfig['kind']]: OptimizerConfig } = {
    sgd: { kind: 'sgd', learningRate: 0.3 },
    momentum: { kind: 'momentum', learningRate: 0.05 },
    nesterov: { kind: 'nesterov', learningRate: 0.05 },
    rmsprop: { kind: 'rmsprop', learningRate: 0.01 },
    adam: { kind: 'adam', learningRate: 0.02 },
    adamw: { kind: 'adamw', learningRate: 0.02 },
    rprop: { kind: 'rprop' },
    quickprop: { kind: 'quickprop', learningRate: 0.1 },
  };
  for (const kind of optimizerNames) {
    it(`${kind} learns`, async () => {
      const data = separable(96);
      using network = runtime().createNetwork(classifier);
      const whole = kind === 'rprop' || kind === 'quickprop';
      const report = await network.train(data, {
        epochs: 60,
        batchSize: whole ? 96 : 16,
        optimizer: suited[kind],
      });
      assert.ok(report.accuracy! >= 0.95, `${report.accuracy} right`);
    });
  }

  const outputs: { readonly [Loss in LossName]: OutputActivationName } = {
    mse: 'sigmoid',
    crossEntropy: 'softmax',
    binaryCrossEntropy: 'sigmoid',
    huber: 'linear',
  };
  for (const [loss, output] of Object.entries(outputs) as [LossName, OutputActivationName][]) {
    it(`learns by ${loss}, and evaluates by it`, async () => {
      const data = separable(96);
      using network = runtime().createNetwork({ ...classifier, output });
      await network.train(data, {
        epochs: 40,
        batchSize: 16,
        loss,
        optimizer: { kind: 'adam', learningRate: 0.02 },
      });
      const { loss: after, accuracy } = network.evaluate(data, { loss });
      using trainer = network.trainer({ loss, batchSize: 96 });
      const returned = trainer.step(data.inputs, data.labels, 96);
      assert.ok(accuracy >= 0.95, `${accuracy} right`);
      assert.ok(Math.abs(after - returned) < 1e-6 * (1 + after), `${after}, and ${returned}`);
    });
  }
});
