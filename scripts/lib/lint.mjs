// Formatters and linter, to check or to repair.

import { findClangFormat } from './clang-format.mjs';
import { CommandError } from './errors.mjs';
import { npmBinary, ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { findSources } from './sources.mjs';

const colors = process.stdout.isTTY ? [] : ['--colors=off'];

/** TypeScript, JavaScript and JSON; warnings count. */
export function checkWithBiome() {
  return run(npmBinary('biome'), ['ci', '--error-on-warnings', ...colors], { cwd: ROOT, output: 'inherit' });
}

export function repairWithBiome() {
  return run(npmBinary('biome'), ['check', '--write', ...colors], { cwd: ROOT, output: 'inherit' });
}

/** @param {'check' | 'repair'} mode */
export function clangFormat(mode) {
  const files = findSources(['cpp', 'bindings', 'test/cpp', 'bench/cpp'], /\.(h|cpp)$/);
  if (files.length === 0) throw new CommandError('no C++ source found: is the checkout complete?');
  const program = findClangFormat() ?? 'clang-format-19';
  const how = mode === 'check' ? ['--dry-run', '--Werror'] : ['-i'];
  return run(program, [...how, ...files], { cwd: ROOT, output: 'inherit' });
}
