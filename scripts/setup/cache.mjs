// The folder for what is expensive to fetch and the same for every clone. Several clones may fill it at once, and any
// of them may be interrupted: what has its final name is always whole.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { SetupError } from '../lib/errors.mjs';

const DAY = 86_400_000;
const PARTIAL = '.partial';

/** @param {...string} parts a path inside the cache folder */
export function cacheFolder(...parts) {
  const { XDG_CACHE_HOME } = process.env;
  const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(base, 'sasi-wasm-performance', ...parts);
}

/**
 * Has something made under another name, and gives it its own when it is whole.
 * @param {string} target a path inside the cache folder
 * @param {(folder: string, work: string) => Promise<void>} make fills `folder`; `work` is for what is not kept
 */
export async function makeInCache(target, make) {
  const work = cacheFolder([PARTIAL, hostname(), process.pid, randomBytes(4).toString('hex')].join('_'));
  try {
    mkdirSync(join(work, 'result'), { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new SetupError(
      `cannot write to the cache folder: ${reason}\nSet XDG_CACHE_HOME to a folder that can be written.`,
    );
  }
  try {
    removeLeftovers();
    await make(join(work, 'result'), work);
    renameSync(join(work, 'result'), target);
  } catch (error) {
    // Another clone may have been faster: its result is as good as ours.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What was left behind by processes that were killed, or by a power cut. */
function removeLeftovers() {
  for (const name of readdirSync(cacheFolder()).filter((entry) => entry.startsWith(PARTIAL))) {
    const [, host, pid] = name.split('_');
    // The processes of another machine that shares this folder cannot be seen: time has to tell.
    const isAbandoned = host === hostname() ? !isRunning(Number(pid)) : age(cacheFolder(name)) > DAY;
    if (isAbandoned) tryToRemove(cacheFolder(name));
  }
}

/** A child of a killed process may still write there; then the next set-up removes it. @param {string} folder */
function tryToRemove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Only space is lost.
  }
}

/** @param {string} folder */
const age = (folder) => Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
