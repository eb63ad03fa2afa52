// How to call Emscripten: its place and what it may see of the surroundings.

import { delimiter, dirname, join } from 'node:path';
import { npmBinary } from '../lib/paths.mjs';

/**
 * @typedef {object} Emscripten
 * @property {string} root the folder that holds emcc
 * @property {string} version
 * @property {boolean} own it is the private one
 */

// Compiler flags from the surroundings would change the bits that the kernels compute. Settings for another
// Emscripten would change the tools of the private one.
const FLAGS = /^(C|CXX|CPP|LD|EMCC_C|EMMAKEN_C)FLAGS$/;
const SETTINGS = /^(EM_\w+|LLVM|BINARYEN|(LLVM|CLANG)_ADD_VERSION)$/;

/**
 * The environment in which to configure, build and test with this Emscripten.
 * @param {Pick<Emscripten, 'root' | 'own'>} emscripten
 * @returns {NodeJS.ProcessEnv}
 */
export function emscriptenEnvironment({ root, own }) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !FLAGS.test(name) && !(own && SETTINGS.test(name)),
  );
  /** @type {NodeJS.ProcessEnv} */
  const env = Object.fromEntries(kept);
  if (own) env.EM_CONFIG = join(root, '.emscripten');
  // Emscripten calls tsc (for type declarations) by its name, and the private one calls node so: this very one.
  env.PATH = [dirname(process.execPath), dirname(npmBinary('tsc')), process.env.PATH].join(delimiter);
  return env;
}

/** @param {Emscripten} emscripten */
export const cmakeToolchain = ({ root }) => join(root, 'cmake/Modules/Platform/Emscripten.cmake');
