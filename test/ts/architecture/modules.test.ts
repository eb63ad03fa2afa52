/** How the TypeScript files hang together, and what their declarations ask of a user. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import typescript from 'typescript';
import { fromRoot } from '../support/paths.js';
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

/** What a user's compiler says of the declarations, with these libraries and nothing skipped. */
function complaints(lib: readonly string[], types: readonly string[]): string[] {
  const program = typescript.createProgram([fromRoot('dist/index.d.ts')], {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: typescript.ScriptTarget.ES2022,
    module: typescript.ModuleKind.NodeNext,
    lib: lib.map((name) => `lib.${name}.d.ts`),
    types: [...types],
    typeRoots: [fromRoot('node_modules/@types')],
  });
  return typescript
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${typescript.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}

test("declarations are understood with the page's libraries alone, and with Node's types alone", () => {
  assert.deepEqual(complaints(['es2022', 'dom'], []), []);
  assert.deepEqual(complaints(['es2022'], ['node']), []);
});
