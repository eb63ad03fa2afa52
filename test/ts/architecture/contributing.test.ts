/** What CONTRIBUTING.md shows of the sources still stands there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromRoot } from '../support/paths.js';

const words = (text: string): string => text.replace(/\s+/g, ' ');

test('the steps to add a kernel are in the files that they name', () => {
  const rows = [
    ...readFileSync(fromRoot('CONTRIBUTING.md'), 'utf8').matchAll(/^\|.*\| `(\S+)` \| `(.+)` \|$/gm),
  ];
  assert.ok(rows.length >= 8, `${rows.length} steps`);
  for (const [, file, line] of rows) {
    const text = words(readFileSync(fromRoot(file!), 'utf8'));
    assert.ok(text.includes(words(line!)), `${file} has no ${line}`);
  }
});
