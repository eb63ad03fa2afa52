// GoogleTest is built from source, with the flags and sanitizers of the code that it tests.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** @returns {string | undefined} the folder that holds src/gtest-all.cc */
export function findGoogleTest() {
  // Debian and Ubuntu have it there; elsewhere the variable says where a checkout lies.
  const folder = process.env.GTEST_SOURCE || '/usr/src/googletest/googletest';
  return existsSync(join(folder, 'src/gtest-all.cc')) ? folder : undefined;
}
