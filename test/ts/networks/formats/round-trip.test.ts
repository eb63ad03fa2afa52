/** What is saved comes back, and a file is what its format says. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadRuntime, type SaveFormat, WasmPerformanceError } from '@sasi/wasm-performance';
import { describeBuilds } from '../../support/builds.js';
import { hostile } from '../../support/random.js';
import { allParameters, bitsOf, randomValues } from '../support.js';
import { activationNames, assertSameNetwork, isExhausted, randomNetwork } from './support.js';

const canonicalNaN = 0x7fc0_0000;

/** The bits, but for the sign and payload of a NaN. */
function bitsButNaN(values: Float32Array): Uint32Array {
  return bitsOf(values).map((bits, i) => (Number.isNaN(values[i]!) ? canonicalNaN : bits));
}

describeBuilds('saved networks', (runtime) => {
  for (const format of ['safetensors', 'json'] as const) {
    it(`${format} keeps every activation and every bit, recognised or named`, () => {
      const outputs = [...activationNames, 'softmax'] as const;
      for (const [index, output] of outputs.entries()) {
        const activation = [activationNames[(index * 7) % activationNames.length]!, 'tanh'] as const;
        using network = randomNetwork(runtime(), { layers: [3, 4, 1, 5], activation, output }, index);
        const x = randomValues(100 + index, 3 * 20, -3, 3);
        using recognised = runtime().loadNetwork(network.save(format));
        assertSameNetwork(recognised, network, x, 20);
        using named = runtime().loadNetwork(network.save(format), format);
        assertSameNetwork(named, network, x, 20);
        assert.deepEqual(named.save(format), network.save(format));
      }
    });

    it(`${format} keeps zeros of both signs, denormals, infinities and NaN`, () => {
      using network = runtime().createNetwork({ layers: [40, 50, 3] });
      const { weights, biases } = network.exportLayers();
      network.importLayers({
        weights: weights.map(({ length }, layer) => hostile(layer, length)),
        biases: biases.map(({ length }, layer) => hostile(10 + layer, length)),
      });
      using loaded = runtime().loadNetwork(network.save(format));
      const bits = format === 'json' ? bitsButNaN : bitsOf;
      assert.deepEqual(allParameters(loaded).map(bits), allParameters(network).map(bits));
    });
  }

  it('json takes every f32 apart from its neighbours with nine digits', () => {
    using network = runtime().createNetwork({ layers: [1, 40_000] });
    const values = new Float32Array(40_000);
    const patterns = new Uint32Array(values.buffer);
    // Around each power of two, where neighbours are at their closest.
    for (let i = 0; i < values.length; i++) patterns[i] = Math.floor(i / 160) * 0x80_0000 + (i % 160) - 80;
    network.importLayers({ weights: [values], biases: [values] });
    using loaded = runtime().loadNetwork(network.save('json'));
    assert.deepEqual(allParameters(loaded).map(bitsButNaN), allParameters(network).map(bitsButNaN));
  });

  it('fann keeps the bits of the weights and of what comes out', () => {
    const names = activationNames.filter(
      (name) =>
        /sigmoid|^stepwise|ymmetric|^(linear|tanh|softsign|gaussian|elliot)|linearPiece|^sin$|^cos$|threshold/.test(
          name,
        ) && name !== 'hardSigmoid',
    );
    assert.equal(names.length, 19);
    for (const [index, output] of names.entries()) {
      const activation = names[(index * 5) % names.length]!;
      using network = randomNetwork(runtime(), { layers: [3, 6, 2], activation, output }, index);
      using loaded = runtime().loadNetwork(network.save('fann'));
      assertSameNetwork(loaded, network, randomValues(200 + index, 3 * 20, -3, 3), 20);
    }
  });

  it('a text is read as its bytes are, and bytes at any address', () => {
    using network = randomNetwork(runtime(), { layers: [2, 3, 1], activation: 'tanh', output: 'sigmoid' }, 1);
    const x = randomValues(1, 2);
    for (const format of ['json', 'fann'] as const) {
      using loaded = runtime().loadNetwork(new TextDecoder().decode(network.save(format)));
      assertSameNetwork(loaded, network, x, 1);
    }
    for (const shift of [1, 2, 3, 5]) {
      const file = network.save();
      const moved = new Uint8Array(file.length + 9);
      moved.set(file, shift);
      const kept = moved.slice();
      using loaded = runtime().loadNetwork(moved.subarray(shift, shift + file.length));
      assertSameNetwork(loaded, network, x, 1);
      assert.deepEqual(moved, kept);
    }
  });

  it('leaves the pool as it was', () => {
    const before = runtime().memory.stats();
    for (const format of ['safetensors', 'json', 'fann', 'onnx'] as const) {
      const network = runtime().createNetwork({ layers: [30, 20, 10], activation: 'tanh' });
      const file = network.save(format);
      if (format !== 'onnx') {
        const loaded = runtime().loadNetwork(file);
        assert.equal(loaded.memoryBytes, network.memoryBytes);
        loaded.dispose();
      }
      network.dispose();
      assert.throws(() => network.save(format), { code: 'DISPOSED' });
    }
    const after = runtime().memory.stats();
    assert.deepEqual([after.used, after.liveBlocks], [before.used, before.liveBlocks]);
  });

  it('refuses formats that there are not, and what is no file', () => {
    using network = runtime().createNetwork({ layers: [2, 1] });
    const wrong = (value: unknown) => value as never;
    const argument =
      (...words: string[]) =>
      (error: unknown) => {
        assert.ok(error instanceof WasmPerformanceError && error.code === 'INVALID_ARGUMENT', String(error));
        for (const word of words) assert.ok(error.message.includes(word), error.message);
        return true;
      };
    assert.throws(() => network.save(wrong('pickle')), argument('save', "'pickle'", 'safetensors', 'onnx'));
    assert.throws(() => network.save(wrong('toString')), argument('save', "'toString'"));
    const file = network.save();
    assert.throws(
      () => runtime().loadNetwork(file, wrong('onnx')),
      argument('loadNetwork', "'onnx'", 'brainjs'),
    );
    for (const value of [null, undefined, 1, {}, [1, 2], new ArrayBuffer(8), new Float32Array(8)]) {
      assert.throws(() => runtime().loadNetwork(wrong(value)), argument('loadNetwork', 'Uint8Array'));
    }
  });
});

describeBuilds('a file that is right but too large', (_runtime, build) => {
  it('is POOL_EXHAUSTED, and nothing is taken', async () => {
    using large = await loadRuntime({ variant: build });
    using small = await loadRuntime({ variant: build, memoryLimit: 2 << 20 });
    using network = large.createNetwork({ layers: [800, 800], init: 'zeros' });
    const { used, liveBlocks } = small.memory.stats();
    for (const format of ['safetensors', 'json', 'fann'] satisfies SaveFormat[]) {
      assert.throws(() => small.loadNetwork(network.save(format)), isExhausted);
      const after = small.memory.stats();
      assert.deepEqual([after.used, after.liveBlocks], [used, liveBlocks]);
    }
  });
});
