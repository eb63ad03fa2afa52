/** Rules that a reader of the code relies on, each checked in the sources themselves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { code, type SourceFile, sourceFiles } from './source-files.js';

const cpp = [...sourceFiles('cpp', ['.h', '.cpp']), ...sourceFiles('bindings', ['.h', '.cpp'])];
const typeScript = sourceFiles('ts', ['.ts']);

/** The files outside `except` in whose code the pattern stands. */
function offenders(files: readonly SourceFile[], pattern: RegExp, except: RegExp): string[] {
  return files
    .filter(({ path, text }) => !except.test(path) && pattern.test(code(text)))
    .map(({ path }) => path);
}

test('SIMD is asked for in cpp/simd/ only', () => {
  const pattern = /__wasm_(relaxed_)?simd|wasm_simd128\.h|wasm_[fiv]\d+/;
  assert.deepEqual(offenders(cpp, pattern, /^cpp\/simd\//), []);
  assert.ok(cpp.some(({ path, text }) => path === 'cpp/simd/vec4_wasm.h' && pattern.test(text)));
});

test('no kernel calls libm or keeps state', () => {
  const libm = /#include <(math\.h|cmath)>|\b(std::)?(exp|log|tanh|sin|cos|pow|erf)f?\(/;
  assert.deepEqual(offenders(cpp, libm, /^$/), []);
  const state = /^\s*(static|thread_local)\s+(?!constexpr|inline|_assert)\w+[\w\s*&]*(=|;)/m;
  assert.deepEqual(offenders(cpp, state, /^bindings\//), []);
});

test('on the way to a result TypeScript calls no function in which engines differ', () => {
  const pattern =
    /Math\.(sin|cos|tan|exp|expm1|log|log2|log10|log1p|pow|tanh|sinh|cosh|cbrt|hypot)\b|(?<!\b2 )\*\*/;
  // The baselines that the benchmark compares with are such loops, and its reference is float64.
  const except = /^ts\/performance\/(javascript-baselines|benchmark\/)|^ts\/metrics\//;
  assert.deepEqual(offenders(typeScript, pattern, except), []);
});

test('only the loader speaks of where files come from', () => {
  const pattern = /\bfetch\s*\(|'node:|import\.meta/;
  assert.deepEqual(offenders(typeScript, pattern, /^ts\/core\/(loader|variants)/), []);
});

test('nothing reads environment variables or tests an array with instanceof', () => {
  assert.deepEqual(offenders(typeScript, /process\.env|import\.meta\.env/, /^$/), []);
  const arrays = /instanceof\s+(ArrayBuffer|SharedArrayBuffer|Float32Array|Uint\w+Array|DataView)\b/;
  assert.deepEqual(offenders(typeScript, arrays, /^$/), []);
});
