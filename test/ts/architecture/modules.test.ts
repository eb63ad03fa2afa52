/** How the TypeScript files hang together, and what their declarations ask of a user. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { code, sourceFiles } from './source-files.js';

const sources = new Map(sourceFiles('ts', ['.ts']).map(({ path, text }) => [path, code(text)]));

/** The files that a file imports when it runs: type-only imports are gone by then. */
function runtimeImports(path: string): string[] {
  const pattern = /^\s*(?:import|export)\s+(?!type\b)([^;]*?)from\s*'(\.[^']+)'/gm;
  return [...sources.get(path)!.matchAll(pattern)]
    .filter(([, names]) => !/^\{(\s*type\s+\w+(\s+as\s+\w+)?\s*,?)*\s*\}\s*$/.test(names!.trim()))
    .map(([, , name]) => posix.join(posix.dirname(path), name!).replace(/\.js$/, '.ts'));
}

test('no files import each other in a circle', () => {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    assert.ok(!way.includes(path), `a circle of imports: ${[...way, path].join(' → ')}`);
    if (done.has(path) || !sources.has(path)) return;
    for (const next of runtimeImports(path)) visit(next, [...way, path]);
    done.add(path);
  };
  assert.ok(runtimeImports('ts/core/loader.ts').includes('ts/core/errors.ts'));
  for (const path of sources.keys()) visit(path, []);
});

test('index.ts only re-exports', () => {
  const rest = sources
    .get('ts/index.ts')!
    .replace(/export\s+(type\s+)?(\*|\{[^}]*\})\s*from\s*'[^']+';/g, '');
  assert.equal(rest.trim(), '');
});

test('declarations ask for no newer TypeScript and force no lib on their user', () => {
  const declarations = sourceFiles('dist', ['.d.ts']);
  assert.ok(declarations.length > 30);
  // Typed arrays became generic in TypeScript 5.7: an older compiler knows no Float32Array<ArrayBuffer>.
  const generic = declarations
    .filter(({ text }) => /Array<ArrayBuffer(Like)?>/.test(text))
    .map(({ path }) => path);
  assert.deepEqual(generic, []);
  const disposable = declarations.find(({ path }) => path.endsWith('core/disposable.d.ts'));
  assert.match(disposable!.text, /\/\/\/ <reference lib="esnext\.disposable"/);
});
