/** What a network owns: exact memory, copies of itself, and an end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Float32Block,
  loadRuntime,
  type Network,
  type NeuralRuntime,
  PoolExhaustedError,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { allParameters, randomLabels, randomValues, withRandomBiases } from './support.js';

function isDisposed(error: unknown): boolean {
  return error instanceof WasmPerformanceError && error.code === 'DISPOSED';
}

describeBuilds('life of a network', (runtime, build) => {
  it('memoryBytes is what the pool gives, to the byte, and all of it comes back', () => {
    for (const layers of [
      [1, 1],
      [784, 128, 10],
      [3, 5, 7, 2],
      [128, 64, 32, 16],
    ]) {
      const start = runtime().memory.stats();
      const network = runtime().createNetwork({ layers });
      assert.equal(runtime().memory.stats().used - start.used, network.memoryBytes);
      const weights = layers
        .slice(1)
        .reduce((sum, outputs, index) => sum + outputs * (layers[index]! + 1), 0);
      assert.equal(network.parameters, weights);
      assert.ok(network.memoryBytes >= weights * 4 && network.memoryBytes <= weights * 4 + 256);
      assert.deepEqual(network.layers, layers);

      for (const kind of ['sgd', 'momentum', 'adam'] as const) {
        const used = runtime().memory.stats().used;
        const trainer = network.trainer({ optimizer: { kind } });
        assert.equal(runtime().memory.stats().used - used, trainer.memoryBytes);
        trainer.dispose();
        assert.equal(runtime().memory.stats().used, used);
      }
      network.run(new Float32Array(layers[0]!));
      network.dispose();
      const end = runtime().memory.stats();
      assert.deepEqual([end.used, end.liveBlocks], [start.used, start.liveBlocks]);
    }
  });

  it('dispose can be called again; every use after it throws', async () => {
    const network = runtime().createNetwork({ layers: [2, 3, 2], output: 'softmax' });
    const trainer = network.trainer();
    const data = { inputs: new Float32Array(2), labels: new Uint8Array(1), rows: 1 };
    const layers = network.exportLayers();
    using other = network.clone();
    network.dispose();
    network.dispose();
    network[Symbol.dispose]();
    assert.throws(() => network.run(data.inputs), isDisposed);
    assert.throws(() => network.runBatch(data.inputs, 1), isDisposed);
    assert.throws(() => network.trainer(), isDisposed);
    assert.throws(() => network.evaluate(data), isDisposed);
    assert.throws(() => network.exportLayers(), isDisposed);
    assert.throws(() => network.importLayers(layers), isDisposed);
    assert.throws(() => network.clone(), isDisposed);
    assert.throws(() => network.blend(other, 0.5), isDisposed);
    assert.throws(() => other.blend(network, 0.5), isDisposed);
    await assert.rejects(network.train(data), isDisposed);
    assert.throws(() => trainer.step(data.inputs, data.labels, 1), isDisposed);
    trainer.dispose();
    assert.deepEqual(network.layers, [2, 3, 2]);
  });

  it('disposed trainers, blocks and runtimes are told apart from live ones', async () => {
    const own = await loadRuntime({ variant: build });
    const network = own.createNetwork({ layers: [2, 2] });
    const trainer = network.trainer();
    trainer.dispose();
    trainer.dispose();
    assert.throws(() => trainer.step(new Float32Array(2), new Float32Array(2), 1), isDisposed);
    const block = own.memory.float32(2);
    block.dispose();
    assert.throws(() => network.run(block), isDisposed);
    assert.throws(() => network.run(new Float32Array(2), block), isDisposed);
    const left = network.trainer();
    own.dispose();
    assert.throws(() => network.run(new Float32Array(2)), isDisposed);
    assert.throws(() => left.step(new Float32Array(2), new Float32Array(2), 1), isDisposed);
    assert.throws(() => own.createNetwork({ layers: [2, 2] }), isDisposed);
    left.dispose();
    network.dispose();
  });

  it('a training whose network is disposed of rejects, and gives its memory back', async () => {
    for (const what of ['callback', 'timer'] as const) {
      const { used } = runtime().memory.stats();
      const network = runtime().createNetwork({ layers: [64, 128, 4], output: 'softmax' });
      const rows = 4000;
      const data = { inputs: randomValues(1, rows * 64), labels: randomLabels(1, rows, 4), rows };
      const onProgress = what === 'callback' ? () => network.dispose() : () => {};
      if (what === 'timer') setTimeout(() => network.dispose(), 5);
      await assert.rejects(network.train(data, { epochs: 10_000, onProgress }), isDisposed);
      assert.equal(runtime().memory.stats().used, used);
    }
  });

  it('exports copies, imports them to the bit, and leaves what it was given alone', () => {
    using network = withRandomBiases(runtime().createNetwork({ layers: [3, 4, 2], seed: 1 }), 1);
    const exported = network.exportLayers();
    assert.deepEqual(
      exported.weights.map(({ length }) => length),
      [12, 8],
    );
    assert.deepEqual(
      exported.biases.map(({ length }) => length),
      [4, 2],
    );
    const x = randomValues(1, 3);
    const result = network.run(x);
    using twin = runtime().createNetwork({ layers: [3, 4, 2], init: 'zeros' });
    twin.importLayers(exported);
    assert.deepEqual(twin.run(x), result);
    assert.deepEqual(twin.exportLayers(), exported);
    exported.weights[0]!.fill(0);
    assert.deepEqual(twin.run(x), result);
    assert.deepEqual(network.run(x), result);
  });

  it('weights are inputs × outputs, row-major', () => {
    using network = runtime().createNetwork({ layers: [3, 2] });
    network.importLayers({
      weights: [Float32Array.of(1, 10, 2, 20, 3, 30)],
      biases: [Float32Array.of(0.5, 0)],
    });
    assert.deepEqual([...network.run(Float32Array.of(1, 0, 0))], [1.5, 10]);
    assert.deepEqual([...network.run(Float32Array.of(0, 0, 1))], [3.5, 30]);
  });

  it('a clone has the same bits and a life of its own', () => {
    const network = withRandomBiases(
      runtime().createNetwork({ layers: [5, 6, 3], activation: 'tanh', output: 'softmax', seed: 9 }),
      3,
    );
    const x = randomValues(4, 5);
    const result = network.run(x);
    using clone = network.clone();
    assert.deepEqual(allParameters(clone), allParameters(network));
    assert.deepEqual(clone.run(x), result);
    using trainer = clone.trainer();
    trainer.step(x, Uint8Array.of(1), 1);
    assert.notDeepEqual(clone.run(x), result);
    assert.deepEqual(network.run(x), result);
    network.dispose();
    assert.equal(clone.run(x).length, 3);
  });

  it('blends as W ← (1−α)W + αW′, with networks of another runtime too', async () => {
    using elsewhere = await loadRuntime();
    const config = { layers: [4, 5, 2], seed: 1 };
    const start = withRandomBiases(runtime().createNetwork(config), 1);
    const before = allParameters(start);
    for (const home of [runtime(), elsewhere]) {
      using other = withRandomBiases(home.createNetwork({ ...config, seed: 2 }), 2);
      const wanted = allParameters(other);
      for (const influence of [0, 0.25, 1]) {
        using network = start.clone();
        const { used } = runtime().memory.stats();
        network.blend(other, influence);
        assert.equal(runtime().memory.stats().used, used);
        allParameters(network).forEach((values, index) => {
          values.forEach((value, position) => {
            const expected =
              (1 - influence) * before[index]![position]! + influence * wanted[index]![position]!;
            assert.ok(Math.abs(value - expected) <= 2e-7, `${value}, expected ${expected}`);
          });
        });
        assert.deepEqual(allParameters(other), wanted);
      }
    }
    start.blend(start, 0.5);
    assert.deepEqual(allParameters(start), before);
    start.dispose();
  });

  it('knows nothing of memory.reset, which frees the blocks of the caller only', () => {
    using network = runtime().createNetwork({ layers: [2, 3], seed: 1 });
    const x = Float32Array.of(1, 2);
    const result = network.run(x);
    runtime().memory.float32(100);
    runtime().memory.reset();
    assert.deepEqual(network.run(x), result);
  });
});

describeBuilds('an exhausted pool', (_runtime, build) => {
  it('refuses with the sizes, and leaves everything as it was', async () => {
    using runtime = await loadRuntime({ variant: build });
    const pool = runtime.memory;
    using network = runtime.createNetwork({ layers: [64, 100, 10], output: 'softmax', seed: 1 });
    const rows = 50;
    const data = { inputs: randomValues(1, rows * 64), labels: randomLabels(1, rows, 10), rows };
    const x = data.inputs.slice(0, 64);
    const before = { result: network.run(x), parameters: allParameters(network), used: pool.stats().used };
    const isExhausted = (error: unknown): boolean => {
      assert.ok(error instanceof PoolExhaustedError, String(error));
      assert.ok(error.requested > error.largestFree && error.largestFree <= error.available);
      assert.equal(error.limit, pool.stats().limit);
      return true;
    };
    assert.throws(() => runtime.createNetwork({ layers: [10_000, 10_000] }), isExhausted);
    assert.throws(() => network.trainer({ batchSize: 1_000_000 }), isExhausted);

    // Everything but a little is taken: no room for gradients, batches or arrays, yet blocks that are there work.
    const input = pool.float32(x);
    const output = pool.float32(10);
    const fill = [];
    for (let size = 1 << 20; size >= 4096; ) {
      try {
        fill.push(pool.float32(size));
      } catch (error) {
        isExhausted(error);
        size = Math.floor(size / 2);
      }
    }
    const { used } = pool.stats();
    assert.throws(() => runtime.createNetwork({ layers: [64, 100, 10] }), isExhausted);
    assert.throws(() => network.clone(), isExhausted);
    assert.throws(() => network.trainer(), isExhausted);
    assert.throws(() => network.runBatch(new Float32Array(64 * 1000), 1000), isExhausted);
    await assert.rejects(network.train(data), isExhausted);
    assert.equal(pool.stats().used, used);
    network.run(input, output);
    assert.deepEqual(output.toArray(), before.result);
    for (const block of [...fill, input, output]) block.dispose();

    assert.equal(pool.stats().used, before.used);
    assert.deepEqual(allParameters(network), before.parameters);
    assert.equal((await network.train(data, { epochs: 1 })).stopped, 'finished');
  });
});

describe('200 networks', () => {
  /** Fails if a byte of the pool, or a block, is in use after the rounds that was not before. */
  const assertNothingStays = (runtime: NeuralRuntime, use: (network: Network) => void) => {
    const start = runtime.memory.stats();
    for (let round = 0; round < 200; round++) {
      using network = runtime.createNetwork({ layers: [64, 128, 10], seed: round });
      use(network);
    }
    const end = runtime.memory.stats();
    assert.deepEqual(
      [end.used, end.liveBlocks, end.largestFree],
      [start.used, start.liveBlocks, start.largestFree],
    );
  };

  it('come and go without a trace', async () => {
    using runtime = await loadRuntime();
    assertNothingStays(runtime, (network) => {
      using trainer = network.trainer();
      trainer.step(new Float32Array(64), new Float32Array(10), 1);
    });
  });

  it('do not pass when as much as one float is kept of them', async () => {
    using runtime = await loadRuntime();
    const kept: Float32Block[] = [];
    const keepOne = () => {
      if (kept.length === 0) kept.push(runtime.memory.float32(1));
    };
    assert.throws(() => assertNothingStays(runtime, keepOne), assert.AssertionError);
  });
});

describe('a forgotten network', () => {
  it('is given back by the garbage collector, with its trainer', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    using runtime = await loadRuntime();
    const { used } = runtime.memory.stats();
    const forget = () => {
      const network = runtime.createNetwork({ layers: [64, 128, 10] });
      network.trainer().step(new Float32Array(64), new Float32Array(10), 1);
    };
    forget();
    assert.ok(runtime.memory.stats().used > used);
    // A trainer that is still held keeps its network.
    const trainer = (() => runtime.createNetwork({ layers: [4, 2] }).trainer())();
    for (let round = 0; round < 50; round++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    trainer.step(new Float32Array(4), new Float32Array(2), 1);
    assert.ok(runtime.memory.stats().used - used < 2000, 'only the small network and its trainer are left');
  });
});

describe('the accuracy of a training', () => {
  it('is left out when there is no room to measure it; the training counts', async () => {
    using runtime = await loadRuntime();
    using network = runtime.createNetwork({ layers: [256, 2, 2], output: 'softmax' });
    const rows = 1000;
    const data = { inputs: randomValues(1, rows * 256), labels: randomLabels(1, rows, 2), rows };
    const blocks: Float32Block[] = [];
    const onProgress = () => {
      for (let size = 1 << 22; size >= 16; ) {
        try {
          blocks.push(runtime.memory.float32(size));
        } catch {
          size >>= 1;
        }
      }
    };
    const report = await network.train(data, { epochs: 1, batchSize: 1, onProgress });
    assert.equal(report.stopped, 'finished');
    assert.ok(!('accuracy' in report));
    runtime.memory.reset();
    assert.ok('accuracy' in (await network.train(data, { epochs: 1 })));
  });
});
