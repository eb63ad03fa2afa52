// The commands of the README begin on a clone without node_modules: nothing that they import at once may come from
// there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';

/**
 * Everything that a file imports before it runs, of this checkout; packages are collected.
 * @param {string} file @param {Set<string>} seen @param {string[]} packages
 */
function follow(file, seen, packages) {
  if (seen.has(file)) return;
  seen.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s[^'"]*?from\s+'([^']+)'/gm,
  )) {
    if (name.startsWith('.')) follow(join(dirname(file), name), seen, packages);
    else if (!name.startsWith('node:')) packages.push(`${file} imports ${name}`);
  }
}

for (const command of [
  'start',
  'test',
  'build',
  'bench',
  'demo',
  'demo-build',
  'reproduce-mnist',
  'test-exhaustive',
]) {
  test(`${command} starts without node_modules`, () => {
    const seen = new Set();
    /** @type {string[]} */
    const packages = [];
    follow(inRoot(`scripts/${command}.mjs`), seen, packages);
    assert.ok(seen.size > 3);
    assert.deepEqual(packages, []);
  });
}
