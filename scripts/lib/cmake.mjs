// The C++ builds. CMake is configured once, and again only when something that it was told has changed; after that
// ninja knows by itself what is to be done.

import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cmakeToolchain, emscriptenEnvironment } from '../setup/emscripten-environment.mjs';
import { CommandError } from './errors.mjs';
import { findGoogleTest } from './googletest.mjs';
import { inRoot, ROOT, which } from './paths.mjs';
import { run } from './run.mjs';

const MINUTE = 60_000;
const WASM = inRoot('build/wasm');
const NATIVE = inRoot('build/native');

/** @typedef {import('../setup/emscripten-environment.mjs').Emscripten} Emscripten */

/**
 * The modules, which go into dist/wasm; their tests, and what the benchmark compares with, which stay in build/wasm.
 * @param {Emscripten} emscripten
 * @param {'modules' | 'all' | 'bench'} target
 */
export async function buildWasm(emscripten, target) {
  const googleTest = findGoogleTest();
  const env = emscriptenEnvironment(emscripten);
  await configure(WASM, {
    identity: [
      emscripten.version,
      `-DCMAKE_TOOLCHAIN_FILE=${cmakeToolchain(emscripten)}`,
      '-DCMAKE_BUILD_TYPE=Release',
    ],
    // Whoever only runs the main job has no GoogleTest. Whoever has it is not to reconfigure for that job.
    settings: googleTest ? ['-DBUILD_TESTING=ON', `-DGTEST_SOURCE=${googleTest}`] : ['-DBUILD_TESTING=OFF'],
    env,
  });
  await build(WASM, target, env);
}

/**
 * The kernels and their tests for this machine, under the sanitizers.
 * @param {'all' | 'exhaustive'} [target] exhaustive: that program alone, which is not among all
 */
export async function buildNative(target = 'all') {
  const compiler = ['c++', 'g++', 'clang++'].map(which).find((path) => path !== undefined);
  await configure(NATIVE, {
    identity: [
      process.env.CXX ?? (compiler && realpathSync(compiler)) ?? 'none',
      '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
    ],
    settings: [`-DGTEST_SOURCE=${findGoogleTest()}`],
    env: process.env,
  });
  await build(NATIVE, target, process.env);
}

/** @param {string} folder @param {string} target @param {NodeJS.ProcessEnv} env */
async function build(folder, target, env) {
  try {
    await run('cmake', ['--build', folder, '--target', target], { timeout: 20 * MINUTE, env });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // The steps that went well ("[12/88] Building …") would bury the error.
    throw new CommandError(error.message.replaceAll(/^\[\d+\/\d+\] .*\n/gm, ''));
  }
}

/** @param {Emscripten} emscripten */
export const testWasm = (emscripten) => ctest(WASM, emscriptenEnvironment(emscripten));
export const testNative = () => ctest(NATIVE, process.env);

/** @param {string} folder @param {NodeJS.ProcessEnv} env */
function ctest(folder, env) {
  // A test that hangs is named; no test at all is an error, not a success.
  const bounds = ['--timeout', '600', '--no-tests=error', '--parallel', String(availableParallelism())];
  const args = ['--test-dir', folder, '--output-on-failure', ...bounds];
  return run('ctest', args, { output: 'inherit', timeout: 20 * MINUTE, env });
}

/**
 * @typedef {object} Configuration
 * @property {string[]} identity the compiler, and what cannot be changed in a folder that is configured already
 * @property {string[]} settings what can
 * @property {NodeJS.ProcessEnv} env
 */

/** @param {string} folder @param {Configuration} configuration */
async function configure(folder, { identity, settings, env }) {
  const stamp = join(folder, '.configured-with');
  const [knownIdentity, knownSettings] = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : [];
  const wantedIdentity = [ROOT, ...identity].join(' ');
  const wantedSettings = settings.join(' ');
  if (knownIdentity === wantedIdentity && knownSettings === wantedSettings) return;

  // CMake keeps what it once found (a compiler, the source folder's path): only an empty folder forgets.
  if (knownIdentity !== wantedIdentity) rmSync(folder, { recursive: true, force: true });
  else rmSync(stamp);
  mkdirSync(folder, { recursive: true });
  const flags = [...identity, ...settings].filter((argument) => argument.startsWith('-D'));
  await run('cmake', ['-S', ROOT, '-B', folder, '-G', 'Ninja', ...flags], { timeout: 5 * MINUTE, env });
  writeFileSync(stamp, JSON.stringify([wantedIdentity, wantedSettings]));
}
