import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtLeast, parseVersion } from '../../scripts/lib/version.mjs';

test('a version is read whatever surrounds it', () => {
  assert.deepEqual(parseVersion('"3.1.69"\n'), [3, 1, 69]);
  assert.deepEqual(parseVersion('4.0.10-git'), [4, 0, 10]);
  assert.deepEqual(parseVersion('20.19'), [20, 19, 0]);
  assert.equal(parseVersion('unknown'), undefined);
});

test('versions are compared as numbers, part by part', () => {
  assert.ok(isAtLeast('3.1.69', '3.1.69'));
  assert.ok(isAtLeast('6.0.5', '3.1.69'));
  assert.ok(isAtLeast('3.2.0', '3.1.69'));
  assert.ok(!isAtLeast('3.1.9', '3.1.69'));
  assert.ok(!isAtLeast('2.9.99', '3.1.69'));
  assert.ok(!isAtLeast('unknown', '3.1.69'));
});
