// Jest in its default mode, without any configuration but the environment: SASI's tests run in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../scripts/lib/run.mjs';
import { EXPECTED_OUTPUT, EXPECTED_PRODUCT, inProject, RUV_SWARM, tool } from './support.mjs';

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

test('agents that are forgotten, with the timers replaced', async () => {
  const { createSasiNeuralModule } = require('@sasi/wasm-performance');
  const runtime = await loadRuntime();
  const agents = createSasiNeuralModule(runtime);
  const architecture = [1024, 512, 256, 128];
  jest.useFakeTimers();
  try {
    // The pool holds 19, and nobody calls the collector.
    expect(globalThis.gc).toBeUndefined();
    for (let i = 0; i < 100; i++) {
      const agent = agents.createNeuralNetwork({ architecture });
      expect(await agents.runInference(agent, new Array(1024).fill(0.5))).toHaveLength(128);
    }
  } finally {
    jest.useRealTimers();
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

/**
 * What SASI does: everything by its defaults, which prefer ruv-swarm. A suite for both syntaxes, with ruv-swarm beside
 * the package and without it.
 * @param {boolean} installed
 */
const defaults = (installed) => `
const installed = ${installed};
const x = Float32Array.of(-3, -0.5, 0, 1, 2.5);
const entriesOf = ({ selection }) => selection.map(({ candidate, tier, accepted, code }) => [candidate, tier, accepted, code]);
const servedBy = ({ routing }) => routing && Object.fromEntries(routing.map((route) => [route.operation, route.servedBy]));

function expectDefaultModule(status) {
  expect(status).toMatchObject({ loaded: true, module: installed ? 'ruv-swarm' : 'production', tier: 'simd', errorCount: 0 });
  expect(status.lastError).toBe(undefined);
  expect(entriesOf(status)).toEqual(
    installed
      ? [['ruv-swarm', 'simd', true, undefined]]
      : [
          ['ruv-swarm', undefined, false, 'MODULE_NOT_FOUND'],
          ['production', 'simd', true, undefined],
        ],
  );
  expect(servedBy(status)).toEqual(
    installed
      ? {
          calculateNeuralActivation: 'production',
          optimizeConnections: 'production',
          vectorAdd: 'ruv-swarm',
          dotProduct: 'production',
          matrixMultiply: 'ruv-swarm',
          spikeRate: 'production',
          meshEfficiency: 'production',
        }
      : undefined,
  );
}

async function expectRightResults(performanceLayer, simdLayer) {
  const activated = await performanceLayer.calculateNeuralActivation(x);
  // Of the realm in which the test runs, or toEqual and instanceof say no.
  expect(activated).toBeInstanceOf(Float32Array);
  activated.forEach((value, i) => expect(Math.abs(value - Math.tanh(0.5 * x[i]))).toBeLessThan(1e-6));
  expect(simdLayer.simdVectorAdd(x, x)).toEqual(x.map((value) => 2 * value));
  expect(simdLayer.simdMatrixMultiply(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), 2, 2)).toEqual(
    Float32Array.of(19, 22, 43, 50),
  );
}

test('new WasmModuleManager()', async () => {
  const manager = new WasmModuleManager();
  expect(await manager.initialize()).toBe(true);
  expectDefaultModule(manager.getModuleStatus());
  const available = manager.getAvailableModules().map((module) => [module.name, module.available]);
  expect(available).toEqual([['ruv-swarm', installed], ['production', true], ['fallback', true]]);
  await expectRightResults(manager.getPerformanceLayer(), manager.getSIMDLayer());
  // Served as long as nothing was wrong with a result.
  expectDefaultModule(manager.getModuleStatus());
  // A warning, where a busy machine was slow to load it.
  expect(manager.healthCheck().status).not.toBe('error');
  await manager.cleanup();
});

test('createWasmPerformanceSystem()', async () => {
  const system = await createWasmPerformanceSystem();
  expectDefaultModule(system.manager.getModuleStatus());
  await expectRightResults(system.performanceLayer, system.simdLayer);
  await system.dispose();
});

test("'auto'", async () => {
  const manager = new WasmModuleManager({ preferredModule: 'auto' });
  expect(await manager.initialize()).toBe(true);
  const status = manager.getModuleStatus();
  // Every module and build that loads is measured; the one that stays is the fastest.
  expect(status.selection.map(({ candidate, tier, code }) => [candidate, tier, code])).toEqual([
    installed ? ['ruv-swarm', 'simd', undefined] : ['ruv-swarm', undefined, 'MODULE_NOT_FOUND'],
    ['production', 'simd', undefined],
    ['production', 'scalar', undefined],
    ['fallback', 'js', undefined],
  ]);
  const times = status.selection.map(({ reason }) => Number(/([\\d.e+-]+) µs/.exec(reason)?.[1] ?? Infinity));
  const chosen = status.selection.filter(({ accepted }) => accepted);
  expect(chosen).toHaveLength(1);
  expect(times[status.selection.indexOf(chosen[0])]).toBe(Math.min(...times));
  expect([status.module, status.tier]).toEqual([chosen[0].candidate, chosen[0].tier]);
  await expectRightResults(manager.getPerformanceLayer(), manager.getSIMDLayer());
  await manager.cleanup();
});
`;

const NAMES = '{ WasmModuleManager, createWasmPerformanceSystem }';

/**
 * Runs the suite of a project; every one of its tests is to pass, and to leave nothing behind.
 * @param {string} folder
 * @param {string} environment
 * @param {number} tests
 * @param {string} [nodeOptions]
 */
async function runJest(folder, environment, tests, nodeOptions = '') {
  const name = environment === 'jsdom' ? tool('jest-environment-jsdom') : 'node';
  const flags = [
    `--rootDir=${folder}`,
    `--env=${name}`,
    '--ci',
    '--no-cache',
    '--runInBand',
    '--colors=false',
  ];
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: nodeOptions }, timeout: 120_000 };
  const { output } = await run(process.execPath, [tool('jest/bin/jest.js'), ...flags], options);
  assert.match(output, new RegExp(`Tests: +${tests} passed, ${tests} total`));
  // Open handles, or a module that logs.
  assert.doesNotMatch(output, /did not exit|console\.|Cannot log after/);
}

for (const environment of ['node', 'jsdom']) {
  test(`row 21: Jest, the environment ${environment}`, () =>
    inProject({ 'sasi.test.js': SUITE }, (folder) => runJest(folder, environment, 10)));

  test(`row 21: Jest with fake timers everywhere, the environment ${environment}`, () => {
    const configuration = JSON.stringify({ fakeTimers: { enableGlobally: true } });
    const files = { 'sasi.test.js': FAKE_TIMERS_SUITE, 'jest.config.json': configuration };
    return inProject(files, (folder) => runJest(folder, environment, 1));
  });

  for (const installed of [true, false]) {
    const packages = installed ? { 'ruv-swarm': RUV_SWARM } : {};
    const title = `row 21: Jest, the environment ${environment}, ruv-swarm ${installed ? 'installed' : 'not there'}`;
    test(`${title}: the defaults`, () => {
      const suite = `const ${NAMES} = require('@sasi/wasm-performance');\n${defaults(installed)}`;
      return inProject({ 'sasi.test.js': suite }, (folder) => runJest(folder, environment, 3), packages);
    });

    test(`${title}: the defaults in ES modules`, () => {
      const suite = `import ${NAMES} from '@sasi/wasm-performance';\n${defaults(installed)}`;
      const use = (/** @type {string} */ folder) =>
        runJest(folder, environment, 3, '--experimental-vm-modules');
      return inProject({ 'sasi.test.mjs': suite }, use, packages);
    });
  }
}
