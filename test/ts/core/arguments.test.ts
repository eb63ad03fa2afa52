/** An option that nobody reads is refused: most often a typing mistake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultModuleConfig,
  loadRuntime,
  runWasmBenchmarks,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';

const refused = { code: 'INVALID_ARGUMENT', message: /'memorylimit'.*memoryLimit|'foo'|validateInputs/s };

test('loadRuntime and runWasmBenchmarks refuse options that they do not know', async () => {
  await assert.rejects(loadRuntime({ memorylimit: 3 } as object), refused);
  await assert.rejects(runWasmBenchmarks(undefined, { foo: 1 } as object), refused);
});

test('a message shows the first elements of an array, and is short', async () => {
  const itself: unknown[] = [1];
  itself.push(itself, 'text');
  for (const [memoryLimit, shown] of [
    [[1, 'a', null], "[1, 'a', null]"],
    [itself, "[1, ..., 'text']"],
    [new Array(300_000).fill(0), `[${'0, '.repeat(16)}...]`],
    [new Array(16).fill(0), `[${'0, '.repeat(15)}0]`],
  ] as const) {
    await assert.rejects(loadRuntime({ memoryLimit } as object), ({ code, message }) => {
      assert.equal(code, 'INVALID_ARGUMENT');
      assert.ok(message.includes(` ${shown}`), message.slice(0, 200));
      return message.length < 300;
    });
  }
});

test('the layer refuses a way to validate that there is not', () => {
  assert.throws(() => new WasmPerformanceLayer({ validateInputs: 'thorw' as 'throw' }), refused);
});

test("what is not the manager's does not become part of its configuration", () => {
  const manager = new WasmModuleManager({ retryAttempts: 1, foo: 1 } as object);
  assert.deepEqual(manager.exportConfig(), { ...defaultModuleConfig, retryAttempts: 1 });
});
