/** Each situation in which a module is missing, refused or broken has a test of its own number. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromRoot } from '../support/paths.js';

const rows = 24;

/** Numbers at the head of the titles of tests that are run: `test('row 14: …'`, without an option that spares it. */
function rowsTestedBy(text: string): number[] {
  return [...text.matchAll(/\btest\(\s*(['"`])row (\d+):.*?\1(.*?)=>/gs)]
    .filter(([, , , options]) => !/\b(skip|todo)\b/.test(options!))
    .map(([, , row]) => Number(row));
}

function rowsTestedIn(folder: string): number[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.(ts|mjs)$/.test(name))
    .flatMap((name) => rowsTestedBy(readFileSync(join(folder, name), 'utf8')));
}

test('a test that is spared counts for no row', () => {
  const run =
    "test('row 3: it is said', { timeout: 9 }, async () => {});\ntest('row 4: so is this', () => {});";
  assert.deepEqual(rowsTestedBy(run), [3, 4]);
  const spared =
    "test('row 5: later', { skip: true }, () => {});\ntest(\n  'row 6: later',\n  { todo: true },\n  () => {});";
  assert.deepEqual(rowsTestedBy(spared), []);
});

test('each of the 24 situations in which something is missing has a test', () => {
  const tested = new Set([...rowsTestedIn(fromRoot('test/ts')), ...rowsTestedIn(fromRoot('test/browser'))]);
  const all = Array.from({ length: rows }, (_, i) => i + 1);
  assert.deepEqual(
    all.filter((row) => !tested.has(row)),
    [],
  );
});
