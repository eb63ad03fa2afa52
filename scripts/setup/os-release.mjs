// Which Linux distribution this is, as os-release(5) tells it.

import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ id: string, like: string[], codename: string, name: string }} OsRelease */

/**
 * @param {string} text the contents of /etc/os-release
 * @returns {OsRelease}
 */
export function parseOsRelease(text) {
  /** @param {string} key */
  const field = (key) => new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return {
    id: field('ID'),
    like: field('ID_LIKE').split(' ').filter(Boolean),
    codename: field('VERSION_CODENAME'),
    name: field('PRETTY_NAME') || process.platform,
  };
}

/** @param {string} [file] */
export function osRelease(file = '/etc/os-release') {
  return parseOsRelease(process.platform === 'linux' && existsSync(file) ? readFileSync(file, 'utf8') : '');
}
