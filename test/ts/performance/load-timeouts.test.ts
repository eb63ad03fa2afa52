/**
 * Row 11 of the fallback table: a load that takes longer than `loadTimeout`, with files that a server gives late, with
 * an engine that takes long to start them, and with a ruv-swarm that never comes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getWasmPerformanceStatus, type ModuleStatus, WasmModuleManager } from '@sasi/wasm-performance';
import { type Answer, answer, withServer } from '../support/server.js';
import { wasmBytes } from '../support/wasm-file.js';
import { runProgram } from './run-program.js';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

const builds = ['simd', 'scalar'] as const;
const fileOf = (build: string): string => `${build}/neural.wasm`;

function codesOf({ selection }: ModuleStatus): (string | undefined)[] {
  return selection.filter(({ candidate }) => candidate === 'production').map(({ code }) => code);
}

test('row 11: files that come too late: the next tier runs, and the request is given up', async () => {
  const closed: string[] = [];
  const answers = builds.map((build) => {
    const late: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/wasm' });
      response.write(wasmBytes(build).subarray(0, 100));
      response.on('close', () => {
        if (!response.writableFinished) closed.push(fileOf(build));
      });
    };
    return [fileOf(build), late] as const;
  });
  await withServer(Object.fromEntries(answers), async (wasmUrl, asked) => {
    const before = timers();
    const manager = new WasmModuleManager({ preferredModule: 'production', wasmUrl, loadTimeout: 300 });
    assert.equal(await manager.initialize(), true);
    assert.equal(timers(), before);
    const status = manager.getModuleStatus();
    assert.deepEqual(codesOf(status), ['LOAD_TIMEOUT', 'LOAD_TIMEOUT']);
    assert.match(
      status.selection[0]!.reason,
      /simd build took longer than 300 ms; give a longer loadTimeout/,
    );
    assert.equal(status.module, 'fallback');
    assert.equal(status.errorCount, 0);
    assert.deepEqual(asked, builds.map(fileOf), 'a download that took the whole time is not begun again');
    while (closed.length < builds.length) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(closed, builds.map(fileOf));
    await manager.cleanup();
  });
});

test('row 11: the time is for all tries of a build together', async () => {
  // Each answer alone is in time; with so many tries and the pauses between them it would be 8 seconds.
  const refuseLate: Answer = (response) => {
    setTimeout(() => answer('later', 'text/plain', 503)(response, undefined as never), 150).unref();
  };
  const answers = Object.fromEntries(builds.map((build) => [fileOf(build), refuseLate]));
  await withServer(answers, async (wasmUrl, asked) => {
    const config = { preferredModule: 'production', wasmUrl, loadTimeout: 1000, retryAttempts: 8 };
    const manager = new WasmModuleManager(config);
    assert.equal(await manager.initialize(), true);
    const status = manager.getModuleStatus();
    assert.equal(status.module, 'fallback');
    for (const code of codesOf(status)) assert.match(code ?? '', /^(LOAD_TIMEOUT|FETCH_FAILED)$/);
    // 150 + 50 + 150 + 100 + 150 + 200 + 150 ms, and the next pause is 400.
    assert.ok(asked.length <= 2 * 4, `${asked.length}`);
    await manager.cleanup();
  });
});

/** An engine that takes its time to start a module: what it gives comes `milliseconds` late. */
const slowToStart = (milliseconds: number): string => `
  globalThis.started = 0;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const instance = await instantiate(...args);
    await new Promise((resolve) => setTimeout(resolve, ${milliseconds}).unref());
    globalThis.started++;
    return instance;
  };`;

interface Waiter {
  readonly module: string;
  readonly tier: string | null;
  readonly codes: string[];
}
interface Waiters {
  readonly short: Waiter;
  readonly long: Waiter;
  readonly timers: number;
  readonly started: number;
  readonly uses: number;
  readonly left: number;
}

/** Two managers wait for the same load. The program must end by itself, so nothing may keep it alive. */
const twoWaiters = (first: 'short' | 'long'): string => `
  const { WasmModuleManager, getWasmPerformanceStatus } = await import('@sasi/wasm-performance');
  const limits = { short: 300, long: 600_000 };
  const managers = {};
  const loads = {};
  for (const name of ${JSON.stringify(first === 'short' ? ['short', 'long'] : ['long', 'short'])}) {
    managers[name] = new WasmModuleManager({ preferredModule: 'production', loadTimeout: limits[name] });
    loads[name] = managers[name].initialize();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const results = {};
  for (const name of ['short', 'long']) {
    await loads[name];
    const { module, tier, selection } = managers[name].getModuleStatus();
    const codes = selection.filter(({ candidate }) => candidate === 'production').map(({ code }) => code ?? 'loaded');
    results[name] = { module, tier, codes };
  }
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const { sharedRuntimes } = getWasmPerformanceStatus();
  const uses = sharedRuntimes.reduce((sum, runtime) => sum + runtime.uses, 0);
  for (const manager of Object.values(managers)) await manager.cleanup();
  const left = getWasmPerformanceStatus().sharedRuntimes.length;
  report({ ...results, timers, started: globalThis.started, uses, left });`;

for (const first of ['short', 'long'] as const) {
  test(`row 11: of two who wait for one load each has its own limit; the ${first} one came first`, async () => {
    const { reported, stderr } = await runProgram<Waiters>(twoWaiters(first), { before: slowToStart(1500) });
    assert.equal(stderr, '');
    assert.deepEqual(reported.short, {
      module: 'fallback',
      tier: 'js',
      codes: ['LOAD_TIMEOUT', 'LOAD_TIMEOUT'],
    });
    assert.deepEqual(reported.long, { module: 'production', tier: 'simd', codes: ['loaded'] });
    assert.equal(reported.timers, 0);
    assert.equal(reported.uses, 2);
    assert.equal(reported.left, 0);
  });
}

test('row 11: an engine that starts a module late: it is never used, and nothing of it stays', async () => {
  const { reported } = await runProgram<{
    readonly status: ModuleStatus;
    readonly before: unknown[];
    readonly after: unknown[];
    readonly timers: number;
  }>(
    `const { WasmModuleManager, getWasmPerformanceStatus } = await import('@sasi/wasm-performance');
     const manager = new WasmModuleManager({ preferredModule: 'production', loadTimeout: 200 });
     await manager.initialize();
     const before = getWasmPerformanceStatus().sharedRuntimes;
     while (globalThis.started < 2) await new Promise((resolve) => setTimeout(resolve, 10));
     await new Promise((resolve) => setTimeout(resolve));
     const after = getWasmPerformanceStatus().sharedRuntimes;
     const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
     report({ before, after, timers, status: manager.getModuleStatus() });`,
    { before: slowToStart(1500) },
  );
  assert.equal(reported.status.module, 'fallback');
  assert.deepEqual(codesOf(reported.status), ['LOAD_TIMEOUT', 'LOAD_TIMEOUT']);
  assert.deepEqual(
    reported.before.map((runtime) => (runtime as { tier: string }).tier),
    ['js'],
  );
  assert.deepEqual(reported.after, reported.before);
  assert.equal(reported.timers, 0);
});

test('row 11: a ruv-swarm that comes too late is not started', async () => {
  const before = timers();
  let arrive: (bindings: unknown) => void = () => {};
  let started = 0;
  const manager = new WasmModuleManager({
    loadTimeout: 2000,
    ruvSwarm: () =>
      new Promise((resolve) => {
        arrive = resolve;
      }),
  });
  assert.equal(await manager.initialize(), true);
  assert.equal(timers(), before);
  const { module, selection, errorCount } = manager.getModuleStatus();
  assert.equal(module, 'production');
  assert.deepEqual(
    selection.map(({ candidate, code }) => [candidate, code]),
    [
      ['ruv-swarm', 'LOAD_TIMEOUT'],
      ['production', undefined],
    ],
  );
  assert.equal(errorCount, 0);
  const count = (): never => {
    started++;
    throw new Error('started');
  };
  arrive({ default: count, initSync: count, SimdVectorOps: class {}, SimdMatrixOps: class {} });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(started, 0);
  await manager.cleanup();
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
});
