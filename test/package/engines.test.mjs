// Node in all its ways, Bun and Deno. None of the projects has ruv-swarm.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../scripts/lib/run.mjs';
import {
  CHECK,
  COMPAT_NAMES,
  expected,
  inProject,
  report,
  reportOf,
  SEED_EXAMPLE,
  TARBALL,
  tool,
} from './support.mjs';

const VARIANTS = ['simd', 'scalar', 'js'];
const EVERY_BUILD = `
import { check } from './check.mjs';
const results = [];
for (const variant of ${JSON.stringify(VARIANTS)}) results.push(await check({ variant }));
results.push(await check());
${report('results')}`;
const EVERY_RESULT = [...VARIANTS, 'simd'].map(expected);

const COMMON_JS = CHECK.replace(/import (.*) from (.*);/, 'const $1 = require($2);').replace(
  'export async function check',
  'exports.check = async function check',
);

/** 600 agents of 2.7 MB, each forgotten after one run, in a pool that holds 19. */
const FORGETTING = `
import { createSasiNeuralModule, loadRuntime } from '@sasi/wasm-performance';
const module = createSasiNeuralModule(await loadRuntime());
let count = 0;
for (; count < 600; count++) {
  const agent = module.createNeuralNetwork({ architecture: [1024, 512, 256, 128] });
  await module.runInference(agent, new Array(1024).fill(0.5));
}
${report('count')}`;

test('npm install in an empty folder brings the package alone and runs no script', async () => {
  await inProject({ 'package.json': '{ "private": true }' }, async (folder) => {
    await run('rm', ['-r', join(folder, 'node_modules')]);
    const flags = ['--no-audit', '--no-fund', '--offline', '--cache', join(folder, 'cache')];
    const { output } = await run('npm', ['install', ...flags, TARBALL], { cwd: folder });
    assert.match(output, /added 1 package/);
    assert.ok(existsSync(join(folder, 'node_modules/@sasi/wasm-performance/dist/index.js')));
    const program = `import('@sasi/wasm-performance/package.json', { with: { type: 'json' } })
      .then(({ default: { scripts, dependencies } }) => { ${report('[Object.keys(scripts).filter((name) => /install|prepare/.test(name)), dependencies ?? null]')} });`;
    assert.deepEqual(await reportOf(folder, process.execPath, ['-e', program]), [[], null]);
  });
});

test('Node, import: every build', async () => {
  await inProject({ 'check.mjs': CHECK, 'main.mjs': EVERY_BUILD }, async (folder) => {
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), EVERY_RESULT);
  });
});

test('Node, import of ./inline: every build, with the modules deleted', async () => {
  const check = CHECK.replace('wasm-performance', 'wasm-performance/inline');
  await inProject({ 'check.mjs': check, 'main.mjs': EVERY_BUILD }, async (folder) => {
    await run('rm', ['-r', join(folder, 'node_modules/@sasi/wasm-performance/dist/wasm')]);
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), EVERY_RESULT);
  });
});

test('Node, require: every build, with the modules deleted', async () => {
  const main = `
    const { check } = require('./check.cjs');
    (async () => {
      const results = [];
      for (const variant of ${JSON.stringify(VARIANTS)}) results.push(await check({ variant }));
      results.push(await check());
      ${report('results')}
    })();`;
  await inProject({ 'check.cjs': COMMON_JS, 'main.cjs': main }, async (folder) => {
    await run('rm', ['-r', join(folder, 'node_modules/@sasi/wasm-performance/dist/wasm')]);
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.cjs']), EVERY_RESULT);
  });
});

test('import, require and ./inline give the same names', async () => {
  const main = `
    import { createRequire } from 'node:module';
    import * as imported from '@sasi/wasm-performance';
    import * as inlined from '@sasi/wasm-performance/inline';
    const required = createRequire(import.meta.url)('@sasi/wasm-performance');
    const missing = Object.keys(imported).filter((name) => !(name in inlined) || !(name in required));
    ${report('[missing, Object.keys(imported).length > 5, Object.keys(required).length === Object.keys(imported).length]')}`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), [[], true, true]);
  });
});

test('Node, a worker thread', async () => {
  const main = `
    import { Worker } from 'node:worker_threads';
    const worker = new Worker(new URL('./worker.mjs', import.meta.url));
    worker.on('message', (results) => { ${report('results')} });`;
  const worker = `
    import { parentPort } from 'node:worker_threads';
    ${EVERY_BUILD.replace(/console\.log.*/, 'parentPort.postMessage(results);')}`;
  await inProject({ 'check.mjs': CHECK, 'main.mjs': main, 'worker.mjs': worker }, async (folder) => {
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), EVERY_RESULT);
  });
});

test("SASI's own file names: imported, required, and compiled to require by a test runner", async () => {
  const main = `
    import { createRequire } from 'node:module';
    import * as all from '@sasi/wasm-performance';
    const require = createRequire(import.meta.url);
    const interop = (module) => (module && module.__esModule ? module : { default: module }); // as compilers write it
    const wrong = [];
    for (const name of ${JSON.stringify(COMPAT_NAMES)}) {
      const imported = await import('@sasi/wasm-performance/compat/' + name);
      if (imported[name] !== all[name] || imported.default !== all[name]) wrong.push('import ' + name);
      const required = require('@sasi/wasm-performance/compat/' + name);
      const entry = require('@sasi/wasm-performance');
      if (required[name] !== entry[name] || interop(required).default !== entry[name]) wrong.push('require ' + name);
    }
    ${report('wrong')}`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), []);
  });
});

test("Node, the seed's example to the letter, where ruv-swarm is not installed", async () => {
  const inputs = [-1, 0, 1, 3];
  const main = `
    import { createWasmPerformanceSystem, runWasmBenchmarks } from '@sasi/wasm-performance';
    const inputs = Float32Array.from(${JSON.stringify(inputs)});
    ${SEED_EXAMPLE}
    const { module, tier } = wasmSystem.status();
    const { operationsPerSecond, errorRate } = metrics;
    const correct = benchmarks.cells.filter((cell) => cell.correct).length;
    ${report('{ module, tier, result: [...result], operationsPerSecond, errorRate, cells: benchmarks.cells.length, correct }')}
    wasmSystem.dispose();`;
  await inProject({ 'main.mjs': main }, async (folder) => {
    const { result, operationsPerSecond, cells, correct, ...rest } = await reportOf(
      folder,
      process.execPath,
      ['main.mjs'],
    );
    assert.deepEqual(rest, { module: 'production', tier: 'simd', errorRate: 0 });
    for (const [i, x] of inputs.entries()) {
      assert.ok(Math.abs(result[i] - Math.tanh(x / 2)) <= 2.4e-7, `tanh(${x} / 2) = ${result[i]}`);
    }
    assert.ok(operationsPerSecond > 0);
    // Four builds, and every one computes right what was timed of it.
    assert.ok(cells > 0 && cells % 4 === 0 && correct === cells, `${correct} of ${cells}`);
  });
});

for (const format of ['cjs', 'iife']) {
  test(`Node, bundled by esbuild as ${format}, which has no import.meta: the js build runs, and simd says what to do`, async () => {
    const main = `
      import { check } from './check.mjs';
      (async () => {
        const { name, code, message } = await check({ variant: 'simd' }).catch((error) => error);
        const result = await check();
        ${report('{ name, code, message, result }')}
      })();`;
    await inProject({ 'check.mjs': CHECK, 'main.mjs': main }, async (folder) => {
      const flags = ['--bundle', '--platform=node', `--format=${format}`, '--log-level=error'];
      await run(tool('esbuild/bin/esbuild'), ['main.mjs', ...flags, '--outfile=out.cjs'], { cwd: folder });
      const { message, ...rest } = await reportOf(folder, process.execPath, ['out.cjs']);
      assert.deepEqual(rest, {
        name: 'WasmPerformanceError',
        code: 'FETCH_FAILED',
        result: expected('js'),
      });
      assert.match(message, /simd\/neural\.wasm.* wasmUrl.* @sasi\/wasm-performance\/inline/);
    });
  });
}

test('Bun', async () => {
  const files = { 'check.mjs': CHECK, 'main.mjs': EVERY_BUILD, 'forgetting.mjs': FORGETTING };
  await inProject(files, async (folder) => {
    const bun = platformBinary('bun');
    const env = { DO_NOT_TRACK: '1', BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' };
    const flags = ['run', '--no-install'];
    assert.deepEqual(await reportOf(folder, bun, [...flags, 'main.mjs'], env), EVERY_RESULT);
    assert.equal(await reportOf(folder, bun, [...flags, 'forgetting.mjs'], env), 600);
  });
});

test('Deno', async () => {
  const files = { 'check.mjs': CHECK, 'main.mjs': EVERY_BUILD, 'forgetting.mjs': FORGETTING };
  await inProject(files, async (folder) => {
    const env = { DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(folder, '.deno') };
    const flags = [
      'run',
      '--no-prompt',
      '--no-remote',
      '--node-modules-dir=manual',
      `--allow-read=${folder}`,
    ];
    const deno = platformBinary('deno');
    assert.deepEqual(await reportOf(folder, deno, [...flags, 'main.mjs'], env), EVERY_RESULT);
    assert.equal(await reportOf(folder, deno, [...flags, 'forgetting.mjs'], env), 600);
  });
});

/** Both bring their program in a package of its own for each platform. @param {'bun' | 'deno'} name */
function platformBinary(name) {
  const platform = `${process.platform}-${process.arch === 'arm64' && name === 'bun' ? 'aarch64' : process.arch}`;
  const glibc = process.platform === 'linux' ? '-glibc' : '';
  const path = name === 'bun' ? `@oven/bun-${platform}/bin/bun` : `@deno/${platform}${glibc}/deno`;
  assert.ok(existsSync(tool(path)), `the npm package ${name} brought no ${path}`);
  return tool(path);
}
