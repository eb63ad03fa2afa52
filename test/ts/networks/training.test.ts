/** Whole trainings: what they learn, report, and leave to the rest of the program. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Dataset, loadRuntime, type NeuralRuntime, type TrainingProgress } from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { referenceLoss, referenceRow } from './reference.js';
import { allParameters, oneHot, randomLabels, randomValues, twinOf } from './support.js';

const xor: Dataset = {
  inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
  targets: Float32Array.of(0, 1, 1, 0),
  rows: 4,
};

/** Two classes, by the sign of a sum. */
function separable(rows: number): Dataset {
  const inputs = randomValues(1, rows * 3);
  const labels = Uint8Array.from({ length: rows }, (_, row) =>
    inputs[row * 3]! + inputs[row * 3 + 1]! - inputs[row * 3 + 2]! > 0 ? 1 : 0,
  );
  return { inputs, labels, rows };
}

describeBuilds('training', (runtime, build) => {
  it('learns XOR with every optimizer', async () => {
    const optimizers = [
      { kind: 'sgd', learningRate: 1 },
      { kind: 'momentum', learningRate: 0.3 },
      { kind: 'adam', learningRate: 0.05 },
    ] as const;
    for (const optimizer of optimizers) {
      using network = runtime().createNetwork({
        layers: [2, 8, 1],
        activation: 'tanh',
        output: 'sigmoid',
        seed: 2,
      });
      const report = await network.train(xor, { epochs: 2000, batchSize: 4, optimizer });
      assert.ok(report.loss < 0.01, `${optimizer.kind}: loss ${report.loss}`);
      assert.equal(network.evaluate(xor).accuracy, 1);
      const outputs = network.runBatch(xor.inputs, 4);
      assert.deepEqual(Array.from(outputs, Math.round), [0, 1, 1, 0]);
    }
  });

  it('learns labels, and reports what it did', async () => {
    const data = separable(300);
    using network = runtime().createNetwork({ layers: [3, 8, 2], output: 'softmax', seed: 1 });
    const seen: TrainingProgress[] = [];
    const optimizer = { kind: 'adam', learningRate: 0.01 } as const;
    const report = await network.train(data, {
      epochs: 20,
      batchSize: 64,
      optimizer,
      onProgress: (progress) => seen.push(progress),
    });
    assert.equal(report.stopped, 'finished');
    assert.equal(report.epochs, 20);
    assert.deepEqual(
      report.history.map(({ epoch }) => epoch),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    assert.equal(report.loss, report.history.at(-1)!.loss);
    assert.ok(report.loss < report.history[0]!.loss / 2);
    assert.equal(report.accuracy, network.evaluate(data).accuracy);
    assert.ok(report.accuracy! > 0.95);
    assert.ok(report.trainingTime > 0 && report.samplesPerSecond > 0);
    const total = report.history.reduce((sum, { time }) => sum + time, 0);
    assert.ok(total <= report.trainingTime);

    assert.equal(seen.length, 20 * 5);
    seen.forEach((progress, index) => {
      assert.equal(progress.epoch, Math.floor(index / 5) + 1);
      assert.equal(progress.batch, (index % 5) + 1);
      assert.deepEqual([progress.epochs, progress.batches], [20, 5]);
      assert.ok(progress.samplesPerSecond > 0 && progress.elapsed > 0);
    });
    for (const { epoch, loss } of report.history) assert.equal(seen[epoch * 5 - 1]!.loss, loss);
  });

  it('is the same as steps of a trainer, row for row', async () => {
    const rows = 10;
    const data = { inputs: randomValues(1, rows * 3), targets: randomValues(2, rows * 2), rows };
    const config = { layers: [3, 5, 2], activation: 'tanh', seed: 3 } as const;
    using trained = runtime().createNetwork(config);
    const report = await trained.train(data, { epochs: 2, batchSize: 4, shuffle: false });
    using stepped = runtime().createNetwork(config);
    using trainer = stepped.trainer({ batchSize: 4 });
    for (let epoch = 0; epoch < 2; epoch++) {
      let sum = 0;
      for (const [first, end] of [
        [0, 4],
        [4, 8],
        [8, 10],
      ] as const) {
        const inputs = data.inputs.slice(first * 3, end * 3);
        sum += trainer.step(inputs, data.targets.slice(first * 2, end * 2), end - first) * (end - first);
      }
      assert.equal(report.history[epoch]!.loss, sum / rows);
    }
    assert.deepEqual(allParameters(trained), allParameters(stepped));
  });

  it('shuffles by the seed: the same seed the same order, another one another', async () => {
    const data = separable(64);
    const train = async (seed: number, shuffle = true) => {
      using network = runtime().createNetwork({ layers: [3, 4, 2], output: 'softmax', seed: 1 });
      await network.train(data, { epochs: 2, batchSize: 8, seed, shuffle });
      return allParameters(network);
    };
    const first = await train(1);
    assert.deepEqual(await train(1), first);
    assert.notDeepEqual(await train(2), first);
    assert.notDeepEqual(await train(2 ** 32 + 1), first);
    assert.notDeepEqual(await train(1, false), first);
  });

  it('each epoch uses every row once, each in another order', async () => {
    // With a rate too small to change a bit, each batch of one row shows which row it was by its loss.
    const rows = 50;
    const inputs = Float32Array.from({ length: rows }, (_, row) => row);
    const orders: number[][] = [];
    using network = runtime().createNetwork({ layers: [1, 1], init: 'zeros' });
    let sum = 0;
    await network.train(
      { inputs, targets: inputs, rows },
      {
        epochs: 3,
        batchSize: 1,
        optimizer: { kind: 'sgd', learningRate: 1e-38 },
        onProgress: ({ epoch, batch, loss }) => {
          if (batch === 1) sum = 0;
          orders[epoch - 1] ??= [];
          const own = loss * batch - sum;
          sum = loss * batch;
          orders[epoch - 1]!.push(Math.round(Math.sqrt(own)));
        },
      },
    );
    const sorted = orders.map((order) => [...order].sort((a, b) => a - b));
    for (const order of sorted) assert.deepEqual(order, Array.from(inputs));
    assert.notDeepEqual(orders[0], Array.from(inputs));
    assert.notDeepEqual(orders[0], orders[1]);
    assert.notDeepEqual(orders[1], orders[2]);
  });

  it('evaluates like the definition, for labels and targets, in pieces', () => {
    const rows = 5000;
    const config = { layers: [40, 6, 4], output: 'softmax', seed: 1 } as const;
    using network = runtime().createNetwork(config);
    const inputs = randomValues(1, rows * 40);
    const labels = randomLabels(2, rows, 4);
    const targets = oneHot(labels, 4);
    const twin = twinOf(network, config);
    const right = Array.from(labels).filter((label, row) => {
      const outputs = referenceRow(twin, Array.from(inputs.subarray(row * 40, (row + 1) * 40)));
      return outputs.indexOf(Math.max(...outputs)) === label;
    }).length;
    for (const loss of ['crossEntropy', 'mse'] as const) {
      const expected = referenceLoss(twin, { inputs, targets, rows }, loss);
      for (const data of [
        { inputs, labels, rows },
        { inputs, targets, rows },
      ]) {
        const evaluation = network.evaluate(data, { loss });
        assert.ok(Math.abs(evaluation.loss - expected) < 1e-6, `${evaluation.loss}, expected ${expected}`);
        assert.equal(evaluation.accuracy, right / rows);
      }
    }
    assert.deepEqual(network.evaluate({ inputs, labels, rows }), network.evaluate({ inputs, targets, rows }));
  });

  it('trains and evaluates a set that is larger than the pool', async () => {
    using small = await loadRuntime({ variant: build, memoryLimit: 4 * 1024 * 1024 });
    const rows = 20_000;
    const data = { inputs: randomValues(1, rows * 100), labels: randomLabels(1, rows, 3), rows };
    assert.ok(data.inputs.byteLength > small.memory.stats().limit);
    using network = small.createNetwork({ layers: [100, 4, 3], output: 'softmax' });
    const { used } = small.memory.stats();
    const report = await network.train(data, { epochs: 1, batchSize: 256 });
    assert.equal(report.epochs, 1);
    assert.equal(small.memory.stats().used, used);
  });

  it('zero epochs change nothing', async () => {
    using network = runtime().createNetwork({ layers: [2, 3, 1] });
    const before = allParameters(network);
    const report = await network.train(xor, { epochs: 0 });
    assert.equal(report.epochs, 0);
    assert.equal(report.stopped, 'finished');
    assert.deepEqual(report.history, []);
    assert.deepEqual(allParameters(network), before);
  });

  it('counts every update', async () => {
    using network = runtime().createNetwork({ layers: [2, 3, 1] });
    runtime().resetMetrics();
    await network.train(xor, { epochs: 3, batchSize: 3 });
    const step = runtime().metrics().operations['trainer.step']!;
    assert.deepEqual([step.calls, step.elements, step.errors], [6, 24, 0]);
  });
});

describe('training and the event loop', () => {
  let runtime: NeuralRuntime;
  before(async () => {
    runtime = await loadRuntime();
  });
  after(() => runtime.dispose());

  it('lets timers run while it works', async () => {
    const rows = 20_000;
    const data = { inputs: randomValues(1, rows * 64), labels: randomLabels(1, rows, 10), rows };
    using network = runtime.createNetwork({ layers: [64, 256, 10], output: 'softmax' });
    let ticks = 0;
    let batchesSinceTick = 0;
    let most = 0;
    const timer = setInterval(() => {
      ticks++;
      most = Math.max(most, batchesSinceTick);
      batchesSinceTick = 0;
    }, 1);
    const onProgress = () => {
      batchesSinceTick++;
    };
    const report = await network.train(data, { epochs: 2, onProgress });
    clearInterval(timer);
    // Slices are at most 16 ms long: each must have let the timer run.
    assert.ok(ticks >= report.trainingTime / 32, `${ticks} ticks in ${report.trainingTime} ms`);
    assert.ok(most < 2 * 625, `${most} batches without a tick`);
  });

  it('measures on wide networks in slices, too', async () => {
    using network = runtime.createNetwork({ layers: [4, 768, 768, 2], output: 'softmax' });
    const rows = 8000;
    const validation = { inputs: randomValues(1, rows * 4), labels: randomLabels(1, rows, 2), rows };
    const small = { inputs: randomValues(2, 8), labels: randomLabels(2, 2, 2), rows: 2 };
    const start = performance.now();
    let last = start;
    let longest = 0;
    const tick = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    };
    const timer = setInterval(tick, 1);
    await network.train(small, { epochs: 1, validation });
    tick();
    clearInterval(timer);
    // One piece of so few inputs and outputs would be all rows at once.
    const time = last - start;
    assert.ok(longest < time / 2, `${longest} of ${time} ms without a turn of the event loop`);
  });

  it('yields when a single batch takes longer than a slice', async () => {
    const rows = 6;
    using network = runtime.createNetwork({ layers: [8, 8, 2], output: 'softmax' });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const onProgress = () => {
      const end = performance.now() + 20;
      while (performance.now() < end);
    };
    await network.train(
      { inputs: randomValues(1, rows * 8), labels: randomLabels(1, rows, 2), rows },
      { epochs: 1, batchSize: 1, onProgress },
    );
    clearInterval(timer);
    assert.ok(ticks >= 5, `${ticks} ticks in 6 batches of 20 ms`);
  });

  it('stops at once when aborted, with whole updates only', async () => {
    const data = separable(320);
    const options = { epochs: 50, batchSize: 16, seed: 1 };
    using network = runtime.createNetwork({ layers: [3, 8, 2], output: 'softmax', seed: 1 });
    const { used } = runtime.memory.stats();
    const controller = new AbortController();
    const seen: TrainingProgress[] = [];
    const report = await network.train(data, {
      ...options,
      signal: controller.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.epoch === 3 && progress.batch === 7) controller.abort();
      },
    });
    assert.equal(report.stopped, 'aborted');
    assert.equal(report.epochs, 2);
    assert.equal(report.accuracy, undefined);
    assert.equal(report.loss, seen.at(-1)!.loss);
    assert.equal(seen.length, 2 * 20 + 7);
    assert.equal(runtime.memory.stats().used, used);

    // The same network trained for exactly as many updates has the same weights.
    using twin = runtime.createNetwork({ layers: [3, 8, 2], output: 'softmax', seed: 1 });
    const stop = new AbortController();
    let updates = 0;
    await twin.train(data, {
      ...options,
      signal: stop.signal,
      onProgress: () => {
        if (++updates === seen.length) stop.abort();
      },
    });
    assert.deepEqual(allParameters(twin), allParameters(network));
    assert.equal((await network.train(data, { epochs: 1 })).stopped, 'finished');
  });

  it('stops between slices, and before the first batch', async () => {
    const data = separable(100_000);
    using network = runtime.createNetwork({ layers: [3, 32, 2], output: 'softmax', seed: 1 });
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 20);
    const report = await network.train(data, { epochs: 10_000, signal: controller.signal });
    clearTimeout(timer);
    assert.equal(report.stopped, 'aborted');

    const before = allParameters(network);
    const none = await network.train(data, { signal: AbortSignal.abort() });
    assert.deepEqual([none.stopped, none.epochs, none.loss], ['aborted', 0, Number.NaN]);
    assert.deepEqual(allParameters(network), before);
  });
});
