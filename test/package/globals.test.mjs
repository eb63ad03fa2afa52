// Importing the package does nothing but define: it reads no global but those of the language, `WebAssembly`,
// `performance` and what the event loop has, writes none, and starts nothing. So it can be imported where a page is
// rendered on a server.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inProject, report, reportOf } from './support.mjs';

/**
 * A context that has nothing but the language: what is missing throws when it is used, and is noted whichever way it is
 * asked for (`name`, `typeof name`, `globalThis.name`), since all of them go on to the prototype.
 */
const CONTEXT = `
const context = vm.createContext({});
const globals = () => vm.runInContext('Object.getOwnPropertyNames(globalThis)', context);
const asked = new Set();
const note = (_, name) => { asked.add(String(name)); };
Object.setPrototypeOf(vm.runInContext('globalThis', context), new Proxy({}, { get: note, has: note }));
const before = globals();
`;

/** @param {string} names an expression */
const reportImport = (names) =>
  report(
    `{ names: ${names}.length, added: globals().filter((name) => !before.includes(name)), asked: [...asked].sort() }`,
  );

/** @param {{ names: number, added: string[], asked: string[] }} imported */
function assertOnlyDefines({ names, added, asked }) {
  assert.ok(names > 5);
  assert.deepEqual(added, []);
  // Captured once, whoever replaces them later. Where there is a MessageChannel, `process` says whether it is Node's.
  assert.deepEqual(asked, ['MessageChannel', 'performance', 'setImmediate', 'setTimeout']);
}

test('a global is noted whichever way it is asked for', async () => {
  const main = `
    import vm from 'node:vm';
    ${CONTEXT}
    vm.runInContext('typeof one; globalThis.two; "three" in globalThis; try { four } catch {}', context);
    ${report('[...asked]')}`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), ['one', 'two', 'three', 'four']);
  });
});

const ES_MODULES = `
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import vm from 'node:vm';

${CONTEXT}
const modules = new Map();
const load = (path) => {
  if (!modules.has(path)) modules.set(path, new vm.SourceTextModule(readFileSync(path, 'utf8'), { context, identifier: path }));
  return modules.get(path);
};
const entry = load(process.argv[2]);
await entry.link((specifier, from) => load(join(dirname(from.identifier), specifier)));
await entry.evaluate();
${reportImport('Object.keys(entry.namespace)')}
`;

for (const entry of ['index.js', 'inline.js']) {
  test(`${entry} imported under node:vm, without a global of browser or Node`, async () => {
    await inProject({ 'main.mjs': ES_MODULES }, async (folder) => {
      const file = join(folder, 'node_modules/@sasi/wasm-performance/dist', entry);
      const flags = ['--experimental-vm-modules', '--no-warnings', 'main.mjs', file];
      assertOnlyDefines(await reportOf(folder, process.execPath, flags));
    });
  });
}

test('the CommonJS entry required under node:vm, without a global of browser or Node', async () => {
  const main = `
    const { readFileSync } = require('node:fs');
    const { dirname, join } = require('node:path');
    const vm = require('node:vm');
    ${CONTEXT}
    const load = (path) => {
      const module = { exports: {} };
      const wrapped = '(function (module, exports, require) {' + readFileSync(path, 'utf8') + '\\n})';
      vm.runInContext(wrapped, context)(module, module.exports, (name) => load(join(dirname(path), name)));
      return module.exports;
    };
    const names = Object.keys(load(process.argv[2]));
    ${reportImport('names')}`;
  await inProject({ 'main.cjs': main }, async (folder) => {
    const file = join(folder, 'node_modules/@sasi/wasm-performance/dist-cjs/index.js');
    assertOnlyDefines(await reportOf(folder, process.execPath, ['main.cjs', file]));
  });
});

test('importing and requiring add no listener, timer or handle, and print nothing', async () => {
  const main = `
    import { createRequire } from 'node:module';
    const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const globals = () => Object.getOwnPropertyNames(globalThis).length + Object.getOwnPropertySymbols(globalThis).length;
    const before = [count(), globals(), process.getActiveResourcesInfo().length];
    await import('@sasi/wasm-performance');
    await import('@sasi/wasm-performance/inline');
    createRequire(import.meta.url)('@sasi/wasm-performance');
    const after = [count(), globals(), process.getActiveResourcesInfo().length];
    ${report('{ before, after }')}`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    const { before, after } = await reportOf(folder, process.execPath, ['main.mjs']);
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
    assert.ok(after[2] <= before[2], `${after[2]} active resources, ${before[2]} before`);
  });
});

test('200 rounds of load and dispose leave the process as it was', async () => {
  const main = `
    import { loadRuntime } from '@sasi/wasm-performance';
    const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const round = async (variant) => {
      const runtime = await loadRuntime({ variant, memoryLimit: 4 * 1024 * 1024 });
      runtime.createNetwork({ layers: [4, 4, 2], seed: 1 }).run(new Float32Array(4));
      runtime.dispose();
    };
    const settle = async () => {
      // The engine gives array buffers back on a thread of its own, some time after the collection.
      for (let i = 0; i < 10; i++) { await new Promise((resolve) => setTimeout(resolve, 20)); gc(); }
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      return heapUsed + external + arrayBuffers;
    };
    const builds = ['simd', 'scalar', 'js'];
    for (let i = 0; i < 15; i++) await round(builds[i % 3]);
    const [bytes, listeners] = [await settle(), count()];
    for (let i = 0; i < 200; i++) await round(builds[i % 3]);
    const after = await settle();
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const change = { growth: after - bytes, timers, listeners: count() - listeners };
    const kept = await loadRuntime({ memoryLimit: 4 * 1024 * 1024 });
    const control = (await settle()) - after;
    kept.dispose();
    ${report('{ ...change, control }')}`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    const { growth, control, listeners, timers } = await reportOf(folder, process.execPath, [
      '--expose-gc',
      'main.mjs',
    ]);
    assert.deepEqual([listeners, timers], [0, 0]);
    // One runtime that stays is 4 MiB, counted twice; what the engine itself keeps of 200 compilations is less.
    assert.ok(control >= 4 * 1024 * 1024, `${control} bytes more with one that is kept`);
    assert.ok(growth < 4 * 1024 * 1024, `${growth} bytes more after 200 rounds`);
  });
});
