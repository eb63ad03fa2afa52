// @ts-check
/** The engines that were asked for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browserEngine } from '../engines/browser.mjs';
import { nodeEngine } from '../engines/node.mjs';
import { EnvironmentError } from './errors.mjs';

/** @import { Engine } from '../measure/protocol.mjs' */

const majorHere = process.versions.node.split('.')[0];

/** The Node that runs this, by the name that it has on the command line. */
export const engineHere = `node${majorHere}`;

/** Whatever is loaded lies in one of these. @typedef {{ package: string, baseline?: string | undefined, peers: string, compiled: string }} Folders */

/**
 * Throws `EnvironmentError` when it is not here.
 * @param {string} name
 * @param {Folders} folders
 * @param {string} root this checkout
 * @returns {Promise<Engine>}
 */
export async function openEngine(name, folders, root) {
  if (name === engineHere) return nodeEngine(name, process.execPath, folders);
  const [, major] = /^node(\d+)$/.exec(name) ?? [];
  if (major !== undefined) return nodeEngine(name, findNode(major, root), folders);
  return browserEngine(/** @type {'chromium' | 'firefox' | 'webkit'} */ (name), folders);
}

/** What the npm package `node` brings. @param {string} major @param {string} root */
function findNode(major, root) {
  const file = join(root, `build/node${major}/node_modules/node/bin/node`);
  if (existsSync(file)) return file;
  throw new EnvironmentError(
    `Node ${major} is not here: npm install --no-save --prefix build/node${major} node@${major}`,
  );
}
