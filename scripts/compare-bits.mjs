// node scripts/compare-bits.mjs <program> <program> …
//
// Runs the program bit_identity of several builds (a .cjs file with node) and compares what they print: every kernel
// must give the same bits in all of them.

import { compareBits } from './lib/bit-identity.mjs';
import { main } from './lib/main.mjs';

main(async () => {
  const [reference = '', ...others] = process.argv.slice(2);
  const cases = await compareBits(reference, ...others);
  process.stdout.write(`${others.length + 1} programs, ${cases} cases, the same bits\n`);
});
