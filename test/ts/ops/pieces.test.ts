/** Arrays that are longer than one piece, than the pool, and that overlap each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolExhaustedError } from '@sasi/wasm-performance';
import fc from 'fast-check';
import { describeBuilds } from '../support/builds.js';
import { uniform } from '../support/random.js';

const mebibyte = 1024 * 1024;

describeBuilds(
  'elementwise in pieces',
  (runtime) => {
    test('an array may be larger than the whole memory', () => {
      const { ops, memory } = runtime();
      const a = uniform(1, mebibyte + 3);
      const b = uniform(2, a.length);
      const before = memory.stats();
      const sum = ops.add(a, b);
      assert.ok(a.byteLength > before.limit);
      assert.ok(sum.every((value, i) => value === Math.fround(a[i]! + b[i]!)));
      assert.equal(memory.stats().used, before.used, 'nothing stays allocated');
    });

    test('it works with next to nothing free, and gives up with a typed error', () => {
      const { ops, memory } = runtime();
      const a = uniform(3, 5000);
      const expected = ops.relu(a);
      runtime().scope(() => {
        memory.allocate(memory.stats().largestFree - 4096);
        assert.deepEqual(ops.relu(a), expected);
        for (let bytes = 4096; bytes >= 1; bytes /= 2) {
          try {
            for (;;) memory.allocate(bytes);
          } catch (error) {
            assert.ok(error instanceof PoolExhaustedError);
          }
        }
        assert.throws(() => ops.relu(a), { code: 'POOL_EXHAUSTED' });
      });
      assert.deepEqual(ops.relu(a), expected);
    });

    test('views of one buffer may overlap in any way', () => {
      const { ops, memory } = runtime();
      const length = 40_000;
      const distances = fc.integer({ min: -50, max: 50 });
      fc.assert(
        fc.property(distances, distances, fc.boolean(), (forA, forB, inLinearMemory) => {
          runtime().scope(() => {
            const values = uniform(4, length + 200);
            const memoryView = inLinearMemory ? memory.float32(values).view : values.slice();
            const place = (distance: number): Float32Array =>
              memoryView.subarray(100 + distance, 100 + distance + length);
            const expected = ops.sub(place(forA).slice(), place(forB).slice());
            assert.deepEqual(ops.sub(place(forA), place(forB), place(0)).slice(), expected);
          });
        }),
        { numRuns: 10 },
      );
    });
  },
  { memoryLimit: 2 * mebibyte },
);
