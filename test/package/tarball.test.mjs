// What is published, and how much of it.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../../scripts/lib/run.mjs';
import { TARBALL } from './support.mjs';

const KILOBYTE = 1024;
const BUDGET = 1200;

test('the tarball stays within its budget', async () => {
  const { size } = statSync(TARBALL);
  // 330 KB each for the two inline forms, 250 KB of modules, the rest scripts and declarations.
  console.log(`tarball: ${(size / KILOBYTE).toFixed(0)} KB, budget ${BUDGET} KB`);
  assert.ok(size <= BUDGET * KILOBYTE, `${size} bytes`);
  assert.ok(size > 300 * KILOBYTE, `${size} bytes: something is missing`);
});

test('it holds what is used and nothing else', async () => {
  const { output } = await run('tar', ['-tzf', TARBALL]);
  const files = output.trim().split('\n');
  const known =
    /^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|docs\/[\w-]+\.md|dist\/[\w/-]+\.(js|d\.ts|wasm)|dist-cjs\/[\w/-]+\.(js|d\.ts|json))$/;
  assert.deepEqual(
    files.filter((file) => !known.test(file)),
    [],
  );
  for (const file of [
    'dist/index.js',
    'dist/inline.js',
    'dist-cjs/index.js',
    'dist/wasm/simd/neural.wasm',
    'dist/wasm/js/neural.js',
  ]) {
    assert.ok(files.includes(`package/${file}`), file);
  }
  // The glue is the same for every module, and one of them is enough.
  const glues = files.filter((file) => /wasm\/(?!js\/)\w+\/neural\.js$/.test(file));
  assert.deepEqual(glues, ['package/dist/wasm/simd/neural.js']);
});
