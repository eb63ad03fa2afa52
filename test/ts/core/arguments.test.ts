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

test('the layer refuses a way to validate that there is not', () => {
  assert.throws(() => new WasmPerformanceLayer({ validateInputs: 'thorw' as 'throw' }), refused);
});

test("what is not the manager's does not become part of its configuration", () => {
  const manager = new WasmModuleManager({ retryAttempts: 1, foo: 1 } as object);
  assert.deepEqual(manager.exportConfig(), { ...defaultModuleConfig, retryAttempts: 1 });
});
