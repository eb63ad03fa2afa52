/** Each situation in which a module is missing, refused or broken has a test of its own number. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromRoot } from '../support/paths.js';

const rows = 24;

/** Numbers at the head of test titles: `test('row 14: …'`. */
function rowsTestedIn(folder: string): number[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.(ts|mjs)$/.test(name))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/\btest\(\s*['"`]row (\d+):/g)])
    .map(([, row]) => Number(row));
}

test('each of the 24 situations in which something is missing has a test', () => {
  const tested = new Set([...rowsTestedIn(fromRoot('test/ts')), ...rowsTestedIn(fromRoot('test/browser'))]);
  const all = Array.from({ length: rows }, (_, i) => i + 1);
  assert.deepEqual(
    all.filter((row) => !tested.has(row)),
    [],
  );
});
