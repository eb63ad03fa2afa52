// Programs that come from the system: what is there, and what is missing.

import { existsSync } from 'node:fs';
import { chromium, firefox, miniBrowser, webKitDriver, xvfb } from '../browsers/programs.mjs';
import { findClangFormat } from '../lib/clang-format.mjs';
import { SetupError } from '../lib/errors.mjs';
import { findGoogleTest } from '../lib/googletest.mjs';
import { which } from '../lib/paths.mjs';
import { commandLine, hasApt, installWithApt } from './apt-install.mjs';
import { osRelease } from './os-release.mjs';

/**
 * @typedef {object} Requirement
 * @property {string} what for people whose system is not Debian
 * @property {string} [aptPackage] on Debian and Ubuntu; what has none cannot be installed from there
 * @property {() => boolean} isThere cheap, since it is asked at every start: no program is run for it
 */

/** @param {...string} programs */
const has = (...programs) => programs.every((program) => which(program) !== undefined);

/** @type {Record<'wasm' | 'llvm' | 'native' | 'format' | 'browsers' | 'peers', Requirement[]>} */
const REQUIREMENTS = {
  wasm: [
    { what: 'Python 3', aptPackage: 'python3', isThere: () => has('python3') },
    { what: 'CMake', aptPackage: 'cmake', isThere: () => has('cmake') },
    { what: 'Ninja', aptPackage: 'ninja-build', isThere: () => has('ninja') },
  ],
  // The private Emscripten brings no compiler of its own; someone's emsdk does.
  llvm: [
    { what: 'Clang 19', aptPackage: 'clang-19', isThere: () => has('clang-19', 'clang++-19') },
    { what: 'LLD 19', aptPackage: 'lld-19', isThere: () => has('wasm-ld-19') },
    {
      what: 'LLVM 19',
      aptPackage: 'llvm-19',
      isThere: () => has('llvm-ar-19', 'llvm-nm-19', 'llvm-objcopy-19'),
    },
  ],
  native: [
    { what: 'a C++ compiler', aptPackage: 'g++', isThere: () => has('g++') || has('clang++') },
    {
      what: 'the sources of GoogleTest in /usr/src/googletest, or wherever GTEST_SOURCE says',
      aptPackage: 'googletest',
      isThere: () => findGoogleTest() !== undefined,
    },
  ],
  format: [
    {
      what: 'clang-format 19',
      aptPackage: 'clang-format-19',
      isThere: () => findClangFormat() !== undefined,
    },
  ],
  browsers: [
    { what: 'Chromium', aptPackage: 'chromium', isThere: () => chromium() !== undefined },
    { what: 'Firefox', aptPackage: 'firefox-esr', isThere: () => firefox() !== undefined },
    {
      what: 'the driver of WebKitGTK',
      aptPackage: 'webkit2gtk-driver',
      isThere: () => webKitDriver() !== undefined,
    },
    {
      what: 'the MiniBrowser of WebKitGTK 4.1',
      aptPackage: 'libwebkit2gtk-4.1-0',
      isThere: () => miniBrowser() !== undefined,
    },
    { what: 'Xvfb', aptPackage: 'xvfb', isThere: () => xvfb() !== undefined },
  ],
  peers: [
    { what: 'a C compiler', aptPackage: 'gcc', isThere: () => has('cc') },
    {
      what: 'FANN 2.2 with its headers',
      aptPackage: 'libfann-dev',
      isThere: () => ['/usr/include/fann.h', '/usr/local/include/fann.h'].some((file) => existsSync(file)),
    },
  ],
};

/** @param {(keyof typeof REQUIREMENTS)[]} needs */
export const missingRequirements = (needs) =>
  needs.flatMap((need) => REQUIREMENTS[need].filter(({ isThere }) => !isThere()));

/**
 * Installs what is missing, or says exactly how to.
 * @param {Requirement[]} missing
 * @param {import('../lib/stages.mjs').Stages} stages
 */
export async function installSystemPackages(missing, stages) {
  const packages = missing.flatMap(({ aptPackage }) => aptPackage ?? []);
  if (!hasApt() || packages.length < missing.length) {
    const line =
      hasApt() && packages.length > 0 ? [`What comes as a package:\n  ${commandLine(packages)}`] : [];
    throw new SetupError(
      [
        `On ${osRelease().name} this cannot be installed for you:`,
        ...missing.map(({ what }) => `  - ${what}`),
        ...line,
        'Then run the same command again.',
      ].join('\n'),
    );
  }
  await installWithApt(packages, stages);
  const still = missing.filter(({ isThere }) => !isThere()).map(({ what }) => what);
  if (still.length > 0)
    throw new SetupError(`apt-get ended well, and yet these are missing: ${still.join(', ')}`);
}
