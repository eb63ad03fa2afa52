// Where things are.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @param {...string} parts a path inside the checkout */
export const inRoot = (...parts) => join(ROOT, ...parts);

/** @param {string} name a program that `npm ci` installs */
export const npmBinary = (name) => inRoot('node_modules/.bin', name);

/**
 * The full path of a program on the search path: looked up without starting anything, so it costs microseconds.
 * @param {string} program
 * @returns {string | undefined}
 */
export function which(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
