/** Loads that succeed, from wherever the code comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRuntime, type NeuralRuntime, type RuntimeOptions } from '@sasi/wasm-performance';
import { builds } from '../support/builds.js';
import { runProgram } from '../support/child.js';
import { fromRoot, rootUrl } from '../support/paths.js';
import { answer, withServer } from '../support/server.js';
import { wasmBytes } from '../support/wasm-file.js';

const mebibyte = 1024 * 1024;

async function withRuntime(
  options: RuntimeOptions,
  use: (runtime: NeuralRuntime) => void = assertWorks,
): Promise<void> {
  const runtime = await loadRuntime(options);
  try {
    use(runtime);
  } finally {
    runtime.dispose();
  }
}

function assertWorks({ ops }: NeuralRuntime): void {
  assert.deepEqual([...ops.add(Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6))], [5, 7, 9]);
}

for (const variant of builds) {
  test(`${variant}: by name, it and nothing else`, () =>
    withRuntime({ variant }, (runtime) => {
      assert.equal(runtime.variant, variant);
      assert.deepEqual(
        runtime.selection.map(({ candidate, accepted, code }) => [candidate, accepted, code]),
        [[variant, true, undefined]],
      );
      const { total, ...phases } = runtime.loadTime;
      assert.ok(Object.values(phases).every((time) => time >= 0));
      assert.ok(Object.values(phases).reduce((a, b) => a + b, 0) <= total);
      assertWorks(runtime);
    }));

  test(`${variant}: the limit is rounded down to whole pages and covers everything`, () =>
    withRuntime({ variant, memoryLimit: 3 * mebibyte + 65_535.5 }, ({ memory, ops }) => {
      const { limit, reserved, available } = memory.stats();
      assert.equal(limit, 3 * mebibyte);
      assert.equal(reserved + available, limit);
      assert.equal(memory.float32(1).view.buffer.byteLength, limit);
      assertWorks({ ops } as NeuralRuntime);
    }));
}

test('auto takes the fastest build that the engine supports', () =>
  withRuntime({}, ({ variant, selection }) => {
    assert.equal(variant, 'simd');
    assert.equal(selection.length, 1);
  }));

test('code may come as a module or as bytes of any kind', async () => {
  const bytes = wasmBytes('scalar');
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const sources: RuntimeOptions[] = [
    { wasmModule: await WebAssembly.compile(bytes as BufferSource) },
    { wasmBinary: bytes },
    { wasmBinary: bytes.buffer },
    { wasmBinary: shifted.subarray(3) },
    { wasmBinary: new DataView(bytes.buffer) },
    { wasmBinary: shared },
    { wasmBinary: shared.buffer },
  ];
  for (const source of sources) await withRuntime({ ...source, variant: 'scalar' });
});

test('a wasmUrl may be a path, a file:, a data: or an http: address, or a function', async () => {
  const path = 'dist/wasm/scalar/neural.wasm';
  const data = `data:application/wasm;base64,${Buffer.from(wasmBytes('scalar')).toString('base64')}`;
  for (const wasmUrl of [fromRoot(path), rootUrl(path), rootUrl(path).href, data]) {
    await withRuntime({ variant: 'scalar', wasmUrl });
  }
  const asked: string[] = [];
  const locate = (file: string): URL => {
    asked.push(file);
    return rootUrl(`dist/wasm/${file}`);
  };
  await withRuntime({ wasmUrl: locate });
  assert.deepEqual(asked, ['simd/neural.wasm']);
});

test('over http it is compiled while it streams, or from its bytes when the type is wrong', async () => {
  const bytes = wasmBytes('simd');
  const answers = {
    'typed.wasm': answer(bytes),
    'untyped.wasm': answer(bytes, 'application/octet-stream'),
    'page.wasm': answer(bytes, 'text/html'),
  };
  await withServer(answers, async (url, requests) => {
    for (const name of Object.keys(answers)) await withRuntime({ variant: 'simd', wasmUrl: url(name) });
    assert.deepEqual(requests, Object.keys(answers), 'each is fetched once');
  });
});

test('a file is read, not fetched, and nothing is fetched for the js build', () => {
  const loaded = runProgram(`
    globalThis.fetch = () => { throw new Error('fetched'); };
    const { loadRuntime } = await import(entry);
    report([(await loadRuntime()).variant, (await loadRuntime({ variant: 'js' })).variant]);`);
  assert.deepEqual(loaded, ['simd', 'js']);
});

test('on the thread of a page nothing but a tiny probe is compiled at once', () => {
  const sizes = runProgram<number[]>(`
    globalThis.document = {};
    const sizes = [];
    const { Module } = WebAssembly;
    WebAssembly.Module = new Proxy(Module, {
      construct(target, [bytes]) { sizes.push(bytes.byteLength); return new target(bytes); },
    });
    const { loadRuntime } = await import(entry);
    await loadRuntime({ variant: 'simd' });
    report(sizes);`);
  assert.ok(sizes.length > 0 && sizes.every((bytes) => bytes < 4096), String(sizes));
});

test('two runtimes live side by side', async () => {
  const [first, second] = await Promise.all([loadRuntime(), loadRuntime({ memoryLimit: 4 * mebibyte })]);
  const [a, b] = [first.memory.float32([1, 2]), second.memory.float32([3, 4])];
  assert.notEqual(a.view.buffer, b.view.buffer);
  assert.deepEqual([...a.toArray(), ...b.toArray()], [1, 2, 3, 4]);
  second.ops.add(b, b, b);
  first.dispose();
  assertWorks(second);
  assert.deepEqual([...b.toArray()], [6, 8]);
  second.dispose();
});

test('many rounds leave nothing behind: no memory, no listener, no timer', () => {
  const { growth, control, listeners, active } = runProgram<{
    growth: number;
    control: number;
    listeners: number;
    active: string[];
  }>(
    `const { loadRuntime } = await import(entry);
     const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
     const { signal } = new AbortController();
     const round = async (variant) => {
       const runtime = await loadRuntime({ variant, signal, timeout: 600_000 });
       runtime.memory.float32(1000);
       runtime.dispose();
     };
     // The least of some readings: a collected memory is given back by a thread of the engine, a little later.
     const settle = async () => {
       let least = Infinity;
       for (let i = 0; i < 10; i++) {
         await new Promise((resolve) => setTimeout(resolve, 20));
         gc();
         const { heapUsed, external } = process.memoryUsage();
         least = Math.min(least, heapUsed + external);
       }
       return least;
     };
     for (const variant of ['simd', 'scalar', 'js']) await round(variant);
     const [before, listeners] = [await settle(), count()];
     for (let i = 0; i < 50; i++) await round(['simd', 'scalar', 'js'][i % 3]);
     const after = await settle();
     const kept = await loadRuntime();
     const control = (await settle()) - after;
     kept.dispose();
     report({
       growth: after - before,
       control,
       listeners: count() - listeners,
       active: process.getActiveResourcesInfo().filter((name) => name === 'Timeout'),
     });`,
    ['--expose-gc'],
  );
  assert.deepEqual([listeners, active], [0, []]);
  // One runtime that stays is more than its memory's 50 MiB.
  assert.ok(control > 40 * mebibyte, `${control} bytes more with one that is kept`);
  assert.ok(growth < 10 * mebibyte, `${growth} bytes more after 50 rounds`);
});
