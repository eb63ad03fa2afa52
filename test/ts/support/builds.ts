/** Runs the same tests over every build. */

import { after, before, describe } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import {
  loadRuntime,
  type NeuralRuntime,
  type RuntimeOptions,
  type VariantName,
} from '@sasi/wasm-performance';
import { hasFeature } from '#ts/core/features.js';
import { type Build, isOnRequest, builds as table } from '#ts/core/variants.js';

/** What this Node needs on its command line to run every build: before version 21 relaxed SIMD waits for a flag. */
export const engineFlags: readonly string[] = hasFeature('relaxedSimd')
  ? []
  : ['--experimental-wasm-relaxed-simd'];
for (const flag of engineFlags) setFlagsFromString(flag);

export const builds: readonly VariantName[] = table.map(({ name }) => name);
/** Those that promise the same bits. */
export const exactBuilds: readonly VariantName[] = (table as readonly Build[])
  .filter((build) => !isOnRequest(build))
  .map(({ name }) => name);

/** One suite for each build, with one runtime that all its tests share. */
export function describeBuilds(
  name: string,
  define: (runtime: () => NeuralRuntime, build: VariantName) => void,
  options: RuntimeOptions = {},
): void {
  for (const build of builds) {
    describe(`${name}, ${build} build`, () => {
      let runtime: NeuralRuntime;
      before(async () => {
        runtime = await loadRuntime({ ...options, variant: build });
      });
      after(() => runtime.dispose());
      define(() => runtime, build);
    });
  }
}
