import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';

/** @param {string} path @param {RegExp} pattern with one group, a number */
function numberIn(path, pattern) {
  const [, number] = pattern.exec(readFileSync(inRoot(path), 'utf8')) ?? [];
  assert.ok(number !== undefined, `${path} has no ${pattern}`);
  return Number(number);
}

const suite = numberIn('scripts/test.mjs', /^const LIMIT_WITH_SET_UP = (\d+);$/m);
const node24 = numberIn('scripts/test-node24.mjs', /timeout: (\d+) \* 60_000/);

for (const file of readdirSync(inRoot('.github/workflows'))) {
  const path = `.github/workflows/${file}`;
  test(`${file}: a job is not killed before its tests can say what took too long`, () => {
    const runsNode24 = readFileSync(inRoot(path), 'utf8').includes('npm run test:node24');
    const limits = suite + (runsNode24 ? node24 : 0);
    // Ten minutes for what comes before and after.
    assert.ok(
      numberIn(path, /timeout-minutes: (\d+)/) >= limits + 10,
      `the limits inside are ${limits} minutes`,
    );
  });
}

test('pushes are tested on Node 24, too', () => {
  assert.match(readFileSync(inRoot('.github/workflows/test.yml'), 'utf8'), /- run: npm run test:node24/);
});
