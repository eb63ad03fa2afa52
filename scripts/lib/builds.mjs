// Every build, in the order in which they depend on each other.

import { buildNative, buildWasm } from './cmake.mjs';
import { buildPackageEntries } from './package-entries.mjs';
import { buildTypeScript } from './typescript.mjs';

/**
 * @param {import('../setup/setup.mjs').Toolchain} toolchain
 * @param {import('./stages.mjs').Stages} stages
 */
export async function buildEverything({ emscripten }, stages) {
  await stages.quiet('building the wasm modules and their tests', () => buildWasm(emscripten, 'all'));
  await stages.quiet('building the native tests', buildNative);
  await stages.quiet('building the TypeScript API and its tests', () => buildTypeScript('.'));
  await stages.quiet('building the inline and CommonJS entries', buildPackageEntries);
}
