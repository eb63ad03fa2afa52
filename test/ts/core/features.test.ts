import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectFeatures, type Features } from '@sasi/wasm-performance';
import { hasFeature, probeModule, type WasmFeature } from '#ts/core/features.js';
import { runProgram } from '../support/child.js';

const features: readonly WasmFeature[] = ['wasm', 'simd', 'relaxedSimd', 'threads'];

test('every probe that validates also runs, and computes what it should', () => {
  for (const feature of features) {
    if (!hasFeature(feature)) continue;
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(probeModule(feature) as BufferSource),
    );
    assert.equal((exports.f as () => number)(), 42, feature);
  }
});

test('relaxed SIMD is found where the engine has it, and runs', () => {
  // Node 20 has it behind a flag, later versions without.
  const flags = hasFeature('relaxedSimd') ? [] : ['--experimental-wasm-relaxed-simd'];
  const found = runProgram<[boolean, number]>(
    `const { probeModule } = await import(new URL('core/features.js', entry));
     const { detectFeatures } = await import(entry);
     const { exports } = new WebAssembly.Instance(new WebAssembly.Module(probeModule('relaxedSimd')));
     report([detectFeatures().relaxedSimd, exports.f()]);`,
    flags,
  );
  assert.deepEqual(found, [true, 42]);
});

test('a probe is refused when a byte of its body is wrong', () => {
  for (const feature of features) {
    const bytes = Uint8Array.from(probeModule(feature));
    bytes[bytes.length - 2] = 0xff;
    assert.equal(WebAssembly.validate(bytes), false, feature);
  }
});

test('this engine has WebAssembly, SIMD and threads', () => {
  const { wasm, simd, threads, crossOriginIsolated } = detectFeatures();
  assert.deepEqual([wasm, simd, threads, crossOriginIsolated], [true, true, true, false]);
});

const none: Features = {
  wasm: false,
  simd: false,
  relaxedSimd: false,
  threads: false,
  crossOriginIsolated: false,
};

const crippled: Readonly<Record<string, readonly [program: string, expected: Partial<Features>]>> = {
  'WebAssembly is absent': ['delete globalThis.WebAssembly;', none],
  'WebAssembly is an empty stub': ['globalThis.WebAssembly = {};', none],
  'WebAssembly is null': ['globalThis.WebAssembly = null;', none],
  'WebAssembly is a getter that throws': [
    "Object.defineProperty(globalThis, 'WebAssembly', { get() { throw new Error('forbidden'); } });",
    none,
  ],
  'its members throw when touched': [
    "globalThis.WebAssembly = new Proxy({}, { get() { throw new Error('forbidden'); } });",
    none,
  ],
  'its validate throws': ["WebAssembly.validate = () => { throw new Error('forbidden'); };", none],
  'its validate answers what is no boolean': ["WebAssembly.validate = () => 'yes';", none],
  'its validate refuses SIMD': [
    `const { validate } = WebAssembly;
     WebAssembly.validate = (bytes) => !new Uint8Array(bytes.buffer ?? bytes).includes(0xfd) && validate(bytes);`,
    { wasm: true, simd: false, relaxedSimd: false, threads: true },
  ],
};

for (const [what, [program, expected]] of Object.entries(crippled)) {
  test(`${what}: no TypeError, the truth, and a build that still runs`, () => {
    const { found, variant, codes, sum } = runProgram<{
      found: Features;
      variant: string;
      codes: (string | undefined)[];
      sum: number;
    }>(`
      ${program}
      const { detectFeatures, loadRuntime } = await import(entry);
      const runtime = await loadRuntime();
      report({
        found: detectFeatures(),
        variant: runtime.variant,
        codes: runtime.selection.map(({ code }) => code),
        sum: runtime.ops.sum(Float32Array.of(1, 2, 3)),
      });`);
    assert.deepEqual({ ...found, ...expected }, found);
    assert.equal(sum, 6);
    if (expected.wasm) assert.deepEqual([variant, codes], ['scalar', ['VARIANT_UNSUPPORTED', null]]);
    else assert.deepEqual([variant, codes], ['js', ['WASM_UNAVAILABLE', 'WASM_UNAVAILABLE', null]]);
  });
}

test('who overwrites WebAssembly or performance after the import changes nothing', () => {
  const variant = runProgram(`
    const { loadRuntime } = await import(entry);
    globalThis.WebAssembly = {};
    globalThis.performance = { now() { throw new Error('overwritten'); } };
    const runtime = await loadRuntime();
    runtime.ops.relu(Float32Array.of(1));
    report([runtime.variant, runtime.metrics().total.calls]);`);
  assert.deepEqual(variant, ['simd', 1]);
});

test('importing writes no global and leaves no listener', () => {
  const [globals, listeners] = runProgram<[string[], number]>(`
    const names = () => Reflect.ownKeys(globalThis).map(String);
    const count = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const [before, listeners] = [names(), count()];
    await import(entry);
    report([names().filter((name) => !before.includes(name)), count() - listeners]);`);
  assert.deepEqual([globals, listeners], [[], 0]);
});
