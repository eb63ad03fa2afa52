// Compares what the program test/cpp/bit_identity.cpp prints in different builds.

import { CommandError } from './errors.mjs';
import { run } from './run.mjs';

const MINUTE = 60_000;

/**
 * @param {string} text what the program prints: "<hash> <count> <case>" lines and a closing "end <cases>"
 * @returns {Map<string, string>} hash and count of each case
 */
export function parseHashes(text) {
  const lines = text.trimEnd().split('\n');
  const [, count] = /^end (\d+)$/.exec(lines.pop() ?? '') ?? [];
  const hashes = new Map();
  for (const line of lines) {
    const [, value, name] = /^([0-9a-f]{16} \d+) (.+)$/.exec(line) ?? [];
    if (value === undefined) throw new CommandError(`not a line of bit_identity: ${line}`);
    hashes.set(name, value);
  }
  // A program that died, or two cases of one name, would otherwise compare less than it seems.
  if (count === undefined || Number(count) !== hashes.size || hashes.size === 0) {
    throw new CommandError(`bit_identity printed ${hashes.size} cases and announced ${count ?? 'nothing'}`);
  }
  return hashes;
}

/**
 * @param {Map<string, string>} first
 * @param {Map<string, string>} second
 * @returns {string[]} the cases that differ or that only one of them has
 */
export function differingCases(first, second) {
  const names = new Set([...first.keys(), ...second.keys()]);
  return [...names].filter((name) => first.get(name) !== second.get(name));
}

/**
 * Runs all programs and compares the first with each of the others; throws when any bit differs.
 * @param {string} reference a path; a .js file is run with this node
 * @param {string[]} others
 * @returns {Promise<number>} how many cases there are
 */
export async function compareBits(reference, ...others) {
  if (others.length === 0) throw new CommandError('there must be at least two programs to compare');
  const expected = parseHashes(await output(reference));
  for (const other of others) {
    const different = differingCases(expected, parseHashes(await output(other)));
    const [name] = different;
    if (name === undefined) continue;
    throw new CommandError(
      [
        `${other} differs from ${reference} in ${different.length} of ${expected.size} cases:`,
        ...different.slice(0, 20).map((each) => `  ${each}`),
        await firstDifference(reference, other, name),
      ].join('\n'),
    );
  }
  return expected.size;
}

/** @param {string} program @param {...string} args */
async function output(program, ...args) {
  const isScript = program.endsWith('.cjs');
  const command = isScript ? process.execPath : program;
  return (await run(command, isScript ? [program, ...args] : args, { timeout: 5 * MINUTE })).output;
}

/** @param {string} reference @param {string} other @param {string} name */
async function firstDifference(reference, other, name) {
  const expected = (await output(reference, name)).split('\n');
  const found = (await output(other, name)).split('\n');
  const at = expected.findIndex((line, i) => line !== found[i]);
  return `first in "${name}", index and bits: ${found[at]}, expected ${expected[at]}`;
}
