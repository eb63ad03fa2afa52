import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productBound, unitRoundoff } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { sizes, uniform } from '../support/random.js';
import * as reference from '../support/reference.js';

describeBuilds('reductions', (runtime) => {
  test('dot is within its bound, for arrays, blocks and both', () => {
    const { ops, memory } = runtime();
    for (const size of [...sizes, 4095, 4096, 4097, 100_000]) {
      const [a, b] = [uniform(size, size), uniform(size + 1, size)];
      const exact = reference.dot(a, b);
      const bound = productBound(size, reference.dot(a.map(Math.abs), b.map(Math.abs)));
      runtime().scope(() => {
        const results = [ops.dot(a, b), ops.dot(memory.float32(a), b), ops.dot(a, memory.float32(b))];
        results.push(ops.dot(memory.float32(a), memory.float32(b)));
        for (const result of results) {
          assert.equal(result, results[0]);
          assert.ok(
            Math.abs(result - exact) <= bound,
            `${size}: ${result}, reference ${exact}, bound ${bound}`,
          );
        }
      });
    }
  });

  test('sum is within its bound', () => {
    const { ops, memory } = runtime();
    for (const size of [...sizes, 4097, 100_000]) {
      const x = uniform(size, size);
      const exact = x.reduce((total, value) => total + value, 0);
      const bound = 2 * unitRoundoff * (size + 1) * x.reduce((total, value) => total + Math.abs(value), 0);
      const result = ops.sum(x);
      assert.ok(Math.abs(result - exact) <= bound, `${size}: ${result}, reference ${exact}, bound ${bound}`);
      runtime().scope(() => assert.equal(ops.sum(memory.float32(x)), result));
    }
  });

  test('nothing sums to 0, and NaN and Infinity come through', () => {
    const { ops } = runtime();
    assert.equal(ops.sum(new Float32Array(0)), 0);
    assert.equal(ops.dot(new Float32Array(0), new Float32Array(0)), 0);
    for (const size of [1, 5, 17, 100]) {
      for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const x = new Float32Array(size).fill(1);
        x[size - 1] = special;
        assert.equal(ops.sum(x), special);
        assert.equal(ops.dot(x, new Float32Array(size).fill(2)), special);
      }
    }
  });
});
