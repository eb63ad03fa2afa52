// Importing the package does nothing but define: it reads no global but those of the language, `WebAssembly` and
// `performance`, writes none, and starts nothing. So it can be imported where a page is rendered on a server.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inProject, report, reportOf } from './support.mjs';

/** Imports a file in a context that has nothing but the language, where what is missing throws when it is used. */
const ES_MODULES = `
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import vm from 'node:vm';

const context = vm.createContext({});
const globals = () => vm.runInContext('Object.getOwnPropertyNames(globalThis)', context);
const before = globals();
const modules = new Map();
const load = (path) => {
  if (!modules.has(path)) modules.set(path, new vm.SourceTextModule(readFileSync(path, 'utf8'), { context, identifier: path }));
  return modules.get(path);
};
const entry = load(process.argv[2]);
await entry.link((specifier, from) => load(join(dirname(from.identifier), specifier)));
await entry.evaluate();
${report('{ names: Object.keys(entry.namespace).length, added: globals().filter((name) => !before.includes(name)) }')}
`;

for (const entry of ['index.js', 'inline.js']) {
  test(`${entry} imported under node:vm, without a global of browser or Node`, async () => {
    await inProject({ 'main.mjs': ES_MODULES }, async (folder) => {
      const file = join(folder, 'node_modules/@sasi/wasm-performance/dist', entry);
      const flags = ['--experimental-vm-modules', '--no-warnings', 'main.mjs', file];
      const { names, added } = await reportOf(folder, process.execPath, flags);
      assert.ok(names > 5);
      assert.deepEqual(added, []);
    });
  });
}

test('the CommonJS entry required under node:vm, without a global of browser or Node', async () => {
  const main = `
    const { readFileSync } = require('node:fs');
    const { dirname, join } = require('node:path');
    const vm = require('node:vm');
    const context = vm.createContext({});
    const before = vm.runInContext('Object.getOwnPropertyNames(globalThis)', context);
    const load = (path) => {
      const module = { exports: {} };
      const wrapped = '(function (module, exports, require) {' + readFileSync(path, 'utf8') + '\\n})';
      vm.runInContext(wrapped, context)(module, module.exports, (name) => load(join(dirname(path), name)));
      return module.exports;
    };
    const names = Object.keys(load(process.argv[2])).length;
    const added = vm.runInContext('Object.getOwnPropertyNames(globalThis)', context).filter((name) => !before.includes(name));
    ${report('{ names, added }')}`;
  await inProject({ 'main.cjs': main }, async (folder) => {
    const file = join(folder, 'node_modules/@sasi/wasm-performance/dist-cjs/index.js');
    const { names, added } = await reportOf(folder, process.execPath, ['main.cjs', file]);
    assert.ok(names > 5);
    assert.deepEqual(added, []);
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
    ${report('{ growth: (await settle()) - bytes, listeners: count() - listeners, timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length }')}`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    const { growth, listeners, timers } = await reportOf(folder, process.execPath, [
      '--expose-gc',
      'main.mjs',
    ]);
    assert.deepEqual([listeners, timers], [0, 0]);
    // One runtime that stayed would be 4 MiB; what the engine itself keeps of 200 compilations is less.
    assert.ok(growth < 4 * 1024 * 1024, `${growth} bytes more after 200 rounds`);
  });
});
