import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionRule, Vec } from '@sasi/wasm-performance';
import fc from 'fast-check';
import { connectionRuleNames } from '#ts/core/abi.js';
import { unitRoundoff } from '../support/bounds.js';
import { describeBuilds } from '../support/builds.js';
import { hostile, uniform } from '../support/random.js';
import * as reference from '../support/reference.js';
import { arrayOf, assertSameBits, kindsIn } from '../support/vectors.js';

const isInRows = (rule: string): boolean => ['hebbian', 'oja', 'homeostatic'].includes(rule);
/** A value of a type that TypeScript would not let through. */
const wrong = <T>(value: unknown): T => value as T;

describeBuilds('optimizeConnections', (runtime, build) => {
  test('every rule is what float64 says', () => {
    const { ops } = runtime();
    const side = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(15, 16, 17, 33));
    const number = fc.float({ min: -2, max: 2, noNaN: true });
    const rule = fc.constantFrom(...connectionRuleNames.filter((name) => name !== 'jitter'));
    fc.assert(
      fc.property(rule, side, side, number, number, number, (name, rows, cols, rate, decay, end) => {
        // Weights of one sign: where a row's sum is near 0 nothing bounds the error of scaling by it.
        const weights = uniform(rows + 100 * cols, rows * cols, 0.1, 2);
        const [pre, post] = [uniform(2, cols), uniform(3, rows)];
        const numbers = { eta: rate, decay, target: rate, threshold: rate, min: Math.min(end, 0), max: 1.5 };
        const settings = { rule: name, rows, cols, pre, post, ...numbers };
        const wanted = reference.connections(settings, weights);
        const got = ops.optimizeConnections(weights, settings);
        got.forEach((value, i) => {
          // A handful of roundings of numbers up to 2 + 2·4·(4 + 4·2).
          const bound = 6 * unitRoundoff * (name === 'bistable' || isInRows(name) ? 100 : 2);
          assert.ok(Math.abs(value - wanted[i]!) <= bound, `${name} ${i}: ${value}, reference ${wanted[i]}`);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('the defaults', () => {
    const { ops } = runtime();
    const w = Float32Array.of(0.2, 0.5, 0.7, 1, 0.005, -0.3, 1.4, 0);
    const same = (options: ConnectionRule, full: ConnectionRule): void =>
      assert.deepEqual(ops.optimizeConnections(w, options), ops.optimizeConnections(w, full));
    assert.deepEqual(ops.optimizeConnections(w), ops.optimizeConnections(w, { rule: 'bistable' }));
    same({}, { rule: 'bistable', eta: 0.25, min: 0, max: 1 });
    same({ rule: 'prune' }, { rule: 'prune', threshold: 0.01, min: 0, max: 1 });
    same({ rule: 'homeostatic' }, { rule: 'homeostatic', target: 1, rows: 1, cols: 8 });
    same({ rule: 'homeostatic', rows: 4 }, { rule: 'homeostatic', cols: 2 });
    same({ rule: 'jitter' }, { rule: 'jitter', seed: 0 });
    const [pre, post] = [uniform(1, 4), uniform(2, 2)];
    for (const rule of ['hebbian', 'oja'] as const) {
      same({ rule, pre, post }, { rule, pre, post, eta: 0.01, decay: 0, rows: 2, cols: 4, min: 0, max: 1 });
    }
  });

  test('bistable moves uniform weights by up to 0.048, keeps their order and its fixed points', () => {
    const { ops } = runtime();
    const w = uniform(7, 5000, 0, 1).sort();
    const moved = ops.optimizeConnections(w);
    const most = w.reduce((largest, value, i) => Math.max(largest, Math.abs(moved[i]! - value)), 0);
    assert.ok(most > 0.0475 && most < 0.0485, `moved by ${most}`);
    assert.ok(moved.every((value, i) => i === 0 || value >= moved[i - 1]!));
    assert.deepEqual([...ops.optimizeConnections(Float32Array.of(0, 0.5, 1))], [0, 0.5, 1]);
    let settled = w;
    for (let step = 0; step < 100; step++) settled = ops.optimizeConnections(settled);
    assert.ok(
      settled.every(
        (value, i) => Math.abs(value - (w[i]! < 0.5 ? 0 : 1)) < 1e-6 || Math.abs(w[i]! - 0.5) < 0.01,
      ),
    );
  });

  test('jitter: of its seed, uniform, the same numbers whether in one piece or in many', () => {
    const { ops, memory } = runtime();
    const w = uniform(9, 70_001, -1, 1);
    const jitter = { rule: 'jitter', seed: 2 ** 53 - 1, min: -2, max: 2 } as const;
    const got = ops.optimizeConnections(w, jitter);
    assert.deepEqual(ops.optimizeConnections(w, jitter), got);
    assert.notDeepEqual(ops.optimizeConnections(w, { ...jitter, seed: 2 ** 32 - 1 }), got);
    runtime().scope(() => {
      assert.deepEqual(ops.optimizeConnections(memory.float32(w), jitter).toArray(), got);
    });
    const changes = got.map((value, i) => value - w[i]!);
    assert.ok(changes.every((change) => Math.abs(change) <= 0.05 + unitRoundoff));
    const average = changes.reduce((a, b) => a + b, 0) / w.length;
    assert.ok(Math.abs(average) < 0.001, `mean change ${average}`);
  });

  test('any mixture of kinds, and out may be any operand', () => {
    const { ops, memory } = runtime();
    const kinds = kindsIn(memory);
    const [rows, cols] = [3, 5];
    for (const rule of connectionRuleNames) {
      const [w, pre, post] = [hostile(1, rows * cols), hostile(2, cols), hostile(3, rows)];
      const options = { rule, pre, post, rows, cols } as const;
      const [w0, pre0, post0] = [w.slice(), pre.slice(), post.slice()];
      const expected = ops.optimizeConnections(w, options);
      assert.deepEqual([w, pre, post], [w0, pre0, post0], 'inputs are not modified');
      runtime().scope(() => {
        for (const makeW of kinds) {
          for (const makePre of kinds) {
            for (const makeOut of kinds) {
              const mixed = { ...options, pre: makePre(pre), post: makePre(post) };
              const given = makeW(w);
              const fresh = ops.optimizeConnections(given, mixed);
              assert.equal(ArrayBuffer.isView(fresh), ArrayBuffer.isView(given), 'the kind of the weights');
              assertSameBits(arrayOf(fresh), expected, rule);
              const out = makeOut(new Float32Array(rows * cols));
              assert.equal(ops.optimizeConnections(given, { ...mixed, out }), out);
              assertSameBits(arrayOf(out), expected, `${rule} with out`);
              ops.optimizeConnections(given, { ...mixed, out: given });
              assertSameBits(arrayOf(given), expected, `${rule} over the weights`);
            }
          }
        }
        // One row: pre is as long as the weights, and so is post of one column.
        const line = uniform(4, cols);
        for (const make of kinds) {
          for (const shape of [
            { pre: line, post: Float32Array.of(0.5) },
            { pre: Float32Array.of(0.5), post: line },
          ]) {
            const wanted = ops.optimizeConnections(line, { rule, ...shape });
            const [a, b] = [make(shape.pre), make(shape.post)];
            const out = shape.pre === line ? a : b;
            ops.optimizeConnections(line, { rule, pre: a, post: b, out });
            assert.deepEqual(arrayOf(out), wanted, `${rule} over an activity`);
          }
        }
      });
    }
  });

  test('writes its result and nothing beside it', () => {
    const { ops, memory } = runtime();
    const guard = 1234.5;
    for (const rule of connectionRuleNames) {
      for (const cols of [1, 2, 3, 5, 17]) {
        runtime().scope(() => {
          const size = 3 * cols;
          const [below, out, above] = [memory.float32(16), memory.float32(size), memory.float32(16)];
          for (const block of [below, above]) block.view.fill(guard);
          const options = { rule, pre: uniform(1, cols), post: uniform(2, 3), rows: 3, cols } as const;
          ops.optimizeConnections(memory.float32(uniform(3, size)), { ...options, out });
          for (const block of [below, above]) assert.ok(block.view.every((word) => word === guard));
        });
      }
    }
  });

  test('NaN stays, everything else ends between min and max', () => {
    const { ops } = runtime();
    const w = hostile(11, 500);
    for (const rule of ['prune', 'jitter'] as const) {
      const got = ops.optimizeConnections(w, { rule, min: -0.5, max: 0.75 });
      got.forEach((value, i) => {
        assert.equal(Number.isNaN(value), Number.isNaN(w[i]!));
        assert.ok(Number.isNaN(value) || (value >= -0.5 && value <= 0.75));
      });
    }
    assert.deepEqual([...ops.optimizeConnections(new Float32Array(0))], []);
  });

  const refusals: Readonly<
    Record<string, readonly [options: unknown, code: string, message: RegExp, length?: number]>
  > = {
    'an unknown rule': [
      { rule: 'hebb' },
      'INVALID_ARGUMENT',
      /no rule 'hebb'; give one of bistable, hebbian/,
    ],
    'a name that every object has': [{ rule: 'constructor' }, 'INVALID_ARGUMENT', /no rule 'constructor'/],
    'no pre': [{ rule: 'hebbian', post: uniform(1, 2) }, 'INVALID_ARGUMENT', /hebbian needs pre; give pre/],
    'no post': [{ rule: 'oja', pre: uniform(1, 2) }, 'INVALID_ARGUMENT', /oja needs post/],
    'pre of no type': [
      { rule: 'oja', pre: [1, 2], post: uniform(1, 3) },
      'INVALID_ARGUMENT',
      /pre is of type Array/,
    ],
    'post of no type': [{ rule: 'oja', pre: uniform(1, 2), post: null }, 'INVALID_ARGUMENT', /post/],
    'lengths that do not fit': [
      { rule: 'hebbian', pre: uniform(1, 2), post: uniform(2, 2) },
      'SHAPE_MISMATCH',
      /weights has 6 elements, 2 rows of 2 are 4; give rows and cols that fit/,
    ],
    'pre of another length': [
      { rule: 'hebbian', pre: uniform(1, 4), post: uniform(2, 3), cols: 2 },
      'SHAPE_MISMATCH',
      /pre has 4 elements, 2 are wanted/,
    ],
    'post of another length': [
      { rule: 'hebbian', pre: uniform(1, 2), post: uniform(2, 4), rows: 3 },
      'SHAPE_MISMATCH',
      /post has 4 elements, 3 are wanted/,
    ],
    'rows that do not divide': [{ rule: 'homeostatic', rows: 4 }, 'INVALID_ARGUMENT', /cols is 1.5/],
    'rows and cols that do not fit': [
      { rule: 'homeostatic', rows: 2, cols: 2 },
      'SHAPE_MISMATCH',
      /6 elements/,
    ],
    'eta that is none': [{ eta: '1' }, 'INVALID_ARGUMENT', /eta is '1'; give a number/],
    'eta NaN': [{ eta: Number.NaN }, 'INVALID_ARGUMENT', /eta is NaN; give a number/],
    'decay NaN': [{ decay: Number.NaN }, 'INVALID_ARGUMENT', /decay is NaN/],
    'target null': [{ rule: 'homeostatic', target: null }, 'INVALID_ARGUMENT', /target is null/],
    'threshold NaN': [{ rule: 'prune', threshold: Number.NaN }, 'INVALID_ARGUMENT', /threshold is NaN/],
    'ends that are none': [{ min: Number.NaN }, 'INVALID_ARGUMENT', /min is NaN/],
    'ends in the wrong order': [
      { min: 1, max: 0 },
      'INVALID_ARGUMENT',
      /min 1 is above max 0; exchange them/,
    ],
    'a negative seed': [{ rule: 'jitter', seed: -1 }, 'INVALID_ARGUMENT', /seed is -1; give a whole number/],
    'a seed with a fraction': [{ rule: 'jitter', seed: 0.5 }, 'INVALID_ARGUMENT', /seed is 0.5/],
    'options that are none': ['prune', 'INVALID_ARGUMENT', /options are 'prune'; give an object/],
    'an out of another length': [{ out: new Float32Array(5) }, 'SHAPE_MISMATCH', /out has 5 elements, 6 are/],
  };
  for (const [what, [options, code, message]] of Object.entries(refusals)) {
    test(`${what}: ${code}`, () => {
      const { ops } = runtime();
      runtime().resetMetrics();
      const pattern = new RegExp(`^optimizeConnections: .*${message.source}`);
      assert.throws(() => ops.optimizeConnections(uniform(5, 6), wrong(options)), { code, message: pattern });
      const { total } = runtime().metrics();
      assert.deepEqual([total.calls, total.errors], [1, 1]);
    });
  }

  test('weights that are none are refused by every rule', () => {
    for (const rule of connectionRuleNames) {
      const options = { rule, pre: uniform(1, 2), post: uniform(2, 3) };
      for (const weights of [undefined, null, [1, 2], 'abc']) {
        assert.throws(() => runtime().ops.optimizeConnections(wrong<Vec>(weights), options), {
          code: 'INVALID_ARGUMENT',
          message: /^optimizeConnections: weights is of type /,
        });
      }
    }
  });

  test(`it is counted under its name, ${build}`, () => {
    const { ops } = runtime();
    runtime().resetMetrics();
    for (const rule of connectionRuleNames) {
      ops.optimizeConnections(uniform(1, 6), { rule, pre: uniform(2, 2), post: uniform(3, 3) });
    }
    const { calls, elements } = runtime().metrics().operations.optimizeConnections!;
    assert.deepEqual([calls, elements], [6, 36]);
  });
});

describeBuilds(
  'optimizeConnections in a small pool',
  (runtime) => {
    test('rules of single weights take more weights than the pool has room for', () => {
      const { ops } = runtime();
      const w = uniform(1, 700_000, 0, 1);
      for (const rule of ['bistable', 'prune', 'jitter'] as const) {
        const got = ops.optimizeConnections(w, { rule });
        const end = w.slice(-5);
        if (rule !== 'jitter') assert.deepEqual(got.slice(-5), ops.optimizeConnections(end, { rule }));
        assert.equal(got.length, w.length);
      }
      assert.throws(() => ops.optimizeConnections(w, { rule: 'homeostatic' }), { code: 'POOL_EXHAUSTED' });
    });
  },
  { memoryLimit: 2 * 1024 * 1024 },
);
