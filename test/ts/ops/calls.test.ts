/** What operations refuse, how they say so, and what is counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  loadRuntime,
  type NeuralRuntime,
  type Ops,
  type PackedWeights,
  ShapeMismatchError,
  type Vec,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { shorthandNames } from '#ts/ops/activations.js';
import { describeBuilds } from '../support/builds.js';

const four = (): Float32Array => Float32Array.of(1, 2, 3, 4);
/** Four numbers, packed before what is counted begins. */
function packedFour(runtime: NeuralRuntime, n: number, k: number): PackedWeights {
  const weights = runtime.ops.packWeights(four(), { n, k });
  runtime.resetMetrics();
  return weights;
}
/** A value of a type that TypeScript would not let through. */
const wrong = <T>(value: unknown): T => value as T;

interface Refusal {
  readonly call: (ops: Ops, runtime: NeuralRuntime) => unknown;
  readonly code: string;
  readonly message: RegExp;
}

const refusals: Readonly<Record<string, Refusal>> = {
  'lengths that differ': {
    call: (ops) => ops.add(four(), new Float32Array(5)),
    code: 'SHAPE_MISMATCH',
    message: /^add: lengths differ: a has 4 elements, b has 5; give/,
  },
  'lengths that differ in a reduction': {
    call: (ops) => ops.dot(four(), new Float32Array(5)),
    code: 'SHAPE_MISMATCH',
    message: /^dot: lengths differ: a has 4 elements, b has 5; give/,
  },
  'an out of another length': {
    call: (ops) => ops.relu(four(), new Float32Array(3)),
    code: 'SHAPE_MISMATCH',
    message: /^relu: out has 3 elements, 4 are wanted/,
  },
  'inner dimensions that differ': {
    call: (ops) => ops.matmul(new Float32Array(12), new Float32Array(10), { m: 3, n: 2, k: 4 }),
    code: 'SHAPE_MISMATCH',
    message: /^matmul: inner dimensions differ: a is 3x4, b is 5x2; /,
  },
  'inner dimensions that differ, transposed': {
    call: (ops) =>
      ops.matmul(new Float32Array(12), new Float32Array(10), {
        m: 3,
        n: 2,
        k: 4,
        transposeA: true,
        transposeB: true,
      }),
    code: 'SHAPE_MISMATCH',
    message: /a is 4x3 transposed, b is 2x5 transposed/,
  },
  'a wrong k': {
    call: (ops) => ops.matmul(new Float32Array(12), new Float32Array(8), { m: 3, n: 2, k: 5 }),
    code: 'SHAPE_MISMATCH',
    message: /^matmul: k is 5, but a is 3x4 and b is 4x2; give k: 4$/,
  },
  'sizes that fit nothing': {
    call: (ops) => ops.matmul(new Float32Array(13), new Float32Array(8), { m: 3, n: 2, k: 4 }),
    code: 'SHAPE_MISMATCH',
    message: /^matmul: a has 13 elements and b 8, a product 3x4 by 4x2 needs 12 and 8/,
  },
  'a bias of another length': {
    call: (ops) => ops.matmul(four(), four(), { m: 2, n: 2, k: 2, bias: new Float32Array(3) }),
    code: 'SHAPE_MISMATCH',
    message: /^matmul: bias has 3 elements, 2 are wanted/,
  },
  'weights packed for another shape': {
    call: (ops, runtime) => ops.matmul(four(), packedFour(runtime, 1, 4), { m: 2, n: 2, k: 2 }),
    code: 'SHAPE_MISMATCH',
    message: /^matmul: b is packed as 4x1, the shape says 2x2; pack it for this shape$/,
  },
  'weights to be packed of another length': {
    call: (ops) => ops.packWeights(four(), { n: 3, k: 2 }),
    code: 'SHAPE_MISMATCH',
    message: /^packWeights: b has 4 elements, 6 are wanted/,
  },
  'a left operand that does not fit packed weights': {
    call: (ops, runtime) => ops.matmul(four(), packedFour(runtime, 2, 2), { m: 1, n: 2, k: 2 }),
    code: 'SHAPE_MISMATCH',
    message: /^matmul: inner dimensions differ: a is 1x4, b is 2x2; /,
  },
  'packed weights to be transposed': {
    call: (ops, runtime) =>
      ops.matmul(four(), packedFour(runtime, 2, 2), { m: 2, n: 2, k: 2, transposeB: true }),
    code: 'INVALID_ARGUMENT',
    message: /^matmul: b is packed; give transposeB to packWeights instead$/,
  },
  'packed weights that were disposed of': {
    call: (ops, runtime) => {
      const weights = packedFour(runtime, 2, 2);
      weights.dispose();
      weights.dispose();
      return ops.matmul(four(), weights, { m: 2, n: 2, k: 2 });
    },
    code: 'DISPOSED',
    message: /^matmul: this block was disposed of/,
  },
  'a vector of another length': {
    call: (ops) => ops.matvec(four(), new Float32Array(3), { m: 2, n: 2 }),
    code: 'SHAPE_MISMATCH',
    message: /^matvec: dimensions differ: a is 2x2, x has 3 elements/,
  },
  'no vector': {
    call: (ops) => ops.relu(wrong<Float32Array>([1, 2])),
    code: 'INVALID_ARGUMENT',
    message: /^relu: x is of type Array; give a Float32Array or .* such as Float32Array\.from/,
  },
  'an array of another type': {
    call: (ops) => ops.add(four(), wrong<Vec>(new Float64Array(4))),
    code: 'INVALID_ARGUMENT',
    message: /^add: b is of type Float64Array/,
  },
  'no second operand': {
    call: (ops) => ops.add(four(), wrong<Vec>(undefined)),
    code: 'INVALID_ARGUMENT',
    message: /^add: b is of type undefined/,
  },
  'an out that is no vector': {
    call: (ops) => ops.abs(four(), wrong<Vec>('x')),
    code: 'INVALID_ARGUMENT',
    message: /^abs: out is of type string/,
  },
  'a block of bytes': {
    call: (ops, { memory }) => ops.abs(wrong<Vec>(memory.allocate(16))),
    code: 'INVALID_ARGUMENT',
    message: /^abs: x is of type Object/,
  },
  'no number': {
    call: (ops) => ops.scale(four(), wrong<number>('2')),
    code: 'INVALID_ARGUMENT',
    message: /^scale: factor is '2'; give a number/,
  },
  'no upper end': {
    call: (ops) => ops.clamp(four(), 0, wrong<number>(undefined)),
    code: 'INVALID_ARGUMENT',
    message: /^clamp: high is undefined/,
  },
  'an unknown activation': {
    call: (ops) => ops.activate(wrong<'relu'>('swish'), four()),
    code: 'INVALID_ARGUMENT',
    message: /^activate: there is no activation 'swish'; give one of linear, relu, /,
  },
  'an unknown activation of a product': {
    call: (ops) => ops.matmul(four(), four(), { m: 2, n: 2, k: 2, activation: wrong<'relu'>('softmax') }),
    code: 'INVALID_ARGUMENT',
    message: /^matmul: there is no activation 'softmax'/,
  },
  'no shape': {
    call: (ops) => ops.matmul(four(), four(), wrong(undefined)),
    code: 'INVALID_ARGUMENT',
    message: /^matmul: the shape is undefined; give \{ m, n, k \}/,
  },
  'a size that is no whole number': {
    call: (ops) => ops.matvec(four(), four(), { m: 0.5, n: 4 }),
    code: 'INVALID_ARGUMENT',
    message: /^matvec: m is 0.5/,
  },
  'a beta without out': {
    call: (ops) => ops.matmul(four(), four(), { m: 2, n: 2, k: 2, beta: 1 }),
    code: 'INVALID_ARGUMENT',
    message: /^matmul: beta is 1, but there is no out/,
  },
  'a block that was disposed of': {
    call: (ops, { memory }) => {
      const block = memory.float32(4);
      block.dispose();
      return ops.abs(block);
    },
    code: 'DISPOSED',
    message: /^abs: this block was disposed of/,
  },
  'more than the pool has': {
    call: (ops, { memory }) =>
      ops.dot(new Float32Array(memory.stats().limit / 4), new Float32Array(memory.stats().limit / 4)),
    code: 'POOL_EXHAUSTED',
    message: /^the pool cannot give \d+ bytes: \d+ are free/,
  },
};

describeBuilds('calls', (runtime, variant) => {
  for (const [what, { call, code, message }] of Object.entries(refusals)) {
    test(`${what}: ${code}, and the runtime goes on`, () => {
      const { ops, memory } = runtime();
      runtime().resetMetrics();
      runtime().scope(() => {
        const used = (): number => memory.stats().used;
        const before = used();
        assert.throws(
          () => runtime().scope(() => call(ops, runtime())),
          (error) => {
            assert.ok(error instanceof WasmPerformanceError);
            assert.equal(error.code, code);
            assert.match(error.message, message);
            assert.equal(error instanceof RangeError, code === 'SHAPE_MISMATCH');
            assert.equal(error instanceof TypeError, code === 'INVALID_ARGUMENT');
            return true;
          },
        );
        assert.equal(used(), before, 'nothing stays allocated');
      });
      const { total } = runtime().metrics();
      assert.deepEqual([total.calls, total.errors, total.elements], [1, 1, 0]);
      assert.deepEqual([...ops.add(four(), four())], [2, 4, 6, 8]);
    });
  }

  test('a block of another runtime is refused', async () => {
    const other = await loadRuntime({ variant });
    const theirs = other.memory.float32(4);
    assert.throws(() => runtime().ops.abs(theirs), {
      code: 'INVALID_ARGUMENT',
      message: /^abs: x is a block of another runtime; give .* other\.toArray\(\)/,
    });
    other.dispose();
    assert.throws(() => other.ops.abs(four()), {
      code: 'DISPOSED',
      message: /^abs: the runtime was disposed of/,
    });
    assert.throws(() => other.ops.abs(theirs), { code: 'DISPOSED' });
    assert.throws(() => other.ops.sum(four()), { code: 'DISPOSED' });
  });

  test('arrays of another realm are arrays', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign: Float32Array = runInNewContext('Float32Array.of(-1, 2)');
    assert.ok(!(foreign instanceof Float32Array));
    assert.deepEqual([...runtime().ops.abs(foreign)], [1, 2]);
  });

  test('every call is counted under the name of its method', () => {
    const { ops, memory } = runtime();
    runtime().resetMetrics();
    const [a, b] = [memory.float32(4), memory.float32(4)];
    ops.add(a, b, b);
    ops.add(four(), four());
    ops.relu(a);
    ops.activate('relu', a);
    ops.softmax(a, { rows: 2 });
    ops.dot(a, b);
    ops.matmul(a, b, { m: 2, n: 2, k: 2 });
    ops.matvec(a, new Float32Array(2), { m: 2, n: 2 });
    assert.throws(() => ops.dot(a, new Float32Array(1)), ShapeMismatchError);
    const { operations, total } = runtime().metrics();
    const counted = Object.entries(operations).map(([name, { calls, elements, errors }]) => [
      name,
      calls,
      elements,
      errors,
    ]);
    assert.deepEqual(counted.sort(), [
      ['activate', 1, 4, 0],
      ['add', 2, 8, 0],
      ['dot', 2, 4, 1],
      ['matmul', 1, 4, 0],
      ['matvec', 1, 2, 0],
      ['relu', 1, 4, 0],
      ['softmax', 1, 4, 0],
    ]);
    assert.equal(total.calls, 9);
    memory.reset();
  });

  test('shorthands are what they stand for; gain and alpha have defaults', () => {
    const { ops } = runtime();
    const x = Float32Array.of(-2, -0.5, 0, 0.5, 2);
    for (const name of shorthandNames) {
      const shorthand = ops[name as 'relu'];
      assert.deepEqual(shorthand(x), ops.activate(name, x));
      const out = new Float32Array(5);
      assert.equal(shorthand(x, out), out);
      assert.deepEqual(out, ops.activate(name, x));
    }
    assert.ok(shorthandNames.length === 15 && shorthandNames.includes('gelu'));
    assert.deepEqual(ops.activate('tanh', x, { gain: 0.5 }), ops.tanh(ops.scale(x, 0.5)));
    assert.deepEqual(ops.activate('leakyRelu', x), ops.activate('leakyRelu', x, { gain: 1, alpha: 0.01 }));
    assert.deepEqual(ops.activate('elu', x), ops.activate('elu', x, { alpha: 1 }));
    assert.notDeepEqual(ops.activate('elu', x), ops.activate('elu', x, { alpha: 0.5 }));
  });
});
