import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productBound, unitRoundoff } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { hostile, sizes, uniform } from '../support/random.js';
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

  test('mean and variance are float64 up to one rounding', () => {
    const { ops } = runtime();
    for (const size of [...sizes.slice(1), 4097, 100_000]) {
      // Equal values are the hardest: in f32 all roundings of their sum would go the same way.
      for (const x of [
        uniform(size, size),
        uniform(size, size, 1000, 1001),
        new Float32Array(size).fill(0.1),
      ]) {
        for (const name of ['mean', 'variance'] as const) {
          const [got, exact] = [ops[name](x), reference.reductions[name]!(x, x)];
          const rest = 1e-12 * Math.max(...x.subarray(0, 100).map(Math.abs));
          const bound = unitRoundoff * 1.001 * Math.abs(exact) + rest;
          assert.ok(Math.abs(got - exact) <= bound, `${name} of ${size}: ${got}, reference ${exact}`);
        }
      }
    }
  });

  test('norm, normalize and cosineSimilarity at every magnitude', () => {
    const { ops } = runtime();
    for (const size of [...sizes.slice(1), 5000]) {
      for (const scale of [1, 2 ** -140, 2 ** -70, 2 ** -49, 2 ** 51, 2 ** 70, 2 ** 110]) {
        const [a, b] = [uniform(size, size, -scale, scale), uniform(size + 1, size)];
        // A chain of at most 259 additions (cpp/kernels/reduce.h), a root, a quotient.
        const relative = 2 * unitRoundoff * (Math.min(size, 259) + 4);
        const close = (got: number, exact: number, what: string, size_ = Math.abs(exact)): void =>
          assert.ok(
            Math.abs(got - exact) <= relative * size_ + 2 ** -148,
            `${what} of ${size} at ${scale}: ${got}, reference ${exact}`,
          );
        close(ops.norm(a), reference.reductions.norm!(a, a), 'norm');
        const unit = reference.normalize(a);
        ops.normalize(a).forEach((got, i) => {
          close(got, unit[i]!, 'normalize');
        });
        close(ops.cosineSimilarity(a, b), reference.reductions.cosineSimilarity!(a, b), 'cosine', 1);
      }
    }
  });

  test('normalize: kinds, out and zero vectors', () => {
    const { ops, memory } = runtime();
    for (const size of sizes) {
      const x = uniform(size, size);
      const expected = ops.normalize(x);
      runtime().scope(() => {
        const block = memory.float32(x);
        assert.deepEqual(ops.normalize(block).toArray(), expected);
        assert.deepEqual(ops.normalize(block, new Float32Array(size)), expected);
        assert.deepEqual(ops.normalize(x, memory.float32(size)).toArray(), expected);
        assert.equal(ops.normalize(block, block), block);
        assert.deepEqual(block.toArray(), expected);
        const array = x.slice();
        assert.equal(ops.normalize(array, array), array);
        assert.deepEqual(array, expected);
      });
      const zeros = new Float32Array(size);
      assert.deepEqual(ops.normalize(zeros), zeros);
    }
    assert.deepEqual([...ops.normalize(Float32Array.of(-0, 0))], [-0, 0]);
  });

  test('minValue, maxValue and argmax are exact, whatever the values', () => {
    const { ops, memory } = runtime();
    for (const size of sizes.slice(1)) {
      for (const x of [uniform(size, size), hostile(size, size), new Float32Array(size).fill(-0)]) {
        for (const name of ['minValue', 'maxValue', 'argmax'] as const) {
          const wanted = reference.reductions[name]!(x, x);
          assert.ok(
            Object.is(ops[name](x), wanted),
            `${name} of ${size}: ${ops[name](x)}, reference ${wanted}`,
          );
          runtime().scope(() => assert.ok(Object.is(ops[name](memory.float32(x)), wanted)));
        }
      }
    }
    assert.equal(ops.argmax(Float32Array.of(1, 3, 2, 3)), 1, 'the first of equals');
    assert.equal(ops.argmax(Float32Array.of(1, Number.NaN, 9, Number.NaN)), 1, 'the first NaN');
    assert.equal(ops.argmax(Float32Array.of(-0, 0)), 0, '-0 equals 0');
  });

  test('of nothing', () => {
    const { ops, memory } = runtime();
    const wanted = {
      mean: Number.NaN,
      variance: Number.NaN,
      norm: 0,
      minValue: Number.POSITIVE_INFINITY,
      maxValue: Number.NEGATIVE_INFINITY,
      argmax: -1,
    };
    runtime().scope(() => {
      for (const x of [new Float32Array(0), memory.float32(0)]) {
        for (const [name, value] of Object.entries(wanted)) {
          assert.equal(ops[name as keyof typeof wanted](x), value, name);
        }
        assert.equal(ops.cosineSimilarity(x, x), 0);
        assert.equal(ops.normalize(x).length, 0);
      }
    });
  });

  test('NaN and Infinity come through from every place', () => {
    const { ops } = runtime();
    const infinity = Number.POSITIVE_INFINITY;
    for (const size of [1, 4, 5, 17]) {
      for (let i = 0; i < size; i++) {
        const x = uniform(size, size);
        x[i] = Number.NaN;
        for (const name of ['mean', 'variance', 'norm', 'minValue', 'maxValue'] as const) {
          assert.equal(ops[name](x), Number.NaN, name);
        }
        assert.equal(ops.cosineSimilarity(x, uniform(1, size)), Number.NaN);
        assert.ok(ops.normalize(x).every(Number.isNaN));
        x[i] = -infinity;
        assert.deepEqual([ops.mean(x), ops.norm(x), ops.minValue(x)], [-infinity, infinity, -infinity]);
        assert.equal(ops.variance(x), Number.NaN, 'as float64 says: ∞ − ∞');
      }
    }
  });

  test('cosineSimilarity: zero vectors, the same vector, mixed kinds', () => {
    const { ops, memory } = runtime();
    const [x, zeros] = [uniform(3, 33), new Float32Array(33)];
    assert.equal(ops.cosineSimilarity(x, zeros), 0);
    assert.equal(ops.cosineSimilarity(zeros, x), 0);
    for (let stream = 0; stream < 50; stream++) {
      const one = ops.cosineSimilarity(uniform(stream, 33), uniform(stream, 33));
      assert.ok(one <= 1 && one >= 1 - 40 * unitRoundoff);
    }
    const expected = ops.cosineSimilarity(x, uniform(4, 33));
    runtime().scope(() => {
      const block = memory.float32(x);
      assert.equal(ops.cosineSimilarity(block, uniform(4, 33)), expected);
      assert.equal(ops.cosineSimilarity(block, memory.float32(uniform(4, 33))), expected);
    });
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
