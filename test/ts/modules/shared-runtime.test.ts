import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acquireRuntime, attachToLoaded, listSharedRuntimes } from '#ts/modules/shared-runtime.js';

const options = {
  enableSIMD: true,
  memoryLimit: 4 * 1024 * 1024,
  loadTimeout: 10_000,
  retryAttempts: 0,
  enableProfiling: true,
};
const preference = { ...options, anyLimit: false };

test('uses of the same build and limit are uses of one runtime, however they come', async () => {
  const uses = await Promise.all([acquireRuntime('scalar', options), acquireRuntime('scalar', options)]);
  uses.push(await acquireRuntime('scalar', options));
  const [first] = uses;
  for (const use of uses) assert.equal(use.runtime, first?.runtime);
  assert.deepEqual(listSharedRuntimes(), [{ tier: 'scalar', memoryLimit: options.memoryLimit, uses: 3 }]);
  for (const use of uses) {
    first?.runtime.memory.stats();
    use.release();
    use.release();
  }
  assert.throws(() => first?.runtime.memory.stats(), { code: 'DISPOSED' });
  assert.deepEqual(listSharedRuntimes(), []);
});

test('attaching finds the fastest that suits, without waiting', async () => {
  assert.equal(attachToLoaded(preference), undefined);
  const js = await acquireRuntime('js', options);
  const scalar = await acquireRuntime('scalar', { ...options, memoryLimit: 8 * 1024 * 1024 });
  const variants = (...wanted: Partial<typeof preference>[]) =>
    wanted.map((part) => {
      const use = attachToLoaded({ ...preference, ...part });
      use?.release();
      return use?.runtime.variant;
    });
  assert.deepEqual(variants({}, { anyLimit: true }, { memoryLimit: 3_000_000 }), ['js', 'scalar', undefined]);
  const simd = await acquireRuntime('simd', options);
  assert.deepEqual(variants({}, { enableSIMD: false }), ['simd', 'js']);
  for (const use of [js, scalar, simd]) use.release();
  assert.deepEqual(listSharedRuntimes(), []);
});

test('a runtime that one of its users disposed of is not handed out again', async () => {
  const first = await acquireRuntime('scalar', options);
  first.runtime.dispose();
  assert.deepEqual(listSharedRuntimes(), []);
  assert.equal(attachToLoaded(preference), undefined);
  const second = await acquireRuntime('scalar', options);
  assert.notEqual(second.runtime, first.runtime);
  first.release();
  // The use of the old one must not take the new one with it.
  second.runtime.memory.stats();
  second.release();
  assert.deepEqual(listSharedRuntimes(), []);
});

test('a failed load leaves nothing behind and can be tried again', async () => {
  await assert.rejects(acquireRuntime('scalar', { ...options, memoryLimit: 1 }));
  await assert.rejects(acquireRuntime('scalar', { ...options, signal: AbortSignal.abort() }), {
    code: 'ABORTED',
  });
  assert.deepEqual(listSharedRuntimes(), []);
  const use = await acquireRuntime('scalar', options);
  use.release();
});

test('importing makes no global; the table comes with the first use', () => {
  // Another file of this package would find it here.
  const keys = Object.getOwnPropertySymbols(globalThis).filter((key) =>
    key.description?.includes('shared-runtimes'),
  );
  assert.equal(keys.length, 1);
  assert.equal(Symbol.keyFor(keys[0]!), keys[0]!.description);
});
