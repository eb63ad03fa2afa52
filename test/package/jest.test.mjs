// Jest in its default mode, without any configuration but the environment: SASI's tests run in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../scripts/lib/run.mjs';
import { EXPECTED_OUTPUT, EXPECTED_PRODUCT, inProject, tool } from './support.mjs';

const SUITE = `
const { loadRuntime, createWasmPerformanceSystem, detectFeatures } = require('@sasi/wasm-performance');

test.each(['auto', 'simd', 'scalar', 'js'])('the build %s', async (variant) => {
  const runtime = await loadRuntime({ variant });
  const product = runtime.ops.matmul(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), { m: 2, n: 2, k: 2 });
  expect(Array.from(product)).toEqual(${JSON.stringify(EXPECTED_PRODUCT)});
  const network = runtime.createNetwork({ layers: [2, 3, 1], activation: 'tanh', seed: 7 });
  expect(network.run(Float32Array.of(0.5, -0.25))[0]).toBe(${EXPECTED_OUTPUT});
  runtime.dispose();
});

test.each(['safetensors', 'json', 'fann', 'onnx'])('a network saved as %s', async (format) => {
  const runtime = await loadRuntime();
  const network = runtime.createNetwork({ layers: [2, 3, 1], activation: 'tanh', seed: 7 });
  const bytes = network.save(format);
  expect(bytes.length).toBeGreaterThan(20);
  if (format !== 'onnx') {
    expect(Array.from(runtime.loadNetwork(bytes).run(new Float32Array(2)))).toEqual(Array.from(network.run(new Float32Array(2))));
  }
  runtime.dispose();
});

test('the performance system', async () => {
  const system = await createWasmPerformanceSystem({ preferredModule: 'production' });
  const result = await system.performanceLayer.calculateNeuralActivation(Float32Array.of(-1, 0, 1));
  expect(result).toHaveLength(3);
  expect(detectFeatures().simd).toBe(true);
  await system.dispose();
});
`;

// With fake timers from before the import on, performance.now and Date.now stand still for ever.
const FAKE_TIMERS_SUITE = `
const { ProductionWasmBridge, SIMDAccelerationLayer, WasmModuleManager } = require('@sasi/wasm-performance');

test('measurements end', async () => {
  const bridge = new ProductionWasmBridge();
  expect(await bridge.initialize()).toBe(true);
  bridge.calculateNeuralActivation(new Float32Array(100));
  expect(bridge.getPerformanceMetrics()).toMatchObject({ operationsCount: 1, speedupFactor: 0 });
  expect(bridge.healthCheck().status).toBe('healthy');
  expect(await bridge.runBenchmark()).toMatchObject({ operations_per_second: 0, average_operation_time: 0 });
  await bridge.cleanup();
  const simd = new SIMDAccelerationLayer();
  await simd.initialize();
  simd.simdVectorAdd(new Float32Array(100), new Float32Array(100));
  expect(simd.getOperationHistory()[0].speedup).toBe(0);
  simd.cleanup();
  const manager = new WasmModuleManager({ preferredModule: 'auto' });
  expect(await manager.initialize()).toBe(true);
  expect(manager.getModuleStatus().tier).toBe('simd');
  await manager.cleanup();
});
`;

for (const environment of ['node', 'jsdom']) {
  test(`Jest, the environment ${environment}`, async () => {
    await inProject({ 'sasi.test.js': SUITE }, async (folder) => {
      assertPassed(await jest(folder, environment), 9);
    });
  });

  test(`Jest with fake timers everywhere, the environment ${environment}`, async () => {
    const configuration = JSON.stringify({ fakeTimers: { enableGlobally: true } });
    await inProject(
      { 'sasi.test.js': FAKE_TIMERS_SUITE, 'jest.config.json': configuration },
      async (folder) => {
        assertPassed(await jest(folder, environment), 1);
      },
    );
  });
}

/**
 * @param {string} folder
 * @param {string} environment
 */
async function jest(folder, environment) {
  const name = environment === 'jsdom' ? tool('jest-environment-jsdom') : 'node';
  const flags = [
    `--rootDir=${folder}`,
    `--env=${name}`,
    '--ci',
    '--no-cache',
    '--runInBand',
    '--colors=false',
  ];
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' }, timeout: 120_000 };
  const { output } = await run(process.execPath, [tool('jest/bin/jest.js'), ...flags], options);
  return output;
}

/**
 * @param {string} output
 * @param {number} tests
 */
function assertPassed(output, tests) {
  assert.match(output, new RegExp(`Tests: +${tests} passed, ${tests} total`));
  // Open handles, or a module that logs.
  assert.doesNotMatch(output, /did not exit|console\.|Cannot log after/);
}
