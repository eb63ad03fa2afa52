import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contentsOf, isVectorBuild } from '#ts/performance/build-contents.js';
import { fromRoot } from '../support/paths.js';
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
  // Of the relaxed SIMD proposal, now part of the core specification 3.0.
  'f32x4.relaxed_madd': 0x105,
};

function contained(build: string): ReadonlyMap<number, number> {
  return vectorInstructions(
    readFileSync(new URL(`../../../../dist/wasm/${build}/neural.wasm`, import.meta.url)),
  );
}

/** Vector instructions of the two builds, by the compiler that CI has. */
const counted = { compiler: '19.1.7', simd: 14_631, relaxed: 13_607 };

/** What CMake found the builds' compiler to be. */
function compilerVersion(): string | undefined {
  const folder = fromRoot('build/wasm/CMakeFiles');
  const [found] = readdirSync(folder).filter((name) => /^\d/.test(name));
  const settings = readFileSync(`${folder}/${found}/CMakeCXXCompiler.cmake`, 'utf8');
  return /CMAKE_CXX_COMPILER_VERSION "(.+)"/.exec(settings)?.[1];
}

/** Exact with that compiler: a single loop that lost its vectors shows. Another may need a few more or less. */
function assertCount(count: number, expected: number, compiler: string | undefined): void {
  const tolerance = compiler === counted.compiler ? 0 : 0.02;
  assert.ok(
    Math.abs(count / expected - 1) <= tolerance,
    `${count} with clang ${compiler}, ${expected} expected: if it is meant, say so here`,
  );
}

test('a kernel that lost its vectors is a failure, and so is code that grew', () => {
  assertCount(1000, 1000, counted.compiler);
  assertCount(1019, 1000, '20.1.0');
  for (const [count, compiler] of [
    [999, counted.compiler],
    [1001, counted.compiler],
    [0, '20.1.0'],
    [979, '20.1.0'],
    [1021, undefined],
  ] as const) {
    assert.throws(() => assertCount(count, 1000, compiler), assert.AssertionError);
  }
});

for (const build of ['simd', 'relaxed'] as const) {
  test(`the ${build} build has as many vector instructions as it had`, () => {
    const count = [...contained(build).values()].reduce((sum, times) => sum + times, 0);
    console.log(`${build}: ${count} vector instructions, ${counted[build]} expected`);
    assertCount(count, counted[build], compilerVersion());
  });
}

/** Relaxed instructions have codes of 0x100 and more: their results differ between machines. */
const vectorBuilds = [
  { build: 'simd', features: ['simd128'], relaxed: [] },
  { build: 'relaxed', features: ['simd128', 'relaxed-simd'], relaxed: ['f32x4.relaxed_madd'] },
] as const;

for (const { build, features, relaxed } of vectorBuilds) {
  test(`the ${build} build contains every instruction that it is said to`, () => {
    const found = contained(build);
    const { instructions, features: stated } = contentsOf(build);
    assert.deepEqual(stated, features);
    assert.ok(instructions.length > 0 && isVectorBuild(build));
    for (const name of instructions) {
      const code = codes[name];
      assert.ok(code !== undefined, `${name} is not in the table of this test`);
      assert.ok(found.has(code), `the ${build} build has no ${name}`);
    }
    assert.deepEqual(
      [...found.keys()].filter((code) => code >= 0x100),
      relaxed.map((name) => codes[name]),
    );
  });
}

test('the builds without vectors contain none', () => {
  assert.deepEqual([...contained('scalar')], []);
  for (const build of ['scalar', 'js', null, undefined] as const) {
    assert.deepEqual(contentsOf(build), { features: [], instructions: [] });
    assert.equal(isVectorBuild(build), false);
  }
});
