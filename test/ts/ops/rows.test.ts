import assert from 'node:assert/strict';
import { test } from 'node:test';
import { softmaxSumBound, ulpError, unitRoundoff } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { sizes, uniform } from '../support/random.js';
import * as reference from '../support/reference.js';

/** Subtraction, exponential, sum and quotient: each loses some ULP, the difference more the larger it is. */
const softmaxUlp = (columns: number): number => 8 + columns / 64;

describeBuilds('rows', (runtime) => {
  test('softmax: every row by itself, sums to 1, near float64', () => {
    const { ops } = runtime();
    for (const rows of [1, 2, 5]) {
      for (const columns of sizes) {
        const x = uniform(rows * 1000 + columns, rows * columns, -2, 2);
        const result = ops.softmax(x, { rows });
        const [got, inputs] = [reference.rowsOf(result, rows), reference.rowsOf(x, rows)];
        inputs.forEach((input, row) => {
          const wanted = reference.softmaxRow(input);
          const sum = got[row]!.reduce((a, b) => a + b, 0);
          if (columns > 0)
            assert.ok(Math.abs(sum - 1) <= softmaxSumBound(columns), `${rows}x${columns}: sum ${sum}`);
          wanted.forEach((value, i) => {
            const error = ulpError(got[row]![i]!, value);
            assert.ok(
              error <= softmaxUlp(columns),
              `${rows}x${columns}: ${got[row]![i]}, reference ${value}, ${error} ULP`,
            );
          });
          assert.deepEqual(
            ops.softmax(Float32Array.from(input)),
            Float32Array.from(got[row]!),
            'a row alone',
          );
        });
      }
    }
  });

  test('logSoftmax: near float64', () => {
    const { ops } = runtime();
    for (const columns of sizes) {
      const x = uniform(columns, 3 * columns, -30, 30);
      const got = reference.rowsOf(ops.logSoftmax(x, { rows: 3 }), 3);
      reference.rowsOf(x, 3).forEach((input, row) => {
        const largest = Math.max(...input.map(Math.abs));
        reference.logSoftmaxRow(input).forEach((value, i) => {
          // A difference of numbers up to `largest`, and a logarithm of at least 0.
          const bound = 4 * unitRoundoff * (2 * largest + Math.log(columns) + columns / 64 + 1);
          assert.ok(
            Math.abs(got[row]![i]! - value) <= bound,
            `${columns}: ${got[row]![i]}, reference ${value}`,
          );
        });
      });
    }
  });

  test('large, infinite and NaN inputs', () => {
    const { ops } = runtime();
    const infinity = Number.POSITIVE_INFINITY;
    assert.deepEqual([...ops.softmax(Float32Array.of(1e38, 1e38))], [0.5, 0.5]);
    assert.deepEqual([...ops.softmax(Float32Array.of(-infinity, 3))], [0, 1]);
    assert.deepEqual([...ops.logSoftmax(Float32Array.of(-infinity, 3))], [-infinity, 0]);
    assert.ok(ops.softmax(Float32Array.of(1, Number.NaN, 2)).every(Number.isNaN));
    assert.ok(ops.logSoftmax(Float32Array.of(1, Number.NaN, 2)).every(Number.isNaN));
  });

  test('in place, into blocks and arrays', () => {
    const { ops, memory } = runtime();
    const x = uniform(9, 21);
    for (const name of ['softmax', 'logSoftmax'] as const) {
      const expected = ops[name](x, { rows: 3 });
      runtime().scope(() => {
        const block = memory.float32(x);
        assert.equal(ops[name](block, { rows: 3, out: block }), block);
        assert.deepEqual(block.toArray(), expected);
        const copy = x.slice();
        assert.equal(ops[name](copy, { rows: 3, out: copy }), copy);
        assert.deepEqual(copy, expected);
        assert.deepEqual(ops[name](memory.float32(x), { rows: 3 }).toArray(), expected);
        assert.deepEqual(ops[name](memory.float32(x), { rows: 3, out: new Float32Array(21) }), expected);
      });
    }
  });

  test('rows that do not divide the length are refused', () => {
    const { ops } = runtime();
    assert.throws(() => ops.softmax(new Float32Array(7), { rows: 2 }), {
      code: 'SHAPE_MISMATCH',
      message: /7 elements.*2 whole rows/,
    });
    assert.throws(() => ops.softmax(new Float32Array(7), { rows: 1.5 }), { code: 'INVALID_ARGUMENT' });
    assert.equal(ops.softmax(new Float32Array(0), { rows: 4 }).length, 0);
  });
});
