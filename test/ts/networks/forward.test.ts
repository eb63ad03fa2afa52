/** The forward pass against a naive float64 one, and one row against many. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { NetworkConfig } from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { referenceRun } from './reference.js';
import { bitsOf, randomValues, twinOf, withRandomBiases } from './support.js';

const rows = 37;

const configs: NetworkConfig[] = [
  { layers: [1, 1] },
  { layers: [3, 2], output: 'softmax' },
  { layers: [5, 7, 4], activation: 'tanh', output: 'sigmoid' },
  { layers: [17, 33, 5], activation: 'sigmoid', output: 'softmax' },
  { layers: [64, 128, 10], activation: 'relu', output: 'softmax' },
  { layers: [8, 16, 15, 3], activation: ['relu', 'tanh'], output: 'linear' },
  { layers: [31, 9, 8, 7, 2], activation: ['linear', 'sigmoid', 'relu'], output: 'tanh' },
];

describeBuilds('forward pass', (runtime) => {
  for (const config of configs) {
    const name = `${config.layers.join('-')} ${String(config.activation ?? 'relu')} ${config.output ?? 'linear'}`;

    it(`${name}: is what the definition gives`, () => {
      for (const seed of [1, 2, 3]) {
        using network = withRandomBiases(runtime().createNetwork({ ...config, seed }), seed);
        const inputs = randomValues(seed, rows * config.layers[0]!, -2, 2);
        const expected = referenceRun(twinOf(network, config), inputs, rows);
        const results = network.runBatch(inputs, rows);
        assert.equal(results.length, expected.length);
        results.forEach((result, index) => {
          const error = Math.abs(result - expected[index]!);
          assert.ok(
            error <= 2e-6 * Math.max(1, Math.abs(expected[index]!)),
            `seed ${seed}, ${index}: ${error}`,
          );
        });
      }
    });

    it(`${name}: gives a row the same bits alone, in a batch, in blocks and in arrays`, () => {
      using network = withRandomBiases(runtime().createNetwork({ ...config, seed: 5 }), 5);
      const [columns, outputs] = [config.layers[0]!, config.layers.at(-1)!];
      const inputs = randomValues(7, rows * columns, -2, 2);
      const batch = bitsOf(network.runBatch(inputs, rows));
      using block = runtime().memory.float32(columns);
      using out = runtime().memory.float32(outputs);
      for (let row = 0; row < rows; row++) {
        const input = inputs.slice(row * columns, (row + 1) * columns);
        const wanted = batch.slice(row * outputs, (row + 1) * outputs);
        assert.deepEqual(bitsOf(network.run(input)), wanted);
        assert.equal(network.run(block.set(input), out), out);
        assert.deepEqual(bitsOf(out.toArray()), wanted);
      }
      for (const part of [1, 2, 3, 5, 8, 13, 16, 33]) {
        const some = network.runBatch(inputs.subarray(0, part * columns), part);
        assert.deepEqual(bitsOf(some), batch.slice(0, part * outputs), `${part} rows`);
      }
    });
  }

  it('takes every mixture of arrays and blocks, and returns the out that it was given', () => {
    using network = runtime().createNetwork({ layers: [3, 4, 2], seed: 1 });
    const inputs = randomValues(1, 6);
    const expected = network.runBatch(inputs, 2);
    using block = runtime().memory.float32(inputs);
    using outBlock = runtime().memory.float32(4);
    const outArray = new Float32Array(4);
    for (const given of [inputs, block]) {
      assert.deepEqual(network.runBatch(given, 2), expected);
      assert.equal(network.runBatch(given, 2, outArray.fill(0)), outArray);
      assert.deepEqual(outArray, expected);
      assert.equal(network.runBatch(given, 2, outBlock.set([0, 0, 0, 0])), outBlock);
      assert.deepEqual(outBlock.toArray(), expected);
    }
    assert.deepEqual(inputs, randomValues(1, 6), 'inputs are left alone');
  });

  it('runs more rows than the pool could hold', async () => {
    using network = runtime().createNetwork({ layers: [4, 3, 2], seed: 1 });
    const many = 4_000_000;
    const inputs = new Float32Array(many * 4);
    assert.ok(inputs.byteLength > runtime().memory.stats().limit);
    const row = randomValues(3, 4);
    inputs.set(row, (many - 1) * 4);
    const used = runtime().memory.stats().used;
    const results = network.runBatch(inputs, many);
    assert.equal(results.length, many * 2);
    assert.deepEqual(results.slice(-2), network.run(row));
    assert.deepEqual(results.slice(0, 2), network.run(new Float32Array(4)));
    assert.equal(runtime().memory.stats().used, used);
  });

  it('reads all of what it overwrites, piece by piece', () => {
    using network = runtime().createNetwork({ layers: [4, 3, 4], seed: 2 });
    const many = 40_000;
    const inputs = randomValues(5, many * 4);
    const expected = network.runBatch(inputs, many);
    const same = inputs.slice();
    assert.deepEqual(network.runBatch(same, many, same), expected, 'the same array');
    const shifted = new Float32Array(many * 4 + 8);
    shifted.set(inputs);
    assert.deepEqual(network.runBatch(shifted.subarray(0, many * 4), many, shifted.subarray(8)), expected);
    using block = runtime().memory.float32(inputs);
    assert.deepEqual(network.runBatch(block, many, block.view), expected, 'a block and its own view');
    block.set(inputs);
    assert.deepEqual(network.runBatch(block.view, many, block).toArray(), expected);
  });

  it('passes NaN and infinities through, row by row', () => {
    using network = runtime().createNetwork({
      layers: [2, 3, 2],
      activation: 'tanh',
      output: 'sigmoid',
      seed: 1,
    });
    const clean = network.run(Float32Array.of(0.5, -0.5));
    const results = network.runBatch(Float32Array.of(0.5, -0.5, Number.NaN, 0, 0.5, -0.5), 3);
    assert.deepEqual(results.slice(0, 2), clean);
    assert.deepEqual(results.slice(4), clean);
    assert.ok(results.slice(2, 4).every(Number.isNaN));
  });

  it('counts every call', () => {
    using network = runtime().createNetwork({ layers: [3, 2], seed: 1 });
    runtime().resetMetrics();
    network.run(new Float32Array(3));
    network.run(new Float32Array(3));
    network.runBatch(new Float32Array(15), 5);
    assert.throws(() => network.run(new Float32Array(4)));
    const { operations } = runtime().metrics();
    const run = operations['network.run']!;
    assert.deepEqual([run.calls, run.errors, run.elements], [3, 1, 6]);
    assert.deepEqual(
      [operations['network.runBatch']!.calls, operations['network.runBatch']!.elements],
      [1, 15],
    );
  });
});
