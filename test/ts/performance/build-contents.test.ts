import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contentsOf, isVectorBuild } from '#ts/performance/build-contents.js';
import { vectorInstructions } from './wasm-instructions.js';

/** Codes of the WebAssembly core specification 2.0, appendix "Index of Instructions". */
const codes: Readonly<Record<string, number>> = {
  'v128.load': 0x00,
  'v128.store': 0x0b,
  'v128.bitselect': 0x52,
  'f32x4.splat': 0x13,
  'f32x4.abs': 0xe0,
  'f32x4.neg': 0xe1,
  'f32x4.sqrt': 0xe3,
  'f32x4.add': 0xe4,
  'f32x4.sub': 0xe5,
  'f32x4.mul': 0xe6,
  'f32x4.div': 0xe7,
};

function contained(build: string): ReadonlySet<number> {
  return vectorInstructions(
    readFileSync(new URL(`../../../../dist/wasm/${build}/neural.wasm`, import.meta.url)),
  );
}

test('the SIMD build contains every instruction that it is said to', () => {
  const found = contained('simd');
  const { instructions, features } = contentsOf('simd');
  assert.deepEqual(features, ['simd128']);
  assert.ok(instructions.length > 0);
  for (const name of instructions) {
    const code = codes[name];
    assert.ok(code !== undefined, `${name} is not in the table of this test`);
    assert.ok(found.has(code), `the SIMD build has no ${name}`);
  }
  // Relaxed instructions have codes of 0x100 and more: their results differ between machines.
  for (const code of found) assert.ok(code < 0x100, `0x${code.toString(16)} is a relaxed instruction`);
});

test('the builds without vectors contain none', () => {
  assert.deepEqual([...contained('scalar')], []);
  for (const build of ['scalar', 'js', null, undefined] as const) {
    assert.deepEqual(contentsOf(build), { features: [], instructions: [] });
    assert.equal(isVectorBuild(build), false);
  }
});
