// The same bits everywhere: the native build, both wasm builds and the JavaScript build run the same program.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { compareBits, differingCases, parseHashes } from '../../scripts/lib/bit-identity.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';

const NATIVE = 'build/native/tests/native/bit_identity';
const OTHERS = [
  'build/wasm/tests/simd/bit_identity.cjs',
  'build/wasm/tests/scalar/bit_identity.cjs',
  'build/wasm/tests/js/bit_identity.cjs',
];

test('every kernel gives the same bits in every build', async () => {
  for (const program of [NATIVE, ...OTHERS]) assert.ok(existsSync(inRoot(program)), `not built: ${program}`);
  const cases = await compareBits(inRoot(NATIVE), ...OTHERS.map((program) => inRoot(program)));
  assert.ok(cases > 1000, `only ${cases} cases`);
});

const hash = (/** @type {string} */ digit) => digit.repeat(16);

test('a differing hash, a differing count and a missing case are found', () => {
  const first = parseHashes(`${hash('1')} 4 add 4\n${hash('2')} 5 add 5\n${hash('3')} 1 exp\nend 3\n`);
  const second = parseHashes(`${hash('1')} 4 add 4\n${hash('4')} 5 add 5\n${hash('3')} 2 exp\nend 3\n`);
  const third = parseHashes(`${hash('1')} 4 add 4\nend 1\n`);
  assert.deepEqual(differingCases(first, first), []);
  assert.deepEqual(differingCases(first, second), ['add 5', 'exp']);
  assert.deepEqual(differingCases(third, first), ['add 5', 'exp']);
});

test('output that was cut off, is empty or says a case twice is refused', () => {
  const line = `${hash('1')} 4 add 4\n`;
  assert.throws(() => parseHashes(line), /announced nothing/);
  assert.throws(() => parseHashes(`${line}end 2\n`), /printed 1 cases and announced 2/);
  assert.throws(() => parseHashes(`${line}${line}end 2\n`), /printed 1 cases/);
  assert.throws(() => parseHashes('end 0\n'), /printed 0 cases/);
  assert.throws(() => parseHashes(''), /announced nothing/);
  assert.throws(() => parseHashes(`add 4\nend 1\n`), /not a line/);
});

test('one program alone is no comparison', async () => {
  await assert.rejects(compareBits(NATIVE), /at least two/);
});
