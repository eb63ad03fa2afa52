// The npm packages of package-lock.json, installed once and again only when the lock file changes.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { CommandError, SetupError } from '../lib/errors.mjs';
import { inRoot, ROOT } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';

// It lies inside node_modules because `npm ci` begins by emptying that folder: whatever interrupts it, the stamp is
// gone until everything is there.
const STAMP = inRoot('node_modules/.installed-from');

/** What the result depends on: the lock file, and the platform for which programs were chosen. */
function wanted() {
  const hash = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

export function npmPackagesAreInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted();
}

export async function installNpmPackages() {
  // --include: neither NODE_ENV=production nor a user's omit=optional may leave out the compiler.
  // No install script runs: nothing here needs one.
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--prefer-offline',
    '--no-progress',
  ];
  try {
    await run('npm', args, { cwd: ROOT, timeout: 600_000 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const lines = error.message
      .split('\n')
      .filter((line) => /^npm (error|ERR!) (?!A complete log)/.test(line));
    throw new SetupError(
      [
        'could not fetch the npm packages in package-lock.json',
        ...lines.slice(0, 8).map((line) => `  ${line}`),
        'Check the network and the registry that npm is set to, then run the same command again.',
      ].join('\n'),
    );
  }
  writeFileSync(STAMP, wanted());
}
