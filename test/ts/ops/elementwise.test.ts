import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activationStatement, mathStatement, ulpError } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { elementwiseCases } from '../support/elementwise-cases.js';
import { hostile, hostileValues, sizes, uniform } from '../support/random.js';
import { arrayOf, assertSameBits, kindsIn } from '../support/vectors.js';

const guard = 12_345.678;
const guardWords = 8;

test('what the headers state keeps the contract', () => {
  for (const name of ['exp', 'log', 'tanh', 'sigmoid']) {
    const { maxUlp } = mathStatement(name[0]!.toUpperCase() + name.slice(1));
    assert.ok(maxUlp <= 2, `${name}: ${maxUlp}`);
  }
  for (const { name, maxUlp } of elementwiseCases) assert.ok(maxUlp <= 4, `${name}: ${maxUlp}`);
  for (const name of ['sin', 'cos', 'symmetricSin', 'symmetricCos']) {
    assert.equal(activationStatement(name).largest, 8192, name);
  }
});

describeBuilds('elementwise', (runtime, build) => {
  for (const { name, operands, call, reference, fused, maxUlp, largest } of elementwiseCases) {
    /** Compares every element; arguments beyond `largest` only have to be numbers of the right class. */
    const check = (a: Float32Array, b: Float32Array, result: ArrayLike<number>, what: string): void => {
      for (let i = 0; i < a.length; i++) {
        const [x, y] = [a[i]!, b[i]!];
        if (Math.abs(x) > largest) continue;
        const wanted = reference(x, y);
        const error = ulpError(result[i]!, wanted);
        // The relaxed build may leave out the rounding of a product, as the machine has it.
        if (build === 'relaxed' && fused !== undefined && ulpError(result[i]!, fused(x, y)) <= 1) continue;
        const signs = wanted !== 0 || maxUlp > 0 || Object.is(result[i], wanted);
        assert.ok(
          error <= maxUlp && signs,
          `${name} ${what}, element ${i}: f(${x}${operands === 2 ? `, ${y}` : ''}) is ${result[i]}, ` +
            `reference ${wanted}, ${error} ULP`,
        );
      }
    };

    test(`${name}: every size, ordinary and hostile values`, () => {
      const { ops } = runtime();
      for (const size of sizes) {
        for (const make of [uniform, hostile]) {
          const [a, b] = [make(size, size), make(size + 1000, size)];
          const [a0, b0] = [a.slice(), b.slice()];
          const result = call(ops, a, b);
          assert.ok(result instanceof Float32Array);
          check(a, b, result, `${make.name} of ${size}`);
          assert.deepEqual([a, b], [a0, b0], 'inputs are not modified');
        }
      }
      const [x, y] = [hostileValues, [...hostileValues].reverse()].map((values) => Float32Array.from(values));
      check(x!, y!, call(ops, x!, y!) as Float32Array, 'hostile values');
    });

    test(`${name}: writes its result and nothing beside it`, () => {
      const { ops, memory } = runtime();
      for (const size of sizes) {
        const [a, b] = [hostile(size, size), hostile(size + 1000, size)];
        const expected = call(ops, a, b) as Float32Array;
        const arena = new Float32Array(size + 2 * guardWords).fill(guard);
        const inside = arena.subarray(guardWords, guardWords + size);
        assert.equal(call(ops, a, b, inside), inside);
        assertSameBits(inside, expected, `${name} into an array of ${size}`);
        const rest = [...arena.subarray(0, guardWords), ...arena.subarray(guardWords + size)];
        assert.ok(rest.every((word) => word === Math.fround(guard)));

        runtime().scope(() => {
          const blocks = [memory.float32(64), memory.float32(size), memory.float32(64)];
          const [below, out, above] = blocks as [(typeof blocks)[0], (typeof blocks)[0], (typeof blocks)[0]];
          below.view.fill(guard);
          above.view.fill(guard);
          assert.equal(call(ops, memory.float32(a), memory.float32(b), out), out);
          assertSameBits(out.toArray(), expected, `${name} into a block of ${size}`);
          for (const block of [below, above])
            assert.ok(block.view.every((word) => word === Math.fround(guard)));
        });
      }
    });

    test(`${name}: any mixture of kinds, out may be an operand`, () => {
      const { ops, memory } = runtime();
      for (const size of [0, 1, 5, 100]) {
        const [a, b] = [hostile(size, size), hostile(size + 1000, size)];
        const expected = call(ops, a, b) as Float32Array;
        const kinds = kindsIn(memory);
        runtime().scope(() => {
          for (const makeA of kinds) {
            for (const makeB of kinds) {
              const x = makeA(a);
              const fresh = call(ops, x, makeB(b));
              assert.equal(ArrayBuffer.isView(fresh), ArrayBuffer.isView(x), 'the kind of the first operand');
              assertSameBits(arrayOf(fresh), expected, `${name}, mixed`);
              for (const makeOut of kinds) {
                const out = makeOut(new Float32Array(size).fill(guard));
                call(ops, makeA(a), makeB(b), out);
                assertSameBits(arrayOf(out), expected, `${name}, mixed with out`);
              }
              const [inA, inB] = [makeA(a), makeB(b)];
              assertSameBits(arrayOf(call(ops, inA, makeB(b), inA)), expected, `${name} into a`);
              if (operands === 2) {
                assertSameBits(arrayOf(call(ops, makeA(a), inB, inB)), expected, `${name} into b`);
                const [twice, thrice] = [call(ops, a, a), makeA(a)];
                assertSameBits(
                  arrayOf(call(ops, thrice, thrice, thrice)),
                  arrayOf(twice),
                  `${name} into both`,
                );
              }
            }
          }
        });
      }
    });
  }
});
