/** Runs the same tests over every build. */
import { after, before, describe } from 'node:test';
import {
  loadRuntime,
  type NeuralRuntime,
  type RuntimeOptions,
  type VariantName,
} from '@sasi/wasm-performance';
import { builds as table } from '#ts/core/variants.js';

export const builds: readonly VariantName[] = table.map(({ name }) => name);

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
