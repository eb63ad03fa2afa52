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
  const args = [
    'ci',
    '--ignore-scripts', // nothing here needs one
    ...['--include=dev', '--include=optional'], // whatever NODE_ENV or the user's settings leave out
    ...['--prefer-offline', '--no-progress'],
    ...['--fetch-retries=3', '--fetch-retry-factor=2', '--fetch-retry-mintimeout=1000'], // seconds, not a minute
  ];
  try {
    await run('npm', args, { cwd: ROOT, timeout: 600_000 });
  } catch (error) {
    throw error instanceof CommandError ? new SetupError(explainFailure(error.message)) : error;
  }
  writeFileSync(STAMP, wanted());
}

/** @param {string} message what npm said */
function explainFailure(message) {
  const lines = message.split('\n').filter((line) => /^npm (error|ERR!)(?! A complete log)/.test(line));
  const quoted = lines.slice(0, 8).map((line) => `  ${line}`);
  if (/code EUSAGE/.test(message)) {
    return [
      'package.json and package-lock.json do not fit together: run npm install, then commit both',
      ...quoted,
    ].join('\n');
  }
  return [
    'could not fetch the npm packages in package-lock.json',
    ...quoted,
    'Check the network and the registry that npm is set to, then run the same command again.',
  ].join('\n');
}
