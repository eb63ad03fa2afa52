// The formatter of the C++ sources. Its version matters: another one lays out some lines otherwise.

import { spawnSync } from 'node:child_process';
import { which } from './paths.mjs';

export const CLANG_FORMAT_MAJOR = '19';

/** @returns {string | undefined} the program's path */
export function findClangFormat() {
  const versioned = which(`clang-format-${CLANG_FORMAT_MAJOR}`);
  if (versioned) return versioned;
  // Where packages are not named after their version (Homebrew, pip), ask it.
  const plain = which('clang-format');
  const said = plain && spawnSync(plain, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout;
  return said?.includes(`version ${CLANG_FORMAT_MAJOR}.`) ? plain : undefined;
}
