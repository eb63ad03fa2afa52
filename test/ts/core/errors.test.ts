import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  InvalidArgumentError,
  PoolExhaustedError,
  ShapeMismatchError,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { rootUrl } from '../support/paths.js';

const shortage = { requested: 100, available: 80, largestFree: 64, limit: 2_097_152 };

test('a shape mismatch is a RangeError, an invalid argument a TypeError, and both are ours', () => {
  const shape = new ShapeMismatchError('a has 1');
  const argument = new InvalidArgumentError('a is null');
  const plain = new WasmPerformanceError('TRAPPED', 'it trapped');
  const pool = new PoolExhaustedError(shortage);
  const membership = (error: Error): boolean[] =>
    [
      WasmPerformanceError,
      ShapeMismatchError,
      InvalidArgumentError,
      PoolExhaustedError,
      RangeError,
      TypeError,
    ].map((type) => error instanceof type);
  assert.deepEqual(membership(shape), [true, true, false, false, true, false]);
  assert.deepEqual(membership(argument), [true, false, true, false, false, true]);
  assert.deepEqual(membership(plain), [true, false, false, false, false, false]);
  assert.deepEqual(membership(pool), [true, false, false, true, false, false]);
  assert.deepEqual(membership(new RangeError('not ours')), [false, false, false, false, true, false]);
  for (const value of [null, undefined, 'text', 1, {}, Object.create(null)]) {
    assert.ok(!(value instanceof WasmPerformanceError));
  }
});

test('a subclass of the caller has its own members only', () => {
  class Special extends WasmPerformanceError {}
  const special = new Special('TRAPPED', 'x');
  assert.ok(special instanceof Special && special instanceof WasmPerformanceError);
  assert.ok(!(new WasmPerformanceError('TRAPPED', 'x') instanceof Special));
});

test('names survive, and stand in the stack', () => {
  for (const error of [
    new ShapeMismatchError('m'),
    new InvalidArgumentError('m'),
    new PoolExhaustedError(shortage),
  ]) {
    assert.ok(error.stack?.startsWith(`${error.name}: `), error.stack);
    assert.ok(!Object.keys(error).includes('name'));
  }
  assert.equal(String(new ShapeMismatchError('a has 1')), 'ShapeMismatchError: a has 1');
});

test('the cause is kept', () => {
  const cause = new Error('the disk');
  assert.equal(new WasmPerformanceError('FETCH_FAILED', 'm', { cause }).cause, cause);
  assert.equal(new ShapeMismatchError('m', { cause }).cause, cause);
  assert.equal(new PoolExhaustedError(shortage, { cause }).cause, cause);
  assert.ok(!('cause' in new WasmPerformanceError('FETCH_FAILED', 'm')));
});

test('an error is plain JSON', () => {
  const error = new WasmPerformanceError('FETCH_FAILED', 'no answer', { cause: new Error('the disk') });
  const wanted = {
    name: 'WasmPerformanceError',
    code: 'FETCH_FAILED',
    message: 'no answer',
    cause: 'the disk',
  };
  assert.deepEqual(JSON.parse(JSON.stringify(error)), wanted);
  assert.deepEqual(JSON.parse(JSON.stringify(new ShapeMismatchError('m'))), {
    name: 'ShapeMismatchError',
    code: 'SHAPE_MISMATCH',
    message: 'm',
  });
  const pool = JSON.parse(JSON.stringify(new PoolExhaustedError(shortage)));
  assert.deepEqual(
    { ...pool, message: '' },
    { name: 'PoolExhaustedError', code: 'POOL_EXHAUSTED', message: '', ...shortage },
  );
});

test('an exhausted pool says what was asked for, what there is, and what to do', () => {
  const short = new PoolExhaustedError(shortage).message;
  assert.match(
    short,
    /cannot give 100 bytes: 80 are free, 64 in one piece, of a limit of 2097152; dispose of blocks/,
  );
  const scattered = new PoolExhaustedError({ ...shortage, requested: 70 }).message;
  assert.match(scattered, /70 bytes.*call memory\.optimize\(\)/);
});

test('errors of another copy of this package are ours too', async () => {
  const copy: typeof import('@sasi/wasm-performance') = await import(
    `${rootUrl('dist/core/errors.js').href}?another-copy`
  );
  assert.notEqual(copy.WasmPerformanceError, WasmPerformanceError);
  assert.ok(new copy.ShapeMismatchError('m') instanceof WasmPerformanceError);
  assert.ok(new ShapeMismatchError('m') instanceof copy.WasmPerformanceError);
});
