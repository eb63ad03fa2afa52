// Finds files of the checkout by folder and ending.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

/**
 * @param {string[]} folders relative to the checkout; one that does not exist holds nothing
 * @param {RegExp} ending
 * @returns {string[]} paths relative to the checkout, sorted
 */
export function findSources(folders, ending) {
  const present = folders.filter((folder) => existsSync(inRoot(folder)));
  const files = present.flatMap((folder) =>
    readdirSync(inRoot(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && ending.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(inRoot().length)),
  );
  return files.sort();
}
