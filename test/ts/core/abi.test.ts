/** Every build has the exports and the enumerations that the typed mirror of the ABI names. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  abiParameters,
  activationNames,
  initializerNames,
  lossNames,
  optimizerNames,
  rowActivationNames,
  statusNames,
} from '#ts/core/abi.js';
import { loadEngine } from '#ts/core/loader.js';
import { builds } from '../support/builds.js';
import { fromRoot } from '../support/paths.js';

/** What the linker adds for the glue. */
const linkerExports =
  /^(__wasm_call_ctors|__getTypeName|__indirect_function_table|_?_?embind_\w+|_?emscripten_\w+|memory|malloc|free|strdup)$/;

test('the exports of all builds are the same', async () => {
  const names = builds
    .filter((build) => build !== 'js')
    .map((build) => {
      const module = new WebAssembly.Module(readFileSync(fromRoot(`dist/wasm/${build}/neural.wasm`)));
      return WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`);
    });
  assert.ok(names.length >= 2);
  for (const other of names) assert.deepEqual([...other].sort(), [...names[0]!].sort());
});

for (const build of builds) {
  test(`${build}: the exports are those of the mirror, with as many parameters`, async () => {
    const { engine } = await loadEngine({ variant: build });
    const found = Object.entries(engine.abi as Record<string, unknown>)
      .filter(([name, value]) => typeof value === 'function' && !linkerExports.test(name))
      .map(([name, value]) => [name, (value as () => unknown).length])
      .sort();
    const wanted = Object.entries(abiParameters).map(([name, parameters]) => [name, parameters.length]);
    assert.deepEqual(found, wanted.sort());
    engine.dispose();
  });

  test(`${build}: the enumerations hold the names of the mirror`, async () => {
    const { engine } = await loadEngine({ variant: build });
    const enumerations = {
      Status: statusNames,
      Activation: [...activationNames, ...rowActivationNames],
      Initializer: initializerNames,
      Optimizer: optimizerNames,
      Loss: lossNames,
    } as const;
    for (const [name, wanted] of Object.entries(enumerations)) {
      const object = engine.objects[name as keyof typeof enumerations] as object;
      const found = Object.entries(object)
        .filter(([, value]) => typeof value?.value === 'number')
        .sort((a, b) => a[1].value - b[1].value)
        .map(([key]) => key);
      assert.deepEqual(found, [...wanted], name);
    }
    engine.dispose();
  });
}

test('the glues of the wasm builds are the same bytes', () => {
  const glues = builds
    .filter((build) => build !== 'js')
    .map((build) => readFileSync(fromRoot(`dist/wasm/${build}/neural.js`), 'utf8'));
  for (const glue of glues) assert.ok(glue === glues[0], 'a glue differs');
});
