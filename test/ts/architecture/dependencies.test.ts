/** Dependencies run one way: read from the imports and includes themselves. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { code, type SourceFile, sourceFiles } from './source-files.js';

/** A file of a layer may use its own layer and those before it. */
const typeScriptLayers = [
  'metrics',
  'core',
  'ops',
  'networks',
  'runtime',
  'modules',
  'performance',
  'compat',
] as const;

/** What each C++ folder may include. */
const cppLayers: Readonly<Record<string, readonly string[]>> = {
  simd: ['simd'],
  math: ['simd', 'math'],
  kernels: ['simd', 'math', 'kernels'],
  nn: ['simd', 'math', 'kernels', 'nn'],
  memory: ['memory'],
  bindings: ['math', 'kernels', 'nn', 'memory', 'bindings'],
};

const importPattern = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;
const includePattern = /^\s*#\s*include\s+"([^"]+)"/gm;

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

/** What is wrong with the imports of one file of ts/. */
function importViolations({ path, text }: SourceFile): string[] {
  const layer = typeScriptLayers.findIndex((name) => path.startsWith(`ts/${name}/`));
  const isEntry = posix.dirname(path) === 'ts';
  if (layer < 0 && !isEntry) return [`${path} is in no layer`];
  return matches(code(text), importPattern).flatMap((name) => {
    if (!name.startsWith('.')) return [`${path} imports the package ${name}`];
    const target = posix.join(posix.dirname(path), name);
    if (target.startsWith('ts/wasm/') && typeScriptLayers[layer] === 'core') return [];
    const wanted = typeScriptLayers.findIndex((other) => target.startsWith(`ts/${other}/`));
    if (wanted < 0) return [`${path} imports ${target}, which is in no layer`];
    return isEntry || wanted <= layer ? [] : [`${path} imports ${target}, a layer above its own`];
  });
}

function includeViolations({ path, text }: SourceFile): string[] {
  const folder = path.startsWith('bindings/') ? 'bindings' : path.split('/')[1]!;
  const allowed = cppLayers[folder];
  if (allowed === undefined) return [`${path} is in no layer`];
  return matches(text, includePattern)
    .filter((name) => !allowed.includes(name.split('/')[0]!))
    .map((name) => `${path} includes ${name}`);
}

test('a TypeScript layer imports only itself and the layers before it', () => {
  const files = sourceFiles('ts', ['.ts']).filter(({ path }) => !path.startsWith('ts/wasm/'));
  assert.ok(files.length > 30, `only ${files.length} files were found`);
  assert.deepEqual(files.flatMap(importViolations), []);
});

test('a C++ layer includes only itself and the layers before it', () => {
  const files = [...sourceFiles('cpp', ['.h', '.cpp']), ...sourceFiles('bindings', ['.h', '.cpp'])];
  assert.ok(files.length > 20, `only ${files.length} files were found`);
  assert.deepEqual(files.flatMap(includeViolations), []);
});

test('the checks see what they are for', () => {
  const upward = { path: 'ts/core/x.ts', text: "import { y } from '../ops/y.js';" };
  const outside = { path: 'ts/core/x.ts', text: "const fs = await import('node:fs');" };
  const nowhere = { path: 'ts/elsewhere/x.ts', text: '' };
  const include = { path: 'cpp/math/x.h', text: '#include "kernels/matmul.h"' };
  assert.equal(importViolations(upward).length, 1);
  assert.equal(importViolations(outside).length, 1);
  assert.equal(importViolations(nowhere).length, 1);
  assert.equal(includeViolations(include).length, 1);
});

test('the examples use the public API only', () => {
  for (const { path, text } of sourceFiles('examples', ['.mjs'])) {
    for (const name of matches(code(text), importPattern)) {
      const isOwn = name.startsWith('.') && posix.join(posix.dirname(path), name).startsWith('examples/');
      const isAllowed = name === '@sasi/wasm-performance' || name.startsWith('node:') || isOwn;
      assert.ok(isAllowed, `${path} imports ${name}`);
    }
  }
});

test('the page uses the public API only', () => {
  const files = sourceFiles('web-demo/src', ['.ts']);
  assert.ok(files.length > 20);
  for (const { path, text } of files) {
    for (const name of matches(code(text), importPattern)) {
      const isOwn = name.startsWith('.') && posix.join(posix.dirname(path), name).startsWith('web-demo/src/');
      assert.ok(name === '@sasi/wasm-performance' || isOwn, `${path} imports ${name}`);
    }
  }
});
