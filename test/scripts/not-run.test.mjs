import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notRun } from '../../scripts/lib/not-run.mjs';

test('where nothing is missing nothing is said', () => {
  assert.equal(notRun({ consumers: true, absent: [] }), '');
});

test('where a browser is missing, the pages of bundlers are named too, and what runs them', () => {
  const text = notRun({ consumers: true, absent: ['firefox'] });
  assert.match(text, /test\/browser and test\/package\/pages\.test\.mjs.*: firefox\n/);
  assert.match(text, /npm run test:browsers .*\nnpm run test:package -- test\/package\/pages\.test\.mjs /);
});

test('where the tools are missing, too, one command runs all of test/package', () => {
  const text = notRun({ consumers: false, absent: ['chromium', 'webkit'] });
  assert.match(text, /\(test\/package\).*\nnpm run test:package fetches/);
  assert.match(text, /\(test\/browser\).*: chromium, webkit\nnpm run test:browsers /);
  assert.doesNotMatch(text, /pages/);
});
