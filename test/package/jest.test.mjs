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

for (const environment of ['node', 'jsdom']) {
  test(`Jest, the environment ${environment}`, async () => {
    await inProject({ 'sasi.test.js': SUITE }, async (folder) => {
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
      assert.match(output, /Tests: +10 passed, 10 total/);
      // Open handles, or a module that logs.
      assert.doesNotMatch(output, /did not exit|console\.|Cannot log after/);
    });
  });
}
