import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, WasmPerformanceError } from '@sasi/wasm-performance';
import { withRetries } from '#ts/modules/load-retries.js';

const loadTimeout = 60_000;

function failing(code: ErrorCode, times: number): { load: () => Promise<string>; calls: () => number } {
  let calls = 0;
  const load = async (): Promise<string> => {
    calls++;
    if (calls <= times) throw new WasmPerformanceError(code, `try ${calls}`);
    return 'loaded';
  };
  return { load, calls: () => calls };
}

test('a failed download is tried again, so many times', async () => {
  const twice = failing('FETCH_FAILED', 2);
  assert.equal(await withRetries({ loadTimeout, retryAttempts: 2 }, twice.load), 'loaded');
  assert.equal(twice.calls(), 3);
  const always = failing('FETCH_FAILED', 99);
  await assert.rejects(withRetries({ loadTimeout, retryAttempts: 1 }, always.load), { message: 'try 2' });
  const never = failing('FETCH_FAILED', 1);
  await assert.rejects(withRetries({ loadTimeout, retryAttempts: 0 }, never.load), { message: 'try 1' });
});

test('nothing else is', async () => {
  for (const code of [
    'NOT_WASM',
    'COMPILE_FAILED',
    'LOAD_TIMEOUT',
    'CSP_BLOCKED',
    'SELFTEST_FAILED',
  ] as const) {
    const once = failing(code, 1);
    await assert.rejects(withRetries({ loadTimeout, retryAttempts: 5 }, once.load), { code });
    assert.equal(once.calls(), 1);
  }
});

test('no try is waited for that would come too late: the last failure says what is wrong', async () => {
  for (const [milliseconds, atMost] of [
    [30, 1],
    [500, 4],
  ] as const) {
    const always = failing('FETCH_FAILED', 9);
    await assert.rejects(
      withRetries({ retryAttempts: 8, loadTimeout: milliseconds }, always.load),
      (error: WasmPerformanceError) => error.message === `try ${always.calls()}`,
    );
    assert.ok(always.calls() <= atMost, `${always.calls()}`);
  }
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('a signal ends the waiting at once and leaves no timer', async () => {
  const timersBefore = timers();
  const controller = new AbortController();
  const { load, calls } = failing('FETCH_FAILED', 99);
  const run = withRetries({ loadTimeout, retryAttempts: 1000, signal: controller.signal }, load);
  while (calls() < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await assert.rejects(run, { code: 'ABORTED' });
  assert.equal(timers(), timersBefore);
  await assert.rejects(withRetries({ loadTimeout, retryAttempts: 1, signal: AbortSignal.abort() }, load), {
    code: 'ABORTED',
  });
});
