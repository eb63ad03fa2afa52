// The npm packages of a package-lock.json, installed once and again only when that file changes: those of the project
// itself, and in bench/ the libraries that it is compared with, which nobody needs to build or use it.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, SetupError } from '../lib/errors.mjs';
import { inRoot, ROOT } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { cacheFolder, makeInCache } from './cache.mjs';

const PEERS = inRoot('bench');
const CONSUMER_TOOLS = inRoot('test/package/tools');

export const npmPackagesAreInstalled = () => isInstalled(ROOT);
export const installNpmPackages = () => install(ROOT);

/** Installs the libraries of bench/package.json, where they are not there yet. @param {Stages} stages */
export async function installPeers(stages) {
  if (!isInstalled(PEERS)) await stages.quiet('installing the peers', () => install(PEERS));
}

/** Where the tools are, or are to be. */
function consumerTools() {
  const [hash = ''] = wanted(CONSUMER_TOOLS).split(' ');
  return cacheFolder(`consumer-tools-${process.platform}-${process.arch}-${hash.slice(0, 16)}`);
}

export const consumerToolsAreInstalled = () => existsSync(consumerTools());

/**
 * The tools of those who use the package (bundlers, test runners, compilers): 450 MB that nobody needs to build or use
 * it, so they lie in the cache folder, the same for every clone.
 * @param {Stages} stages
 * @returns {Promise<string>} the folder that holds their node_modules
 */
export async function installConsumerTools(stages) {
  const target = consumerTools();
  if (!existsSync(target)) {
    await stages.quiet('installing the tools of those who use the package', () =>
      makeInCache(target, async (folder) => {
        for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
          copyFileSync(join(CONSUMER_TOOLS, file), join(folder, file));
        }
        await install(folder);
      }),
    );
  }
  return target;
}

/** @typedef {import('../lib/stages.mjs').Stages} Stages */

// It lies inside node_modules because `npm ci` begins by emptying that folder: whatever interrupts it, the stamp is
// gone until everything is there.
/** @param {string} folder */
const stamp = (folder) => join(folder, 'node_modules/.installed-from');

/** What the result depends on: the lock file, and the platform for which programs were chosen. @param {string} folder */
function wanted(folder) {
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

/** @param {string} folder */
function isInstalled(folder) {
  return existsSync(stamp(folder)) && readFileSync(stamp(folder), 'utf8') === wanted(folder);
}

/** @param {string} folder */
async function install(folder) {
  const args = [
    'ci',
    '--ignore-scripts', // nothing here needs one
    ...['--include=dev', '--include=optional'], // whatever NODE_ENV or the user's settings leave out
    ...['--prefer-offline', '--no-progress'],
    ...['--fetch-retries=3', '--fetch-retry-factor=2', '--fetch-retry-mintimeout=1000'], // seconds, not a minute
  ];
  try {
    await run('npm', args, { cwd: folder, timeout: 600_000 });
  } catch (error) {
    throw error instanceof CommandError ? new SetupError(explainFailure(error.message)) : error;
  }
  writeFileSync(stamp(folder), wanted(folder));
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
