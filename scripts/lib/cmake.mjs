// The C++ builds. CMake is configured once, and again only when something that it was told has changed; after that
// ninja knows by itself what is to be done.

import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cmakeToolchain, emscriptenEnvironment } from '../setup/emscripten-environment.mjs';
import { inRoot, ROOT, which } from './paths.mjs';
import { run } from './run.mjs';

const MINUTE = 60_000;
const WASM = inRoot('build/wasm');
const NATIVE = inRoot('build/native');

/** @typedef {import('../setup/emscripten-environment.mjs').Emscripten} Emscripten */

/** The wasm builds and their tests; the products go into dist/wasm. @param {Emscripten} emscripten */
export async function buildWasm(emscripten) {
  const settings = ['-DCMAKE_BUILD_TYPE=Release', `-DCMAKE_TOOLCHAIN_FILE=${cmakeToolchain(emscripten)}`];
  const env = emscriptenEnvironment(emscripten);
  await configure(WASM, settings, emscripten.version, env);
  await run('cmake', ['--build', WASM], { timeout: 20 * MINUTE, env });
}

/** The kernels and their tests for this machine, under the sanitizers. */
export async function buildNative() {
  const compiler = ['c++', 'g++', 'clang++'].map(which).find((path) => path !== undefined);
  const identity = process.env.CXX ?? (compiler && realpathSync(compiler)) ?? 'none';
  await configure(NATIVE, ['-DCMAKE_BUILD_TYPE=RelWithDebInfo'], identity, process.env);
  await run('cmake', ['--build', NATIVE], { timeout: 20 * MINUTE });
}

/** @param {Emscripten} emscripten */
export const testWasm = (emscripten) => ctest(WASM, emscriptenEnvironment(emscripten));
export const testNative = () => ctest(NATIVE, process.env);

/** @param {string} folder @param {NodeJS.ProcessEnv} env */
function ctest(folder, env) {
  // A test that hangs is named; no test at all is an error, not a success.
  const args = [
    '--test-dir',
    folder,
    '--output-on-failure',
    '--no-tests=error',
    '--timeout',
    '600',
    '--parallel',
    '2',
  ];
  return run('ctest', args, { output: 'inherit', timeout: 20 * MINUTE, env });
}

/**
 * @param {string} folder
 * @param {string[]} settings
 * @param {string} compiler what a change of compiler changes
 * @param {NodeJS.ProcessEnv} env
 */
async function configure(folder, settings, compiler, env) {
  const args = ['-S', ROOT, '-B', folder, '-G', 'Ninja', ...settings];
  const stamp = join(folder, '.configured-with');
  const wanted = `${JSON.stringify([compiler, ...args])}\n`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // CMake keeps what it once found (a compiler, the source folder's path): only an empty folder forgets.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run('cmake', args, { timeout: 5 * MINUTE, env });
  writeFileSync(stamp, wanted);
}
