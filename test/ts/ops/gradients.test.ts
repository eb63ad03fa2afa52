/** activationGradient against the slope of the float64 reference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivationName } from '@sasi/wasm-performance';
import { activationNames } from '#ts/core/abi.js';
import { unitRoundoff } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { hostile, sizes, uniform } from '../support/random.js';
import * as reference from '../support/reference.js';
import { arrayOf, assertSameBits, kindsIn } from '../support/vectors.js';

const step = 2 ** -20;

/** f(gain · x) and its slopes on both sides, in float64. */
function slopes(name: ActivationName, x: number, gain: number, alpha: number | undefined) {
  const value = (at: number): number => reference.activations[name]!(gain * at, alpha);
  return { left: (value(x) - value(x - step)) / step, right: (value(x + step) - value(x)) / step };
}

describeBuilds('activationGradient', (runtime) => {
  for (const name of activationNames) {
    test(`${name} is the slope of activate, with its gain and alpha`, () => {
      const { ops } = runtime();
      for (const gain of [undefined, -0.4, 1.7]) {
        for (const alpha of [undefined, 0.3, -0.6]) {
          const x = uniform(1, 1001, -8, 8);
          const options = { ...(gain !== undefined && { gain }), ...(alpha !== undefined && { alpha }) };
          const got = ops.activationGradient(name, x, options);
          const factor = Math.fround(gain ?? 1);
          let compared = 0;
          got.forEach((value, i) => {
            const { left, right } = slopes(name, x[i]!, factor, alpha);
            if (Math.abs(left - right) > 1e-4) return; // A kink.
            compared++;
            // As documented, and what the argument's own rounding adds; second derivatives are below 2.
            const bound = Math.abs(factor) * (2 ** -19 + 4 * unitRoundoff * Math.abs(factor * x[i]!)) + 1e-9;
            const error = Math.abs(value - (left + right) / 2);
            assert.ok(error <= bound, `${name}'(${x[i]}) is ${value}, slopes ${left} and ${right}`);
          });
          assert.ok(compared > 980);
        }
      }
    });

    test(`${name}: NaN gives NaN, and infinity the limit`, () => {
      const { ops } = runtime();
      const infinity = Number.POSITIVE_INFINITY;
      const [nan, ...limits] = ops.activationGradient(name, Float32Array.of(Number.NaN, infinity, -infinity));
      assert.equal(nan, Number.NaN);
      if (/sin|cos/i.test(name)) return;
      const far = [1e5, -1e5].map(
        (x) => (reference.activations[name]!(x + 8) - reference.activations[name]!(x - 8)) / 16,
      );
      for (const [i, limit] of limits.entries()) {
        assert.ok(Math.abs(limit - far[i]!) <= 4 * unitRoundoff, `${limit}, ${far[i]}`);
      }
    });
  }

  test('every size, every kind, in place', () => {
    const { ops, memory } = runtime();
    const kinds = kindsIn(memory);
    for (const name of ['tanh', 'gelu', 'elu'] as const) {
      for (const size of sizes) {
        const x = hostile(size, size);
        const each = Float32Array.from(
          x,
          (value) => ops.activationGradient(name, Float32Array.of(value))[0]!,
        );
        runtime().scope(() => {
          for (const make of kinds) {
            assertSameBits(arrayOf(ops.activationGradient(name, make(x))), each, name);
            for (const makeOut of kinds) {
              const out = makeOut(new Float32Array(size));
              assert.equal(ops.activationGradient(name, make(x), { out }), out);
              assertSameBits(arrayOf(out), each, `${name} with out`);
            }
            const same = make(x);
            ops.activationGradient(name, same, { out: same });
            assertSameBits(arrayOf(same), each, `${name} in place`);
          }
        });
      }
    }
  });

  test('it refuses what activate refuses', () => {
    const { ops } = runtime();
    assert.throws(() => ops.activationGradient('softmax' as never, uniform(1, 2)), {
      code: 'INVALID_ARGUMENT',
      message: /^activationGradient: there is no activation 'softmax'/,
    });
    assert.throws(() => ops.activationGradient('tanh', uniform(1, 2), { gain: '1' as never }), {
      message: /^activationGradient: gain is '1'/,
    });
  });
});
