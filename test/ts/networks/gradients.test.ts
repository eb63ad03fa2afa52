/** Gradients against central differences in float64, and each optimizer against its definition in float64. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type {
  ActivationName,
  LossName,
  Network,
  NetworkConfig,
  OptimizerConfig,
  OutputActivationName,
  TrainOptions,
} from '@sasi/wasm-performance';
import { activationNames } from '#ts/core/abi.js';
import { describeBuilds } from '../support/builds.js';
import { seed } from '../support/random.js';
import {
  parametersOf,
  type ReferenceData,
  type ReferenceLoss,
  type ReferenceOptimizer,
  referenceAdam,
  referenceGradient,
  referenceLoss,
  referenceMomentum,
  referenceNesterov,
  referenceQuickprop,
  referenceRmsprop,
  referenceRprop,
  referenceSgd,
} from './reference.js';
import { allParameters, oneHot, randomLabels, randomValues, twinOf, withRandomBiases } from './support.js';

const shapes = [
  [2, 1],
  [3, 4],
  [5, 7, 3],
  [4, 9, 6, 5],
  [17, 8, 2],
];
const rows = 6;

/** The gradient, from one step of plain descent: g = (w - w') / rate. A power of two loses no bit of g. */
const rate = 2 ** 12;

function stepGradient(network: Network, data: ReferenceData, options: TrainOptions): Float64Array[] {
  const before = allParameters(network);
  using trainer = network.trainer({ ...options, optimizer: { kind: 'sgd', learningRate: rate } });
  trainer.step(Float32Array.from(data.inputs), Float32Array.from(data.targets), data.rows);
  return allParameters(network).map((values, index) =>
    Float64Array.from(values, (value, position) => (before[index]![position]! - value) / rate),
  );
}

/** The builds start from the same bits, so that one slow computation serves all of them. */
const known = new Map<string, Float64Array[]>();
function expectedGradient(
  network: Network,
  config: NetworkConfig,
  data: ReferenceData,
  loss: ReferenceLoss,
): Float64Array[] {
  const key = JSON.stringify([config, loss]);
  const gradient = known.get(key) ?? referenceGradient(twinOf(network, config), data, loss);
  known.set(key, gradient);
  return gradient;
}

function assertClose(
  actual: ArrayLike<number>[],
  expected: Float64Array[],
  tolerance: number,
  what: string,
): void {
  // Relative to the largest: small entries are differences of large terms.
  const largest = Math.max(1e-3, ...expected.flatMap((values) => Array.from(values, Math.abs)));
  expected.forEach((values, index) => {
    values.forEach((value, position) => {
      const error = Math.abs(actual[index]![position]! - value);
      assert.ok(
        error <= tolerance * largest,
        `${what}: array ${index} at ${position}: ${actual[index]![position]} instead of ${value}`,
      );
    });
  });
}

function dataFor(config: NetworkConfig, loss: ReferenceLoss): ReferenceData {
  const columns = config.layers.at(-1)!;
  const inputs = randomValues(1, rows * config.layers[0]!);
  // For the cross-entropy any row of targets is legal, also one that does not sum to 1. Some errors are to be above 1,
  // where the Huber loss has its straight part.
  const ranges = { mse: [-1, 1], crossEntropy: [0, 1], binaryCrossEntropy: [0, 1], huber: [-2, 2] } as const;
  const targets = randomValues(2, rows * columns, ...ranges[loss]);
  return { inputs, targets, rows };
}

describeBuilds('gradients', (runtime) => {
  /** Every activation in the hidden layers with every loss behind it, and every one as output. */
  const through = activationNames.flatMap(
    (activation): [ActivationName, OutputActivationName, LossName][] => [
      [activation, 'linear', 'mse'],
      [activation, 'softmax', 'crossEntropy'],
      [activation, 'sigmoid', 'binaryCrossEntropy'],
      [activation, 'linear', 'huber'],
      ['tanh', activation, 'mse'],
      ['tanh', activation, 'huber'],
    ],
  );
  const softmax = (['mse', 'huber'] as const).map((loss) => ['tanh', 'softmax', loss] as const);
  for (const [activation, output, loss] of [...through, ...softmax]) {
    it(`${loss} through ${output}, ${activation} hidden, several shapes`, () => {
      for (const layers of shapes) {
        const config: NetworkConfig = { layers, activation, output, seed };
        using network = withRandomBiases(runtime().createNetwork(config), seed);
        const data = dataFor(config, loss);
        const expected = expectedGradient(network, config, data, loss);
        assertClose(stepGradient(network, data, { loss }), expected, 2e-5, layers.join('-'));
      }
    });
  }

  it('labels give the gradient of their one-hot targets, to the bit', () => {
    const config: NetworkConfig = { layers: [5, 6, 4], output: 'softmax', seed };
    const labels = randomLabels(3, rows, 4);
    const inputs = randomValues(2, rows * 5);
    for (const loss of ['mse', 'crossEntropy', 'huber'] as const) {
      const results = [labels, Uint16Array.from(labels), Uint32Array.from(labels), oneHot(labels, 4)].map(
        (wanted) => {
          using network = runtime().createNetwork(config);
          using trainer = network.trainer({ loss });
          return { loss: trainer.step(inputs, wanted, rows), parameters: allParameters(network) };
        },
      );
      for (const result of results.slice(1)) assert.deepEqual(result, results[0]);
    }
  });

  it('a step from blocks is the step from arrays, to the bit', () => {
    const config: NetworkConfig = { layers: [5, 6, 4], seed };
    const x = randomValues(2, rows * 5);
    const y = randomValues(3, rows * 4);
    using inputs = runtime().memory.float32(x);
    using targets = runtime().memory.float32(y);
    const results = [[x, y] as const, [inputs, targets] as const, [inputs, y] as const].map(([from, to]) => {
      using network = runtime().createNetwork(config);
      using trainer = network.trainer();
      return { loss: trainer.step(from, to, rows), parameters: allParameters(network) };
    });
    for (const result of results.slice(1)) assert.deepEqual(result, results[0]);
    assert.deepEqual([inputs.toArray(), targets.toArray()], [x, y], 'blocks are only read');
  });

  it('l2 adds its share to the weights and none to the biases', () => {
    const config: NetworkConfig = { layers: [3, 5, 2], activation: 'tanh', seed };
    using network = withRandomBiases(runtime().createNetwork(config), seed);
    const data = dataFor(config, 'mse');
    const expected = referenceGradient(twinOf(network, config), data, 'mse', 0.25);
    assertClose(stepGradient(network, data, { l2: 0.25 }), expected, 2e-5, 'l2');
  });

  it('l1 pulls the weights towards 0, and leaves those that are there', () => {
    const config: NetworkConfig = { layers: [3, 5, 2], activation: 'tanh', seed };
    using network = withRandomBiases(runtime().createNetwork(config), seed);
    const parameters = network.exportLayers();
    parameters.weights[0]!.fill(0, 0, 4);
    network.importLayers(parameters);
    const data = dataFor(config, 'mse');
    const expected = referenceGradient(twinOf(network, config), data, 'mse', 0.25, 0.5);
    assertClose(stepGradient(network, data, { l2: 0.25, l1: 0.5 }), expected, 2e-5, 'l1');
  });

  it('clips the gradient of all parameters together', () => {
    const config: NetworkConfig = { layers: [3, 5, 2], activation: 'tanh', seed };
    const data = dataFor(config, 'mse');
    const gradient = (options: TrainOptions) => {
      using network = withRandomBiases(runtime().createNetwork(config), seed);
      return stepGradient(network, data, { l2: 0.25, ...options });
    };
    const whole = gradient({});
    const norm = Math.sqrt(whole.flatMap((values) => [...values]).reduce((sum, g) => sum + g * g, 0));
    for (const share of [0.1, 0.9]) {
      const expected = whole.map((values) => values.map((g) => g * share));
      assertClose(gradient({ clipNorm: norm * share }), expected, 1e-5, `clipped to ${share}`);
    }
    assert.deepEqual(gradient({ clipNorm: norm * 1.01 }), whole, 'a shorter one is left alone');
  });

  it('a step of more rows than the workspace has is the same update', () => {
    const config: NetworkConfig = { layers: [3, 5, 2], activation: 'tanh', seed };
    const many = 50;
    const data = { inputs: randomValues(1, many * 3), targets: randomValues(2, many * 2), rows: many };
    for (const batchSize of [1, 7, 50, 64]) {
      using network = runtime().createNetwork(config);
      const expected = referenceGradient(twinOf(network, config), data, 'mse');
      assertClose(stepGradient(network, data, { batchSize }), expected, 2e-5, `batchSize ${batchSize}`);
    }
  });

  it('the loss that a step returns is that before the update', () => {
    for (const [loss, output] of [
      ['mse', 'softmax'],
      ['crossEntropy', 'softmax'],
      ['binaryCrossEntropy', 'sigmoid'],
      ['huber', 'linear'],
    ] as const) {
      const config: NetworkConfig = { layers: [4, 6, 3], output, seed };
      using network = withRandomBiases(runtime().createNetwork(config), seed);
      const data = dataFor(config, loss);
      const expected = referenceLoss(twinOf(network, config), data, loss);
      using trainer = network.trainer({ loss });
      const returned = trainer.step(Float32Array.from(data.inputs), Float32Array.from(data.targets), rows);
      assert.ok(
        Math.abs(returned - expected) <= 1e-6 * Math.max(1, expected),
        `${returned}, expected ${expected}`,
      );
    }
  });

  const optimizers: { config: OptimizerConfig; reference: () => ReferenceOptimizer }[] = [
    { config: { kind: 'sgd' }, reference: () => referenceSgd(0.01) },
    { config: { kind: 'sgd', learningRate: 0.3 }, reference: () => referenceSgd(0.3) },
    { config: { kind: 'momentum' }, reference: () => referenceMomentum(0.01, 0.9) },
    {
      config: { kind: 'momentum', learningRate: 0.1, momentum: 0.5 },
      reference: () => referenceMomentum(0.1, 0.5),
    },
    { config: { kind: 'adam' }, reference: () => referenceAdam(0.001, 0.9, 0.999, 1e-8) },
    {
      config: { kind: 'adam', learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-4 },
      reference: () => referenceAdam(0.02, 0.8, 0.95, 1e-4),
    },
    { config: { kind: 'nesterov' }, reference: () => referenceNesterov(0.01, 0.9) },
    {
      config: { kind: 'nesterov', learningRate: 0.1, momentum: 0.5 },
      reference: () => referenceNesterov(0.1, 0.5),
    },
    { config: { kind: 'rmsprop' }, reference: () => referenceRmsprop(0.001, 0.9, 1e-8) },
    {
      config: { kind: 'rmsprop', learningRate: 0.02, beta2: 0.7, epsilon: 1e-3 },
      reference: () => referenceRmsprop(0.02, 0.7, 1e-3),
    },
    { config: { kind: 'adamw' }, reference: () => referenceAdam(0.001, 0.9, 0.999, 1e-8, 0.01) },
    {
      config: { kind: 'adamw', learningRate: 0.02, weightDecay: 0.5, epsilon: 1e-4 },
      reference: () => referenceAdam(0.02, 0.9, 0.999, 1e-4, 0.5),
    },
    {
      config: { kind: 'rprop' },
      reference: () => referenceRprop(0.0125, { growth: 1.2, shrink: 0.5, smallest: 1e-6, largest: 50 }),
    },
    {
      config: { kind: 'rprop', learningRate: 0.01, growth: 2, shrink: 0.25, smallest: 0.004, largest: 0.03 },
      reference: () => referenceRprop(0.01, { growth: 2, shrink: 0.25, smallest: 0.004, largest: 0.03 }),
    },
    { config: { kind: 'quickprop' }, reference: () => referenceQuickprop(0.01, 1.75) },
    {
      config: { kind: 'quickprop', learningRate: 0.05, growth: 1.1 },
      reference: () => referenceQuickprop(0.05, 1.1),
    },
  ];
  /** Where a gradient is tiny, its rounding error decides over these: their steps divide by it, or take its sign. */
  const sensitive: ReadonlySet<string> = new Set(['adam', 'adamw', 'rmsprop', 'quickprop', 'rprop']);
  for (const { config: optimizer, reference } of optimizers) {
    it(`${JSON.stringify(optimizer)} follows its definition for 12 steps`, () => {
      const config: NetworkConfig = { layers: [4, 7, 3], activation: 'tanh', seed };
      using network = withRandomBiases(runtime().createNetwork(config), seed);
      const twin = twinOf(network, config);
      const update = reference();
      using trainer = network.trainer({ optimizer });
      for (let step = 0; step < 12; step++) {
        const inputs = randomValues(100 + step, rows * 4);
        const targets = randomValues(200 + step, rows * 3);
        trainer.step(inputs, targets, rows);
        update(parametersOf(twin), referenceGradient(twin, { inputs, targets, rows }, 'mse'));
        assertClose(
          allParameters(network),
          parametersOf(twin),
          sensitive.has(optimizer.kind) ? 1e-4 : 1e-5,
          `step ${step}`,
        );
      }
    });
  }
});
