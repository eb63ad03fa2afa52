/**
 * Row 16: the engine stops a kernel. The module is a real one, whose activation was patched so that it traps on long
 * arrays: the self-test's short ones go through.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  ProductionWasmBridge,
  WasmBridge,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';
import { installedCopy } from '../support/installed-copy.js';
import { answer, withServer } from '../support/server.js';
import { prependInstructions, wasmBytes } from '../support/wasm-file.js';

const short = Float32Array.of(-2, 0, 2);
/** Longer than what a layer measures its build with. */
const long = new Float32Array(20_000);

/** activate_f32(activation, x, out, n, …): `if (n >= 20 000) unreachable`. */
function trapping(build: 'simd' | 'scalar'): Uint8Array {
  return prependInstructions(wasmBytes(build), 'activate_f32', [
    ...[0x20, 0x03, 0x41, 0xa0, 0x9c, 0x01, 0x4f], // local.get 3, i32.const 20000, i32.ge_u
    ...[0x04, 0x40, 0x00, 0x0b], //             if unreachable end
  ]);
}

interface Source {
  /** Which files trap. */
  readonly traps: readonly ('simd' | 'scalar')[];
}

async function withFiles<T>(
  { traps }: Source,
  use: (config: { wasmUrl: (file: string) => string }, requests: string[]) => Promise<T>,
): Promise<T> {
  const body = (build: 'simd' | 'scalar') => (traps.includes(build) ? trapping(build) : wasmBytes(build));
  const answers = {
    'simd/neural.wasm': answer(body('simd')),
    'scalar/neural.wasm': answer(body('scalar')),
  };
  return withServer(answers, (url, requests) => use({ wasmUrl: (file) => url(file) }, requests));
}

/** Until the module is there again. */
async function rebuilt(ready: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!ready()) {
    assert.ok(Date.now() < end, 'no module was loaded after the trap');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const stderr: string[] = [];
const { error } = console;
before(() => {
  console.error = (...values) => stderr.push(values.join(' '));
});
after(() => {
  console.error = error;
});

test('row 16: the instance is rebuilt once, then the next build takes its place', async () => {
  await withFiles({ traps: ['simd'] }, async (files, requests) => {
    // A busy machine may load slowly, or compute so, which would be another warning.
    const forever = Number.POSITIVE_INFINITY;
    const healthThresholds = { loadTime: forever, averageLatency: forever };
    const manager = new WasmModuleManager({ preferredModule: 'production', healthThresholds, ...files });
    assert.equal(await manager.initialize(), true);
    const layer = manager.getPerformanceLayer();
    const expected = await layer.calculateNeuralActivation(short);
    const before = manager.getRuntime();

    await assert.rejects(layer.calculateNeuralActivation(long), { code: 'TRAPPED' });
    assert.equal(manager.isModuleManagerInitialized(), false);
    // The next call waits for the new instance.
    assert.deepEqual(await layer.calculateNeuralActivation(short), expected);
    assert.equal(manager.getModuleStatus().tier, 'simd');
    assert.notEqual(manager.getRuntime(), before);
    assert.throws(() => before.memory.stats(), { code: 'DISPOSED' });
    const health = manager.healthCheck();
    assert.equal(health.status, 'warning', health.issues.join());
    assert.match(health.issues.join(), /simd 1 time/);
    assert.deepEqual(
      manager.healthIssues().map(({ code }) => code),
      ['TRAPPED'],
    );

    await assert.rejects(layer.calculateNeuralActivation(long), { code: 'TRAPPED' });
    assert.deepEqual(await layer.calculateNeuralActivation(short), expected);
    const { tier, module, selection } = manager.getModuleStatus();
    assert.equal(module, 'production');
    assert.equal(tier, 'scalar');
    assert.deepEqual(
      selection.map((entry) => [entry.tier, entry.accepted, entry.code]),
      [
        ['simd', false, 'TRAPPED'],
        ['scalar', true, undefined],
      ],
    );
    assert.equal((await layer.calculateNeuralActivation(long)).length, long.length);
    assert.equal(manager.healthCheck().status, 'warning');
    assert.deepEqual(requests, ['simd/neural.wasm', 'simd/neural.wasm', 'scalar/neural.wasm']);
    await manager.cleanup();
  });
});

test('row 16: when every WebAssembly build traps, the fallback module remains', async () => {
  await withFiles({ traps: ['simd', 'scalar'] }, async (files) => {
    const manager = new WasmModuleManager({ preferredModule: 'production', ...files });
    await manager.initialize();
    const layer = manager.getPerformanceLayer();
    const tiers: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      tiers.push(manager.getModuleStatus().tier);
      await assert.rejects(layer.calculateNeuralActivation(long), { code: 'TRAPPED' });
      await rebuilt(() => manager.isModuleManagerInitialized());
    }
    assert.deepEqual(tiers, ['simd', 'simd', 'scalar', 'scalar']);
    assert.equal(manager.getModuleStatus().module, 'fallback');
    assert.equal((await layer.calculateNeuralActivation(long)).length, long.length);
    await manager.cleanup();
  });
});

test('row 16: without automatic fallback there is nothing then, and calls say so', async () => {
  await withFiles({ traps: ['simd', 'scalar'] }, async (files) => {
    const manager = new WasmModuleManager({
      preferredModule: 'production',
      enableAutoFallback: false,
      enableSIMD: false,
      ...files,
    });
    await manager.initialize();
    const layer = manager.getPerformanceLayer();
    for (let i = 0; i < 2; i++) {
      await assert.rejects(layer.calculateNeuralActivation(long), { code: 'TRAPPED' });
      await layer.calculateNeuralActivation(short).catch(() => {});
    }
    await assert.rejects(layer.calculateNeuralActivation(short), { code: 'NOT_INITIALIZED' });
    const { loaded, lastError } = manager.getModuleStatus();
    assert.equal(loaded, false);
    assert.match(lastError ?? '', /^TRAPPED: /);
    assert.equal(manager.healthCheck().status, 'error');
    await manager.cleanup();
    // A new life begins with a clean slate.
    assert.equal(await manager.initialize(), true);
    await manager.cleanup();
  });
});

test('row 16: the synchronous layer works on in JavaScript meanwhile', async () => {
  await withFiles({ traps: ['simd'] }, async (files) => {
    const manager = new WasmModuleManager({ preferredModule: 'production', ...files });
    await manager.initialize();
    const simd = manager.getSIMDLayer();
    const trap = manager.getPerformanceLayer().calculateNeuralActivation(long);
    await assert.rejects(trap, { code: 'TRAPPED' });
    assert.deepEqual(simd.simdVectorAdd(short, short), Float32Array.of(-4, 0, 4));
    await rebuilt(() => simd.isInitialized());
    assert.deepEqual(simd.simdVectorAdd(short, short), Float32Array.of(-4, 0, 4));
    const built = simd.getOperationHistory().map(({ vectorized }) => vectorized);
    assert.deepEqual(built, [false, true]);
    await manager.cleanup();
  });
});

test('row 16: a layer and the bridges of their own rebuild themselves', async () => {
  await withFiles({ traps: ['simd'] }, async (files) => {
    const layer = new WasmPerformanceLayer(files);
    await layer.initialize();
    // It is a warning also where hardly any other call was made.
    await layer.calculateNeuralActivation(short);
    await assert.rejects(layer.calculateNeuralActivation(long), { code: 'TRAPPED' });
    assert.equal((await layer.calculateNeuralActivation(short)).length, 3);
    assert.equal(layer.healthCheck().status, 'warning', layer.healthCheck().issues.join());
    assert.ok(layer.getPerformanceMetrics().errorRate > 0.3, 'it stays a failed call');
    layer.cleanup();

    for (const Bridge of [WasmBridge, ProductionWasmBridge]) {
      const bridge = new Bridge(files);
      await bridge.initialize();
      const expected = bridge.calculateNeuralActivation(short);
      for (const tier of ['simd', 'scalar']) {
        assert.throws(() => bridge.calculateNeuralActivation(long), {
          code: 'TRAPPED',
          message: /^WASM function error: .*trapped/,
        });
        // There is nothing to work with until the new instance is there.
        assert.equal(bridge.isWasmInitialized(), false);
        assert.throws(() => bridge.calculateNeuralActivation(short), { code: 'NOT_INITIALIZED' });
        await rebuilt(() => bridge.isWasmInitialized());
        assert.equal(bridge.isSIMDSupported(), tier === 'simd');
        assert.deepEqual(bridge.calculateNeuralActivation(short), expected);
      }
      await bridge.cleanup();
    }
  });
});

test('row 16: a trap is one for everybody, whoever called the kernel', async () => {
  await withFiles({ traps: ['simd'] }, async (files) => {
    const forever = Number.POSITIVE_INFINITY;
    const healthThresholds = { loadTime: forever, averageLatency: forever };
    const manager = new WasmModuleManager({ preferredModule: 'production', healthThresholds, ...files });
    await manager.initialize();
    const { ops } = manager.getRuntime();
    assert.throws(() => ops.tanh(long), { code: 'TRAPPED' });
    assert.equal(manager.isModuleManagerInitialized(), false);
    assert.equal(manager.getModuleStatus().loaded, false);
    assert.equal((await manager.getPerformanceLayer().calculateNeuralActivation(short)).length, 3);
    assert.equal(manager.getModuleStatus().tier, 'simd');
    assert.equal(manager.healthCheck().status, 'warning', manager.healthCheck().issues.join());
    assert.match(manager.healthCheck().issues.join(), /simd 1 time/);
    assert.throws(() => manager.getRuntime().ops.activate('tanh', long), { code: 'TRAPPED' });
    assert.equal(await manager.initialize(), true);
    assert.equal(manager.getModuleStatus().tier, 'scalar');
    await manager.cleanup();
  });
});

test('row 16: a low-level function of a bridge that traps retires the module as an operation does', async () => {
  await withFiles({ traps: ['simd'] }, async (files) => {
    const bridge = new WasmBridge(files);
    await bridge.initialize();
    const expected = bridge.calculateNeuralActivation(short);
    for (const tier of ['simd', 'scalar']) {
      const { module } = bridge;
      assert.ok(module !== null);
      const at = bridge.allocateMemory(4 * long.length);
      module.calculate_neural_activation(short.length, at, short.length, at);
      assert.throws(() => module.calculate_neural_activation(long.length, at, long.length, at), {
        code: 'TRAPPED',
        message: /^WASM function error: (?!WASM).*trapped/,
      });
      assert.equal(bridge.isWasmInitialized(), false);
      assert.equal(bridge.module === null, true);
      assert.throws(() => bridge.calculateNeuralActivation(short), { code: 'NOT_INITIALIZED' });
      assert.throws(() => module.optimize_connections(1, at, 1), { code: 'NOT_INITIALIZED' });
      await rebuilt(() => bridge.isWasmInitialized());
      // What was kept of the damaged instance is not used any more; the bridge shows the new one.
      assert.throws(() => module.optimize_connections(1, at, 1), { code: 'NOT_INITIALIZED' });
      assert.equal(bridge.module?.simd_supported(), tier === 'simd' ? 1 : 0);
      assert.throws(() => bridge.module?.optimize_connections(1, at, 1), { code: 'INVALID_ARGUMENT' });
      assert.deepEqual(bridge.calculateNeuralActivation(short), expected);
    }
    bridge.cleanup();
  });
});

test('row 16: who shares the runtime of somebody whose call trapped gets a new one, too', async () => {
  // Files of the caller's own are not shared: here those of the package itself are the patched ones.
  const copy = installedCopy();
  try {
    const own = join(copy.folder, 'node_modules/@sasi/wasm-performance/dist');
    writeFileSync(join(own, 'wasm/simd/neural.wasm'), trapping('simd'));
    const patched: typeof import('@sasi/wasm-performance') = await import(
      pathToFileURL(join(own, 'index.js')).href
    );
    const [bridge, other] = [new patched.WasmBridge(), new patched.ProductionWasmBridge()];
    await bridge.initialize();
    await other.initialize();
    const expected = other.calculateNeuralActivation(short);
    assert.throws(() => bridge.calculateNeuralActivation(long), { code: 'TRAPPED' });
    await rebuilt(() => bridge.isWasmInitialized() && other.isWasmInitialized());
    assert.deepEqual(bridge.calculateNeuralActivation(short), expected);
    assert.deepEqual(other.calculateNeuralActivation(short), expected);
    bridge.cleanup();
    await other.cleanup();
  } finally {
    copy.remove();
  }
});

test('nothing of all that was written to the console', () => {
  assert.deepEqual(stderr, []);
});
