// Installs packages of this machine's own release with apt, as root or by the user's leave.

import { createInterface } from 'node:readline/promises';
import { CommandError, SetupError } from '../lib/errors.mjs';
import { which } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { osRelease } from './os-release.mjs';

const MINUTE = 60_000;

export function hasApt() {
  const { id, like } = osRelease();
  return (
    [id, ...like].some((name) => name === 'debian' || name === 'ubuntu') && which('apt-get') !== undefined
  );
}

const isRoot = () => process.getuid?.() === 0;

/** @param {string[]} packages */
const installArguments = (packages) => ['install', '-y', '--no-install-recommends', ...packages];

/** What to type to have these packages. @param {string[]} packages */
export function commandLine(packages) {
  const sudo = !isRoot() && which('sudo') ? 'sudo ' : '';
  return `${sudo}apt-get update && ${sudo}apt-get ${installArguments(packages).join(' ')}`;
}

/**
 * @param {string[]} packages
 * @param {import('../lib/stages.mjs').Stages} stages
 */
export async function installWithApt(packages, stages) {
  const name = `installing ${packages.join(', ')}`;
  if (isRoot()) await stages.quiet(name, () => installAsRoot(packages));
  else {
    await askForLeave(packages);
    await stages.loud(name, () => installWithSudo(packages));
  }
}

/** @param {string[]} packages */
async function installAsRoot(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const install = ['-q', ...installArguments(packages)];
  try {
    await run('apt-get', ['-q', 'update'], { timeout: 5 * MINUTE, env });
    await run('apt-get', [...install, '--download-only'], { timeout: 15 * MINUTE, env });
    // dpkg stopped half-way would leave the machine in need of repair: this part, some seconds, runs to its end.
    await run('apt-get', install, { timeout: 15 * MINUTE, env, shielded: true });
  } catch (error) {
    throw error instanceof CommandError ? new SetupError(explainFailure(packages, error.message)) : error;
  }
}

/** @param {string[]} packages */
async function askForLeave(packages) {
  const line = commandLine(packages);
  const missing = `System packages are missing: ${packages.join(', ')}`;
  if (!which('sudo') || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new SetupError(
      `${missing}. Run this${which('sudo') ? '' : ' as root'}, then the same command again:\n  ${line}`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise((resolve) => terminal.once('close', () => resolve(''))); // Ctrl-C and Ctrl-D mean no
  const answer = await Promise.race([
    terminal.question(`${missing}.\n  ${line}\nRun this now? [y/N] `),
    closed,
  ]);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new SetupError(`Nothing was installed. To do it by hand:\n  ${line}`);
}

/** @param {string[]} packages */
async function installWithSudo(packages) {
  const options = /** @type {const} */ ({
    output: 'inherit',
    input: 'inherit',
    foreground: true,
    timeout: 30 * MINUTE,
  });
  try {
    await run('sudo', ['apt-get', 'update'], options);
    await run('sudo', ['apt-get', ...installArguments(packages)], options);
  } catch (error) {
    throw error instanceof CommandError ? new SetupError(explainFailure(packages, error.message)) : error;
  }
}

/** @param {string[]} packages @param {string} message what apt-get said */
function explainFailure(packages, message) {
  const lines = new Set(message.split('\n').filter((line) => /^(E|Err|W):/.test(line)));
  const unknown = message.matchAll(
    /Unable to locate package (\S+)|Package '?(\S+?)'? has no installation candidate/g,
  );
  const names = [...unknown].map(([, located, candidate]) => located ?? candidate);
  const quoted = [...lines].slice(0, 8).map((line) => `  ${line}`);
  if (names.length > 0) {
    return [
      `${osRelease().name} has no package ${names.join(', ')}.`,
      ...quoted,
      'Packages of LLVM are not needed when the emcc of an emsdk is on the path.',
    ].join('\n');
  }
  return [
    `could not fetch or install the packages ${packages.join(', ')}`,
    ...quoted,
    `Check the network, then run the same command again, or by hand:\n  ${commandLine(packages)}`,
  ].join('\n');
}
