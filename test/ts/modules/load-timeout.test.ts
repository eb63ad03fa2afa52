/**
 * Row 11 of the fallback table where the time limit is kept: it is one candidate's altogether, and each waiter's own.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WasmPerformanceError } from '@sasi/wasm-performance';
import { withinTime } from '#ts/modules/load-timeout.js';

const options = {
  enableSIMD: true,
  memoryLimit: 4 * 1024 * 1024,
  loadTimeout: 50,
  retryAttempts: 0,
  enableProfiling: true,
};
const unlimited = { ...options, loadTimeout: Number.POSITIVE_INFINITY };

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const unasked = (): never => assert.fail('asked');

/** A load that settles when the test says so. */
function heldBack() {
  let settle = { resolve: (_: string): void => {}, reject: (_: Error): void => {} };
  const promise = new Promise<string>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

test('when the time is up the load is told, the timer is gone, and what comes late is thrown away', async () => {
  const before = timers();
  const held = heldBack();
  const discarded: string[] = [];
  let signal: { readonly aborted: boolean; readonly reason: unknown } | undefined;
  await assert.rejects(
    withinTime(
      "module 'slow'",
      options,
      (own) => {
        signal = own.signal;
        assert.equal(signal?.aborted, false);
        return held.promise;
      },
      (late) => discarded.push(late),
    ),
    {
      code: 'LOAD_TIMEOUT',
      message: /^loading module 'slow' took longer than 50 ms; give a longer loadTimeout/,
    },
  );
  assert.equal(timers(), before);
  assert.equal(signal?.aborted, true);
  assert.equal((signal?.reason as WasmPerformanceError | undefined)?.code, 'LOAD_TIMEOUT');
  assert.deepEqual(discarded, []);
  held.resolve('late');
  await turn();
  assert.deepEqual(discarded, ['late']);
});

test('a load that fails after its time is up fails unseen', async () => {
  const held = heldBack();
  const unseen = withinTime('it', options, () => held.promise, unasked);
  await assert.rejects(unseen, { code: 'LOAD_TIMEOUT' });
  held.reject(new Error('too late'));
  await turn();
});

test('what comes in time is neither thrown away nor told to end, and leaves no timer', async () => {
  const before = timers();
  let signal: { readonly aborted: boolean } | undefined;
  const load = async (own: { readonly signal?: { readonly aborted: boolean } }): Promise<string> => {
    signal = own.signal;
    return 'loaded';
  };
  const long = { ...options, loadTimeout: 60_000 };
  assert.equal(await withinTime('it', long, load, unasked), 'loaded');
  await assert.rejects(
    withinTime('it', long, () => Promise.reject(new Error('refused')), unasked),
    /^Error: refused$/,
  );
  assert.equal(timers(), before);
  assert.equal(signal?.aborted, false);
});

test("the caller's signal ends it too: before the load begins, and while it lasts", async () => {
  const refused = withinTime('it', { ...unlimited, signal: AbortSignal.abort() }, unasked, unasked);
  await assert.rejects(refused, { code: 'ABORTED' });
  const before = timers();
  const controller = new AbortController();
  const held = heldBack();
  const discarded: string[] = [];
  const waiting = withinTime(
    'it',
    { ...options, loadTimeout: 60_000, signal: controller.signal },
    () => held.promise,
    (late) => discarded.push(late),
  );
  controller.abort();
  await assert.rejects(waiting, { code: 'ABORTED' });
  assert.equal(timers(), before);
  held.resolve('late');
  await turn();
  assert.deepEqual(discarded, ['late']);
});
