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

    test('no call leaves temporary memory behind, nor a result that it had made before it failed', () => {
      const { ops, memory } = runtime();
      const [row, matrix] = [uniform(6, 800), uniform(7, 800 * 800)];
      const block = memory.float32(row);
      const before = memory.stats();
      ops.add(row, row);
      ops.dot(row, row);
      ops.softmax(row);
      ops.matmul(row, row, { m: 8, n: 8, k: 100, bias: row.slice(0, 8) });
      ops.matvec(row, row.slice(0, 8), { m: 100, n: 8 });
      assert.throws(() => ops.matmul(block, matrix, { m: 1, n: 800, k: 800 }), { code: 'POOL_EXHAUSTED' });
      const { used, liveBlocks } = memory.stats();
      assert.deepEqual([used, liveBlocks], [before.used, before.liveBlocks]);
      memory.reset();
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
