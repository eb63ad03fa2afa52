import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBuilds } from '../support/builds.js';
import { hostile, sizes, uniform } from '../support/random.js';
import * as reference from '../support/reference.js';

describeBuilds('spike rate and mesh efficiency', (runtime) => {
  test('spikeRate counts what is above the threshold, as float64', () => {
    const { ops, memory } = runtime();
    for (const size of [...sizes, 5000]) {
      for (const x of [uniform(size, size), hostile(size, size)]) {
        for (const [windowMs, threshold] of [
          [100, undefined],
          [0.3, 0.1],
          [1e9, -2],
          [7, 0],
        ] as const) {
          const wanted = reference.spikeRate(x, windowMs, threshold);
          assert.equal(ops.spikeRate(x, windowMs, threshold), wanted);
          runtime().scope(() => assert.equal(ops.spikeRate(memory.float32(x), windowMs, threshold), wanted));
        }
      }
    }
    const nearest = Float32Array.of(0.1, Math.fround(0.1) - 2 ** -27, Number.NaN, 1);
    assert.equal(ops.spikeRate(nearest, 1000), 2, '0.1 as f32 lies above 0.1');
    assert.equal(ops.spikeRate(nearest, 1000, Math.fround(0.1)), 1);
  });

  test('a window that is none has no spikes', () => {
    const { ops } = runtime();
    const spikes = Float32Array.of(1, 1);
    for (const window of [0, -0, -5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.equal(ops.spikeRate(spikes, window), 0);
    }
    assert.throws(() => ops.spikeRate(spikes, '5' as never), {
      code: 'INVALID_ARGUMENT',
      message: /^spikeRate: windowMs is '5'; give a number/,
    });
    assert.throws(() => ops.spikeRate(spikes, 5, null as never), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => ops.spikeRate([1] as never, 5), { message: /^spikeRate: spikes is of type Array/ });
  });

  test('meshEfficiency: the product of the means, accurate however long they are', () => {
    const { ops, memory } = runtime();
    const near = (got: number, wanted: number, what: string): void =>
      assert.ok(Math.abs(got - wanted) <= 1e-12 * Math.abs(wanted), `${what}: ${got}, reference ${wanted}`);
    for (const [n, m] of [
      [1, 1],
      [3, 5],
      [100, 33],
      [100_000, 100_000],
      [4097, 1],
    ] as const) {
      for (const [neurons, synapses] of [
        [uniform(n, n, 0, 1), uniform(m + 1, m, 0, 1)],
        [new Float32Array(n).fill(0.1), new Float32Array(m).fill(0.7)],
      ] as const) {
        const wanted = reference.meshEfficiency(neurons, synapses);
        near(ops.meshEfficiency(neurons, synapses), wanted, `${n} and ${m}`);
        runtime().scope(() => {
          const blocks = [memory.float32(neurons), memory.float32(synapses)] as const;
          near(ops.meshEfficiency(...blocks), wanted, 'blocks');
          near(ops.meshEfficiency(neurons, blocks[1]), wanted, 'mixed');
          near(ops.meshEfficiency(blocks[0], synapses), wanted, 'mixed');
          near(
            ops.meshEfficiency(blocks[0], blocks[0]),
            reference.meshEfficiency(neurons, neurons),
            'one block twice',
          );
        });
      }
    }
  });

  test('meshEfficiency of nothing is 0; NaN and Infinity come through', () => {
    const { ops } = runtime();
    const [empty, ones] = [new Float32Array(0), Float32Array.of(1, 1)];
    assert.equal(ops.meshEfficiency(empty, ones), 0);
    assert.equal(ops.meshEfficiency(ones, empty), 0);
    assert.equal(ops.meshEfficiency(ones, Float32Array.of(1, Number.NaN)), Number.NaN);
    assert.equal(
      ops.meshEfficiency(Float32Array.of(Number.POSITIVE_INFINITY), ones),
      Number.POSITIVE_INFINITY,
    );
    assert.throws(() => ops.meshEfficiency(ones, undefined as never), {
      code: 'INVALID_ARGUMENT',
      message: /^meshEfficiency: synapses is of type undefined/,
    });
  });

  test('calls are counted with all their elements', () => {
    const { ops } = runtime();
    runtime().resetMetrics();
    ops.spikeRate(uniform(1, 5), 10);
    ops.meshEfficiency(uniform(1, 5), uniform(2, 7));
    const { spikeRate, meshEfficiency } = runtime().metrics().operations;
    assert.deepEqual([spikeRate!.calls, spikeRate!.elements], [1, 5]);
    assert.deepEqual([meshEfficiency!.calls, meshEfficiency!.elements], [1, 12]);
  });
});
