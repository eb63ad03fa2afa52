// Which Emscripten builds the wasm: the user's own when it is new enough, else a private one.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from '../lib/errors.mjs';
import { which } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { isAtLeast } from '../lib/version.mjs';

export const MINIMUM_EMSCRIPTEN = '3.1.69';

/** @typedef {import('./emscripten-environment.mjs').Emscripten} Emscripten */

/**
 * The user's Emscripten, wherever it is named: `EMSDK` first, since its `emcc` need not be on the path.
 * @returns {Promise<{ usable?: Emscripten, tooOld?: Emscripten }>}
 */
export async function findEmscripten() {
  /** @type {Emscripten | undefined} */
  let tooOld;
  for (const root of await installedRoots()) {
    const version = readFileSync(join(root, VERSION_FILE), 'utf8').replaceAll(/["\s]/g, '');
    const found = { root, version, own: false };
    if (isAtLeast(version, MINIMUM_EMSCRIPTEN)) return { usable: found };
    tooOld ??= found;
  }
  return tooOld ? { tooOld } : {};
}

/** Lies beside emcc in every distribution; reading it saves the start of a compiler at every run. */
const VERSION_FILE = 'emscripten-version.txt';

async function installedRoots() {
  const roots = process.env.EMSDK ? [join(process.env.EMSDK, 'upstream/emscripten')] : [];
  const emcc = which('emcc');
  if (emcc) {
    const folder = dirname(realpathSync(emcc));
    roots.push(existsSync(join(folder, VERSION_FILE)) ? folder : await askForRoot(emcc));
  }
  return roots.filter((root) => existsSync(join(root, VERSION_FILE)));
}

/** For an `emcc` that is a wrapper script somewhere else (Homebrew, Nix). @param {string} emcc */
async function askForRoot(emcc) {
  try {
    const { output } = await run(join(dirname(emcc), 'em-config'), ['EMSCRIPTEN_ROOT'], { timeout: 60_000 });
    return output.trim();
  } catch (error) {
    if (error instanceof CommandError) return '';
    throw error;
  }
}
