// Another Node than the one that runs, from the npm package `node`, in build/: for tests and for the benchmark.

import { existsSync, mkdirSync } from 'node:fs';
import { CommandError, SetupError } from '../lib/errors.mjs';
import { inRoot } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';

/** The releases that tests and figures are of. @type {Record<string, string>} */
const versions = { 20: '20.20.2', 24: '24.9.0' };

/**
 * @param {string} major
 * @returns {Promise<string>} the program
 */
export async function installNode(major) {
  const folder = inRoot(`build/node${major}`);
  const program = inRoot(`build/node${major}/node_modules/node/bin/node`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  try {
    // Its install script chooses the package of this platform.
    await run('npm', ['install', '--no-save', '--prefix', folder, `node@${versions[major] ?? major}`], {
      timeout: 5 * 60_000,
    });
  } catch (error) {
    throw error instanceof CommandError
      ? new SetupError(`could not fetch Node ${major}: ${error.message}`)
      : error;
  }
  return program;
}
