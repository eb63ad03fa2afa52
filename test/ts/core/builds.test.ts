/** The table of builds against the files that the build writes. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Build, builds, isOnRequest, isWasmBuild } from '#ts/core/variants.js';
import { fromRoot, rootUrl } from '../support/paths.js';

const table: readonly Build[] = builds;

test('the table has a row for every build, and every row a build', () => {
  const folders = readdirSync(fromRoot('dist/wasm'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  assert.deepEqual(folders.map(({ name }) => name).sort(), table.map(({ name }) => name).sort());
  for (const { file, source } of table.filter(isWasmBuild)) {
    assert.ok(existsSync(fromRoot(`dist/wasm/${file}`)), file);
    assert.equal(String(source()), rootUrl(`dist/wasm/${file}`).href);
  }
});

test('auto tries simd, scalar, js, and never relaxed', () => {
  const names = (rows: readonly Build[]) => rows.map(({ name }) => name);
  assert.deepEqual(names(table.filter((build) => !isOnRequest(build))), ['simd', 'scalar', 'js']);
  assert.deepEqual(names(table.filter(isOnRequest)), ['relaxed']);
});

test('no script of a build asks for Node, for its own address, or for eval', () => {
  for (const { name } of table) {
    const script = readFileSync(fromRoot(`dist/wasm/${name}/neural.js`), 'utf8');
    assert.doesNotMatch(
      script,
      /import\.meta|['"]node:|\brequire\s*\(|\beval\s*\(|new Function\b|process\.on\b/,
      name,
    );
  }
});
