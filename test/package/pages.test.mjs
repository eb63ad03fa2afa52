// Bundlers and plain pages: what each of them makes of the package is opened in Chromium, and every build runs there.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../../scripts/browsers/launch.mjs';
import { startProcess, withLifetime } from '../../scripts/browsers/processes.mjs';
import { serve } from '../../scripts/browsers/server.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { CHECK, expected, inProject, tool } from './support.mjs';

const VARIANTS = ['simd', 'scalar', 'js'];
const ALL = VARIANTS.map(expected);
/** A page's program: every build in turn, the result where a test finds it. `options` may be empty. @param {string} [options] */
const main = (options = '') => `
import { check } from './check.mjs';
${options}
(async () => {
  const results = [];
  const given = typeof options === 'undefined' ? {} : options;
  for (const variant of ${JSON.stringify(VARIANTS)}) {
    results.push(await check({ variant, ...(variant === 'js' ? {} : given) }));
  }
  return results;
})().then((value) => { globalThis.checked = { value }; }, (error) => { globalThis.checked = { error: String(error) }; });
`;
const html = (source = './main.mjs') =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>User</title><link rel="icon" href="data:,"></head>
<body><script type="module" src="${source}"></script></body></html>`;

/** @type {Awaited<ReturnType<typeof launch>>} */
let browser;
before(async () => {
  browser = await launch('chromium');
});
after(() => browser.close());

/** What the page at `url` computed. @param {string} url */
async function computed(url) {
  const page = await browser.open(url);
  const result = await page.waitFor(
    () => /** @type {{ checked?: { value?: unknown, error?: string } }} */ (globalThis).checked,
  );
  assert.equal(result.error, undefined, (await page.errors()).join('\n'));
  assert.deepEqual(await page.errors(), []);
  return result.value;
}

/**
 * Serves a folder and opens its page.
 * @param {string} folder
 * @param {(requests: string[]) => void} [look] at what was asked for
 */
async function openFolder(folder, look = () => {}) {
  const server = await serve({ folders: { '/': folder } });
  try {
    assert.deepEqual(await computed(server.url), ALL);
    look(server.requests);
  } finally {
    await server.close();
  }
}

/** Runs a program with the project's files and the tools. @param {string} folder @param {string} program */
async function runProgram(folder, program) {
  writeFileSync(join(folder, 'build.mjs'), program);
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: '', NO_COLOR: '1' };
  return (await run(process.execPath, ['build.mjs'], { cwd: folder, env, timeout: 120_000 })).output;
}

/** @param {string} path */
const url = (path) => JSON.stringify(new URL(`file://${tool(path)}`).href);

test('a plain <script type="module"> from a static folder', async () => {
  const files = {
    'index.html': html().replace(
      '<body>',
      '<script type="importmap">{ "imports": { "@sasi/wasm-performance": "./node_modules/@sasi/wasm-performance/dist/index.js" } }</script><body>',
    ),
    'main.mjs': main(),
    'check.mjs': CHECK,
  };
  await inProject(files, async (folder) => {
    await openFolder(folder, (requests) => {
      const modules = requests.filter((path) => path.endsWith('.wasm')).map((path) => path.split('/').at(-2));
      assert.deepEqual(modules, ['simd', 'scalar'], 'each module is fetched once, when it is asked for');
    });
  });
});

test('a plain page with the one file of ./inline', async () => {
  const inline = './node_modules/@sasi/wasm-performance/dist/inline.js';
  const files = {
    'index.html': html(),
    'main.mjs': main(),
    'check.mjs': CHECK.replace('@sasi/wasm-performance', inline),
  };
  await inProject(files, async (folder) => {
    await openFolder(folder, (requests) =>
      assert.deepEqual(
        requests.filter((path) => !/favicon/.test(path)),
        ['/', '/main.mjs', '/check.mjs', inline.slice(1)],
      ),
    );
  });
});

test('Vite 8, development server', async () => {
  const files = { 'index.html': html(), 'main.mjs': main(), 'check.mjs': CHECK };
  await inProject(files, async (folder) => {
    const port = 20_000 + (process.pid % 20_000);
    const flags = ['--host', '127.0.0.1', '--port', String(port), '--strictPort', '--clearScreen', 'false'];
    const command = withLifetime(120, process.execPath, [tool('vite/bin/vite.js'), folder, ...flags]);
    const server = startProcess(command, { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' });
    try {
      for (let i = 0; i < 300 && !/ready in/.test(server.said()); i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.match(server.said(), /ready in/);
      assert.deepEqual(await computed(`http://127.0.0.1:${port}/`), ALL);
      assert.doesNotMatch(server.said(), /warn|error/i);
    } finally {
      await server.end();
    }
  });
});

/** Builds with a Vite and opens what it made. @param {string} folder @param {'vite' | 'vite-7'} vite */
async function openBuiltByVite(folder, vite) {
  const flags = [tool(`${vite}/bin/vite.js`), 'build', folder, '--logLevel', 'warn'];
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const { output } = await run(process.execPath, flags, { cwd: folder, env });
  assert.equal(output.trim(), '', 'the build warns of nothing');
  await openFolder(join(folder, 'dist'));
}

test('Vite 8, production build', async () => {
  const files = { 'index.html': html(), 'main.mjs': main(), 'check.mjs': CHECK };
  await inProject(files, async (folder) => {
    await openBuiltByVite(folder, 'vite');
    const assets = readdirSync(join(folder, 'dist/assets'));
    assert.ok(
      assets.some((name) => name.endsWith('.wasm')),
      'modules stay files of their own',
    );
  });
});

const workerFiles = {
  'index.html': html(),
  'main.mjs': `
const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.checked = data; };
worker.onerror = ({ message }) => { globalThis.checked = { error: message }; };`,
  'worker.mjs': main().replaceAll(/globalThis\.checked = (\{.*?\});/g, 'postMessage($1);'),
  'check.mjs': CHECK,
};

test('Vite 8, production build, in a worker', async () => {
  await inProject(workerFiles, (folder) => openBuiltByVite(folder, 'vite'));
});

test("Vite 7, production build, in a worker, with the README's configuration", async () => {
  const row = readFileSync(inRoot('README.md'), 'utf8').match(/^\| Vite ≤ 7 \|.*$/m)?.[0] ?? '';
  const options = [...row.matchAll(/`(\w+: \{.*?\})`/g)].map(([, option]) => option);
  const config = `export default { ${options.join(', ')} };`;
  const files = { ...workerFiles, 'vite.config.mjs': config };
  await inProject(files, (folder) => openBuiltByVite(folder, 'vite-7'));
});

test('webpack 5', async () => {
  const files = { 'main.mjs': main(), 'check.mjs': CHECK };
  await inProject(files, async (folder) => {
    const output = await runProgram(
      folder,
      `import webpack from ${url('webpack/lib/index.js')};
      webpack({ mode: 'production', entry: './main.mjs', performance: false, output: { path: ${JSON.stringify(join(folder, 'out'))}, publicPath: 'auto' } }, (error, stats) => {
        if (error) throw error;
        console.log(stats.toString('errors-warnings'));
      });`,
    );
    assert.equal(output.trim(), 'webpack compiled successfully', 'the build warns of nothing');
    writeFileSync(join(folder, 'out/index.html'), html('./main.js'));
    await openFolder(join(folder, 'out'));
  });
});

test('esbuild, the modules as files', async () => {
  const options = `
    import simd from '@sasi/wasm-performance/wasm/simd/neural.wasm';
    import scalar from '@sasi/wasm-performance/wasm/scalar/neural.wasm';
    const options = { wasmUrl: (file) => ({ 'simd/neural.wasm': simd, 'scalar/neural.wasm': scalar })[file] };`;
  const files = { 'index.html': html('./out/main.js'), 'main.mjs': main(options), 'check.mjs': CHECK };
  await inProject(files, async (folder) => {
    const flags = ['--bundle', '--format=esm', '--splitting', '--loader:.wasm=file', '--public-path=/out'];
    const { output } = await run(
      tool('esbuild/bin/esbuild'),
      ['main.mjs', ...flags, '--outdir=out', '--log-level=warning'],
      { cwd: folder },
    );
    assert.equal(output.trim(), '', 'the build warns of nothing');
    await openFolder(folder);
  });
});

for (const format of ['esm', 'iife']) {
  test(`esbuild, ./inline, ${format}`, async () => {
    const files = {
      'index.html': html('./out/main.js'),
      'main.mjs': main(),
      'check.mjs': CHECK.replace('wasm-performance', 'wasm-performance/inline'),
    };
    await inProject(files, async (folder) => {
      const flags = ['--bundle', `--format=${format}`, '--minify', '--outdir=out', '--log-level=warning'];
      const { output } = await run(tool('esbuild/bin/esbuild'), ['main.mjs', ...flags], { cwd: folder });
      assert.equal(output.trim(), '', 'the build warns of nothing');
      await openFolder(folder);
    });
  });
}

/** @param {string} folder */
const rollup = (folder) =>
  runProgram(
    folder,
    `import { rollup } from ${url('rollup/dist/es/rollup.js')};
    import { nodeResolve } from ${url('@rollup/plugin-node-resolve/dist/es/index.js')};
    const bundle = await rollup({ input: 'main.mjs', plugins: [nodeResolve({ browser: true })], onwarn: (warning) => console.log(warning.message) });
    await bundle.write({ dir: 'out', format: 'es' });`,
  );

test('rollup, the modules copied beside the bundle', async () => {
  const options = `const options = { wasmUrl: (file) => new URL(\`./wasm/\${file}\`, import.meta.url) };`;
  const files = { 'index.html': html('./out/main.js'), 'main.mjs': main(options), 'check.mjs': CHECK };
  await inProject(files, async (folder) => {
    assert.equal((await rollup(folder)).trim(), '', 'the build warns of nothing');
    const modules = join(folder, 'node_modules/@sasi/wasm-performance/dist/wasm');
    cpSync(modules, join(folder, 'out/wasm'), { recursive: true });
    await openFolder(folder);
  });
});

test('rollup, ./inline', async () => {
  const check = CHECK.replace('wasm-performance', 'wasm-performance/inline');
  const files = { 'index.html': html('./out/main.js'), 'main.mjs': main(), 'check.mjs': check };
  await inProject(files, async (folder) => {
    assert.equal((await rollup(folder)).trim(), '', 'the build warns of nothing');
    await openFolder(folder);
  });
});
