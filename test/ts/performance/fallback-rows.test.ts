/**
 * The fallback table, row by row, in engines that really lack what the row says: V8 without its SIMD or without
 * WebAssembly, globals altered before the import. What the module manager decides is read from its status.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AvailableModule, ModuleStatus } from '@sasi/wasm-performance';
import { type InstalledCopy, installedCopy } from '../support/installed-copy.js';
import { type ProgramResult, runProgram, withoutWasm as withoutWasmFlags } from './run-program.js';

interface Outcome {
  readonly initialized: boolean;
  readonly status: ModuleStatus;
  readonly available: readonly AvailableModule[];
  /** tanh(0.5·x) of a fixed array, as bits. */
  readonly bits: number[] | null;
  readonly matrixBits: number[] | null;
  readonly error: { readonly code: string; readonly isTypeError: boolean } | null;
  readonly cleaned: { readonly memory: number; readonly initialized: boolean };
}

/** Initialises a manager, uses both layers, cleans up. */
function scenario(config: object): string {
  return `
    const { WasmModuleManager } = await import('@sasi/wasm-performance');
    const manager = new WasmModuleManager(${JSON.stringify(config)});
    const initialized = await manager.initialize();
    const status = manager.getModuleStatus();
    const x = Float32Array.from({ length: 1000 }, (_, i) => Math.fround((i - 500) / 37));
    const bitsOf = (values) => Array.from(new Uint32Array(values.buffer));
    let bits = null, matrixBits = null, error = null;
    try {
      bits = bitsOf(await manager.getPerformanceLayer().calculateNeuralActivation(x));
      matrixBits = bitsOf(manager.getSIMDLayer().simdMatrixMultiply(x, x, 25, 25));
    } catch (e) {
      error = { code: e.code, isTypeError: e instanceof TypeError };
    }
    await manager.cleanup();
    const cleaned = { memory: manager.getModuleStatus().memoryUsage, initialized: manager.isModuleManagerInitialized() };
    const available = manager.getAvailableModules();
    report({ available, initialized, status, bits, matrixBits, error, cleaned });`;
}

/** An application without ruv-swarm. */
let alone: InstalledCopy;
before(() => {
  alone = installedCopy();
});
after(() => alone.remove());

type Engine = Parameters<typeof runProgram>[1];

async function outcome(config: object, engine?: Engine): Promise<Outcome> {
  const { reported, stderr } = await runProgram<Outcome>(scenario(config), engine);
  // No flood of messages, whatever is missing.
  assert.equal(stderr, '');
  assert.deepEqual(reported.cleaned, { memory: 0, initialized: false });
  return reported;
}

/** A flag takes SIMD from V8 on x64; elsewhere the engine's own probe is made to refuse it. */
const withoutSimd: Engine =
  process.arch === 'x64'
    ? { flags: ['--no-enable-sse4-1'] }
    : {
        before: `
          const { validate } = WebAssembly;
          WebAssembly.validate = (bytes) => validate(bytes) && !new Uint8Array(bytes.buffer ?? bytes).includes(0xfd);`,
      };
const withoutWasm: Engine = { flags: withoutWasmFlags };

const whole = outcome({ preferredModule: 'production' });

async function assertSameBits(other: Outcome): Promise<void> {
  const { bits, matrixBits } = await whole;
  assert.ok(bits !== null && matrixBits !== null);
  assert.deepEqual(other.bits, bits);
  assert.deepEqual(other.matrixBits, matrixBits);
}

test('row 1: ruv-swarm is installed', async () => {
  const result = await outcome({});
  assert.equal(result.initialized, true);
  const { module, tier, selection, errorCount, routing } = result.status;
  assert.equal(module, 'ruv-swarm');
  assert.equal(tier, 'simd');
  assert.deepEqual(
    selection.map(({ candidate, accepted, code }) => [candidate, accepted, code]),
    [['ruv-swarm', true, undefined]],
  );
  assert.equal(errorCount, 0);
  // Its activations are wrong (x/(1+|x|) in place of tanh) and its dot product sums in four lanes of float32, so they
  // never get a call; what it does rightly it does.
  assert.deepEqual(
    routing?.map(({ operation, servedBy }) => [operation, servedBy]),
    [
      ['calculateNeuralActivation', 'production'],
      ['optimizeConnections', 'production'],
      ['vectorAdd', 'ruv-swarm'],
      ['dotProduct', 'production'],
      ['matrixMultiply', 'ruv-swarm'],
      ['spikeRate', 'production'],
      ['meshEfficiency', 'production'],
    ],
  );
  const activation = routing?.find(({ operation }) => operation === 'calculateNeuralActivation');
  assert.ok(activation?.maxError !== undefined && activation.maxError > 0.1, `${activation?.maxError}`);
  assert.match(activation.reason, /off by 0\.3/);
  const dot = routing?.find(({ operation }) => operation === 'dotProduct');
  assert.match(dot?.reason ?? '', /off by 0\.00\d+.*60 000 elements/);
  const { bits, matrixBits } = await whole;
  assert.deepEqual(result.bits, bits);
  const floats = (words: number[] | null) => new Float32Array(Uint32Array.from(words ?? []).buffer);
  const [theirs, ours] = [floats(result.matrixBits), floats(matrixBits)];
  assert.equal(theirs.length, 25 * 25);
  for (const [i, value] of theirs.entries()) {
    assert.ok(Math.abs(value - ours[i]!) <= 1e-4, `${i}: ${value}, ${ours[i]}`);
  }
});

test('row 2: ruv-swarm is preferred and not there', async () => {
  const result = await outcome({}, { folder: alone.folder });
  assert.equal(result.initialized, true);
  const { module, tier, selection, errorCount, lastError, routing } = result.status;
  assert.equal(module, 'production');
  assert.equal(tier, 'simd');
  assert.deepEqual(
    selection.map(({ candidate, accepted, code }) => [candidate, accepted, code]),
    [
      ['ruv-swarm', false, 'MODULE_NOT_FOUND'],
      ['production', true, undefined],
    ],
  );
  assert.match(selection[0]?.reason ?? '', /ruv-swarm is not installed/);
  assert.equal(errorCount, 0);
  assert.equal(lastError, undefined);
  assert.equal(routing, undefined);
  const available = result.available.find(({ name }) => name === 'ruv-swarm');
  assert.equal(available?.available, false);
  await assertSameBits(result);
});

for (const preferredModule of ['ruv-swarm', 'production']) {
  test(`row 3: an engine without SIMD, ${preferredModule} preferred`, async () => {
    const result = await outcome({ preferredModule }, withoutSimd);
    assert.equal(result.initialized, true);
    assert.equal(result.status.module, 'production');
    assert.equal(result.status.tier, 'scalar');
    const simd = result.status.selection.find((entry) => entry.tier === 'simd');
    assert.equal(simd?.code, 'VARIANT_UNSUPPORTED');
    await assertSameBits(result);
  });
}

test('row 4: enableSIMD false', async () => {
  const result = await outcome({ preferredModule: 'production', enableSIMD: false });
  assert.equal(result.status.module, 'production');
  assert.equal(result.status.tier, 'scalar');
  assert.ok(!result.status.capabilities.includes('simd'));
  await assertSameBits(result);
});

test('row 5: the fallback module compiles no WebAssembly', async () => {
  const before = `
    globalThis.compiled = 0;
    for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      if (original) WebAssembly[name] = (...args) => { globalThis.compiled++; return original(...args); };
    }
    WebAssembly.Module = new Proxy(WebAssembly.Module, {
      construct(target, args) { globalThis.compiled++; return new target(...args); },
    });`;
  const program = scenario({ preferredModule: 'fallback' }).replace(
    'report({',
    'report({ compiled: globalThis.compiled,',
  );
  const { reported }: { readonly reported: Outcome & { readonly compiled: number } } = await runProgram(
    program,
    { before },
  );
  assert.equal(reported.status.module, 'fallback');
  assert.equal(reported.status.tier, 'js');
  assert.equal(reported.compiled, 0);
  await assertSameBits(reported);
});

for (const ruvSwarm of [true, false]) {
  test(`row 6: an engine without WebAssembly, ruv-swarm ${ruvSwarm ? 'installed' : 'not there'}`, async () => {
    await assertWithoutWasm(ruvSwarm);
  });
}

async function assertWithoutWasm(ruvSwarm: boolean): Promise<void> {
  const result = await outcome({}, ruvSwarm ? withoutWasm : { ...withoutWasm, folder: alone.folder });
  assert.equal(result.initialized, true);
  assert.equal(result.status.module, 'fallback');
  assert.equal(result.status.tier, 'js');
  assert.deepEqual(
    result.status.selection.map(({ candidate, code }) => [candidate, code]),
    [
      ['ruv-swarm', ruvSwarm ? 'WASM_UNAVAILABLE' : 'MODULE_NOT_FOUND'],
      ['production', 'WASM_UNAVAILABLE'],
      ['production', 'WASM_UNAVAILABLE'],
      ['fallback', undefined],
    ],
  );
  assert.equal(result.status.errorCount, 0);
  await assertSameBits(result);
}

test('row 7: without WebAssembly and without automatic fallback there is nothing', async () => {
  for (const preferredModule of ['ruv-swarm', 'production']) {
    const config = { preferredModule, enableAutoFallback: false };
    const result = await outcome(config, withoutWasm);
    assert.equal(result.initialized, false);
    assert.deepEqual(result.error, { code: 'NOT_INITIALIZED', isTypeError: false });
    assert.equal(result.status.loaded, false);
    assert.match(result.status.lastError ?? '', /^WASM_UNAVAILABLE/);
    const helper: ProgramResult<string> = await runProgram(
      `const { createWasmPerformanceSystem } = await import('@sasi/wasm-performance');
       await createWasmPerformanceSystem(${JSON.stringify(config)}).catch((error) => report(error.code));`,
      withoutWasm,
    );
    assert.equal(helper.reported, 'WASM_UNAVAILABLE');
  }
});

test('row 8: a policy that forbids to compile', async () => {
  // What engines do under a Content-Security-Policy without wasm-unsafe-eval: validate works, compiling throws.
  const before = `
    globalThis.attempts = 0;
    const refuse = () => {
      globalThis.attempts++;
      throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
    };
    for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) {
      WebAssembly[name] = async () => refuse();
    }
    WebAssembly.Module = new Proxy(WebAssembly.Module, { construct: refuse });`;
  const result = await outcome({}, { before });
  assert.equal(result.status.module, 'fallback');
  const refused = result.status.selection.filter((entry) => entry.candidate === 'production');
  assert.deepEqual(
    refused.map((entry) => entry.code),
    ['CSP_BLOCKED', 'CSP_BLOCKED'],
  );
  await assertSameBits(result);
});

test('row 9: a limit below what a module needs', async () => {
  const result = await outcome({ memoryLimit: 1024 * 1024 });
  assert.equal(result.initialized, false);
  assert.deepEqual(
    result.status.selection.map(({ candidate, code }) => [candidate, code]),
    [
      ['ruv-swarm', 'MEMORY_LIMIT'],
      ['production', 'MEMORY_LIMIT'],
      ['fallback', 'MEMORY_LIMIT'],
    ],
  );
  assert.equal(result.error?.code, 'NOT_INITIALIZED');
});

test('row 21: no process and no window', async () => {
  const before =
    'delete globalThis.window; const { process: host } = globalThis; globalThis.process = undefined;';
  // Where there is no process there are no files either: the bytes have to be where fetch finds them.
  const result = await outcome({ preferredModule: 'fallback' }, { before });
  assert.equal(result.status.tier, 'js');
  await assertSameBits(result);
});

test('row 23: what is overwritten after the import is not used', async () => {
  const program = `
    await import('@sasi/wasm-performance');
    const trap = (name) => new Proxy({}, { get() { throw new Error(name + ' was touched'); } });
    globalThis.WebAssembly = trap('WebAssembly');
    Object.defineProperty(globalThis, 'performance', { value: trap('performance') });
    ${scenario({})}`;
  const { reported } = await runProgram<Outcome>(program);
  assert.equal(reported.status.tier, 'simd');
  await assertSameBits(reported);
});

for (const [name, stub] of [
  ['an empty object', '{}'],
  [
    'functions that do nothing',
    '{ validate() {}, compile() {}, instantiate() {}, Module() {}, Instance() {}, Memory() {} }',
  ],
  ['members that throw', 'new Proxy({}, { get() { throw new Error("not implemented"); } })'],
  ['null', 'null'],
] as const) {
  test(`row 24: WebAssembly was a stub before the import: ${name}`, async () => {
    const result = await outcome({}, { before: `globalThis.WebAssembly = ${stub};` });
    assert.equal(result.status.module, 'fallback');
    assert.equal(result.error, null);
    await assertSameBits(result);
  });
}
