import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vec } from '@sasi/wasm-performance';
import fc from 'fast-check';
import { productBound } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { uniform } from '../support/random.js';
import * as reference from '../support/reference.js';
import { arrayOf, kindsIn } from '../support/vectors.js';

const size = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(15, 16, 17, 31, 33, 64, 100));
const shape = fc.record({ m: size, n: size, k: size, transposeA: fc.boolean(), transposeB: fc.boolean() });

describeBuilds('products', (runtime) => {
  test('matmul is within its bound for every shape, with all that goes with it', () => {
    const { ops } = runtime();
    const scalars = fc.constantFrom(1, 0, -0.5, 2);
    const activation = fc.constantFrom('linear', 'relu', undefined);
    fc.assert(
      fc.property(
        shape,
        scalars,
        scalars,
        fc.boolean(),
        activation,
        (dimensions, alpha, beta, biased, name) => {
          const { m, n, k } = dimensions;
          const [a, b, old] = [uniform(1, m * k), uniform(2, k * n), uniform(3, m * n)];
          const bias = biased ? uniform(4, n) : undefined;
          const { product, magnitude } = reference.matmul(a, b, dimensions);
          const out = old.slice();
          const options = { ...(bias && { bias }), ...(name && { activation: name }) } as const;
          ops.matmul(a, b, { ...dimensions, alpha, beta, out, ...options });
          out.forEach((got, i) => {
            const added = bias?.[i % n] ?? 0;
            const sum = alpha * product[i]! + beta * old[i]! + added;
            const wanted = name === 'relu' ? Math.max(sum, 0) : sum;
            const sizes = Math.abs(alpha) * magnitude[i]! + Math.abs(beta * old[i]!) + Math.abs(added);
            const bound = productBound(k + 3, sizes);
            assert.ok(
              Math.abs(got - wanted) <= bound,
              `element ${i}: ${got}, reference ${wanted}, bound ${bound}`,
            );
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('matmul beyond one block of the kernel', () => {
    const { ops } = runtime();
    for (const [m, n, k] of [
      [70, 300, 260],
      [1, 300, 600],
      [65, 9, 520],
    ] as const) {
      const [a, b, old] = [uniform(5, m * k), uniform(6, k * n), uniform(7, m * n)];
      for (const beta of [0, 0.5]) {
        const { product, magnitude } = reference.matmul(a, b, { m, n, k });
        const out = ops.matmul(a, b, { m, n, k, beta, out: old.slice() });
        out.forEach((got, i) => {
          const wanted = product[i]! + beta * old[i]!;
          const bound = productBound(k + 1, magnitude[i]! + Math.abs(beta * old[i]!));
          assert.ok(
            Math.abs(got - wanted) <= bound,
            `${m}x${n}x${k}, element ${i}: ${got}, reference ${wanted}`,
          );
        });
      }
    }
  });

  test('kinds may be mixed and out may be any operand', () => {
    const { ops, memory } = runtime();
    const dimensions = { m: 5, n: 5, k: 5 };
    const [a, b, bias] = [uniform(8, 25), uniform(9, 25), uniform(10, 5)];
    const expected = ops.matmul(a, b, { ...dimensions, bias });
    const kinds = kindsIn(memory);
    runtime().scope(() => {
      for (const makeA of kinds) {
        for (const makeB of kinds) {
          for (const makeBias of kinds) {
            const operands = (): [Vec, Vec, Vec] => [makeA(a), makeB(b), makeBias(bias)];
            const [x, y, z] = operands();
            const fresh = ops.matmul(x, y, { ...dimensions, bias: z });
            assert.equal(ArrayBuffer.isView(fresh), ArrayBuffer.isView(x));
            assert.deepEqual(arrayOf(fresh), expected);
            assert.deepEqual(
              arrayOf(ops.matmul(x, y, { ...dimensions, bias: z, out: x })),
              expected,
              'into a',
            );
            const [x2, y2, z2] = operands();
            assert.deepEqual(
              arrayOf(ops.matmul(x2, y2, { ...dimensions, bias: z2, out: y2 })),
              expected,
              'into b',
            );
          }
        }
      }
      const square = memory.float32(a);
      const self = ops.matmul(a, a, dimensions);
      assert.deepEqual(
        ops.matmul(square, square, { ...dimensions, out: square }).toArray(),
        self,
        'into both',
      );
      const row = memory.float32(bias);
      const line = ops.matmul(bias, b, { m: 1, n: 5, k: 5, bias });
      assert.deepEqual(
        ops.matmul(bias, b, { m: 1, n: 5, k: 5, bias: row, out: row }).toArray(),
        line,
        'into bias',
      );
    });
  });

  test('beta reads out even when out is an operand', () => {
    const { ops, memory } = runtime();
    const [a, b] = [uniform(11, 9), uniform(12, 9)];
    const dimensions = { m: 3, n: 3, k: 3, beta: 2 };
    const expected = ops.matmul(a, b, { ...dimensions, out: a.slice() });
    runtime().scope(() => {
      const block = memory.float32(a);
      assert.deepEqual(ops.matmul(block, b, { ...dimensions, out: block }).toArray(), expected);
    });
  });

  test('matvec is within its bound', () => {
    const { ops, memory } = runtime();
    fc.assert(
      fc.property(size, size, fc.boolean(), (m, n, biased) => {
        const [a, x, bias] = [uniform(13, m * n), uniform(14, n), uniform(15, m)];
        const { product, magnitude } = reference.matmul(a, x, { m, n: 1, k: n });
        const options = biased ? { bias } : {};
        const got = ops.matvec(a, x, { m, n, ...options });
        got.forEach((value, i) => {
          const added = biased ? bias[i]! : 0;
          const bound = productBound(n + 1, magnitude[i]! + Math.abs(added));
          assert.ok(Math.abs(value - product[i]! - added) <= bound, `${m}x${n}, element ${i}`);
        });
        runtime().scope(() => {
          const fromBlocks = ops.matvec(memory.float32(a), memory.float32(x), { m, n, ...options });
          assert.deepEqual(fromBlocks.toArray(), got);
        });
      }),
      { numRuns: 60 },
    );
    const x = memory.float32(uniform(16, 4));
    const a = uniform(17, 16);
    const expected = ops.matvec(a, x.toArray(), { m: 4, n: 4, activation: 'tanh' });
    assert.deepEqual(ops.matvec(a, x, { m: 4, n: 4, activation: 'tanh', out: x }).toArray(), expected);
    x.dispose();
  });

  test('empty products: no rows, no columns, nothing to sum', () => {
    const { ops } = runtime();
    const empty = new Float32Array(0);
    assert.equal(ops.matmul(empty, new Float32Array(6), { m: 0, n: 3, k: 2 }).length, 0);
    assert.equal(ops.matmul(new Float32Array(6), empty, { m: 3, n: 0, k: 2 }).length, 0);
    const bias = Float32Array.of(1, 2);
    assert.deepEqual([...ops.matmul(empty, empty, { m: 2, n: 2, k: 0, bias })], [1, 2, 1, 2]);
    assert.deepEqual([...ops.matvec(empty, empty, { m: 2, n: 0, bias })], [1, 2]);
  });

  test('NaN and Infinity come through', () => {
    const { ops } = runtime();
    const a = Float32Array.of(1, Number.POSITIVE_INFINITY, 3, Number.NaN);
    const [p, q, r, s] = ops.matmul(a, Float32Array.of(1, 0, 1, 1), { m: 2, n: 2, k: 2 });
    assert.deepEqual(
      [p, q, r, s],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, Number.NaN],
    );
  });

  test('packed weights give the bits of the matrix itself, for any rows and from any kind', () => {
    const { ops, memory } = runtime();
    fc.assert(
      fc.property(
        shape,
        fc.boolean(),
        fc.boolean(),
        ({ m, n, k, transposeA, transposeB }, accumulate, block) => {
          const [a, b, bias, old] = [uniform(1, m * k), uniform(2, k * n), uniform(3, n), uniform(4, m * n)];
          const dimensions = { m, n, k, transposeA, bias, activation: 'tanh' } as const;
          const rest = { ...dimensions, alpha: 0.7, beta: accumulate ? 0.5 : 0 };
          const used = memory.stats().used;
          using weights = ops.packWeights(block ? memory.float32(b) : b, { n, k, transposeB });
          assert.deepEqual([weights.n, weights.k], [n, k]);
          const packed = ops.matmul(a, weights, { ...rest, out: old.slice() });
          assert.deepEqual(packed, ops.matmul(a, b, { ...rest, transposeB, out: old.slice() }));
          memory.reset();
          assert.equal(weights.disposed, true);
          assert.equal(memory.stats().used, used);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('packed weights beyond one block of the kernel, and their life in a scope', () => {
    const { ops, memory } = runtime();
    for (const [m, n, k] of [
      [70, 300, 260],
      [1, 300, 600],
      [65, 9, 520],
    ] as const) {
      const [a, b, old] = [uniform(5, m * k), uniform(6, k * n), uniform(7, m * n)];
      for (const beta of [0, 0.5]) {
        runtime().scope(() => {
          const weights = ops.packWeights(b, { n, k });
          const packed = ops.matmul(a, weights, { m, n, k, beta, out: old.slice() });
          assert.deepEqual(packed, ops.matmul(a, b, { m, n, k, beta, out: old.slice() }));
        });
      }
    }
    const { used } = memory.stats();
    const kept = runtime().scope(() => [ops.packWeights(uniform(1, 6), { n: 3, k: 2 })]);
    assert.equal(kept[0]!.disposed, false);
    kept[0]!.dispose();
    assert.equal(memory.stats().used, used);
  });

  test('a row gives the same bits alone and among others', () => {
    const { ops } = runtime();
    const [rows, n, k] = [37, 19, 33];
    const [a, b] = [uniform(18, rows * k), uniform(19, k * n)];
    const all = ops.matmul(a, b, { m: rows, n, k });
    for (const row of [0, 17, 36]) {
      const alone = ops.matmul(a.slice(row * k, (row + 1) * k), b, { m: 1, n, k });
      assert.deepEqual(all.slice(row * n, (row + 1) * n), alone);
    }
  });
});
