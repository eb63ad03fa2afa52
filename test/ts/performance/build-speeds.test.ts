/** The first impression of a build's speed: measured once for a runtime, counted nowhere, 0 where it cannot be had. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ProductionWasmBridge,
  SIMDAccelerationLayer,
  WasmModuleManager,
  WasmPerformanceLayer,
} from '@sasi/wasm-performance';
import { runProgram } from './run-program.js';

test('bridge and layers of one runtime tell the same figure, and measuring leaves no trace', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  const runtime = manager.getRuntime();
  const [layer, bridge] = [new WasmPerformanceLayer(), new ProductionWasmBridge()];
  await layer.initialize();
  await bridge.initialize();
  const before = runtime.memory.stats().liveBlocks;
  const gain = bridge.getSpeedupFactor();
  assert.ok(gain > 0);
  assert.equal(layer.getPerformanceMetrics().performanceGain, gain);
  assert.equal(manager.getPerformanceMetrics().performanceGain, gain);
  const simd = manager.getSIMDLayer();
  simd.simdDotProduct(new Float32Array(1000), new Float32Array(1000));
  assert.ok(simd.getSIMDCapabilities().performance.speedup > 0);
  assert.ok(manager.getPerformanceMetrics().simd.cacheEfficiency > 0);
  assert.equal(runtime.metrics().total.calls, 0);
  assert.equal(runtime.memory.stats().liveBlocks, before);
  assert.equal(layer.getPerformanceHistory().length, 0);
  assert.deepEqual(Object.keys(manager.operationMetrics()), ['simdDotProduct']);
  layer.cleanup();
  await bridge.cleanup();
  await manager.cleanup();
});

test('a pool without room: not measured, and measured when there is room again', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production', memoryLimit: 2 * 1024 * 1024 });
  await manager.initialize();
  const { memory } = manager.getRuntime();
  const layer = manager.getPerformanceLayer();
  const block = memory.allocate(memory.stats().largestFree - 64);
  const before = memory.stats();
  assert.equal(layer.getPerformanceMetrics().performanceGain, 0);
  assert.equal(manager.getSIMDLayer().getSIMDCapabilities().performance.speedup, 0);
  assert.deepEqual(memory.stats(), before, 'the pool is not asked for what it has not');
  block.dispose();
  assert.ok(layer.getPerformanceMetrics().performanceGain > 0);
  await manager.cleanup();
  assert.equal(layer.getPerformanceMetrics().performanceGain, 0);
});

test('what asks for no speed measures none', async () => {
  const { reported } = await runProgram<number[]>(
    `
    const { SIMDAccelerationLayer, WasmPerformanceLayer } = await import('@sasi/wasm-performance');
    const options = { enableProfiling: false };
    const [layer, simd] = [new WasmPerformanceLayer(options), new SIMDAccelerationLayer(options)];
    await layer.initialize();
    await simd.initialize();
    const x = new Float32Array(100);
    readings = 0;
    for (let i = 0; i < 100; i++) {
      await layer.calculateNeuralActivation(x);
      simd.simdVectorAdd(x, x);
    }
    layer.getMemoryUsage();
    layer.isSIMDSupported();
    simd.isSIMDSupported();
    simd.getOperationHistory();
    const calls = readings;
    const gain = layer.getPerformanceMetrics().performanceGain;
    report([calls, readings, gain]);
    layer.cleanup();
    simd.cleanup();`,
    {
      before: `
        let readings = 0;
        const { now } = performance;
        performance.now = () => { readings++; return now.call(performance); };`,
    },
  );
  const [calls, withMetrics, gain] = reported;
  assert.equal(calls, 0);
  assert.ok(withMetrics! > 0 && gain! > 0, 'asked for, it is measured');
});

test('every build has figures, and without SIMD they are those of the scalar build', async () => {
  const [simd, scalar] = [new SIMDAccelerationLayer(), new SIMDAccelerationLayer({ enableSIMD: false })];
  await simd.initialize();
  await scalar.initialize();
  const [fast, slow] = [simd, scalar].map((layer) => layer.getSIMDCapabilities().performance);
  assert.ok(fast!.simdAccelerated > slow!.simdAccelerated && slow!.simdAccelerated > 0);
  simd.cleanup();
  scalar.cleanup();
});

test('what a benchmark measured is told of the build that it measured', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  const [layer, simd] = [manager.getPerformanceLayer(), manager.getSIMDLayer()];
  await layer.runPerformanceBenchmark();
  await simd.runComprehensiveBenchmark();
  const figures = () => [
    layer.getPerformanceMetrics().performanceGain,
    simd.getSIMDCapabilities().performance.speedup,
  ];
  const benchmarked = figures();
  assert.equal(await manager.switchModule('fallback'), true);
  const { supported, performance } = simd.getSIMDCapabilities();
  assert.deepEqual([supported, simd.getStatus().build], [false, 'js']);
  // Compiled from JavaScript to JavaScript, it is about as fast as that.
  assert.ok(performance.speedup < benchmarked[1]! / 2, `${performance.speedup}`);
  assert.ok(figures()[0]! < benchmarked[0]! / 2, layer.getSIMDPerformanceReport());
  assert.equal(await manager.switchModule('production'), true);
  assert.deepEqual(figures(), benchmarked);
  await manager.cleanup();
});

interface JsFigures {
  /** The first impression and the benchmark's figure, of the same size each. */
  readonly gain: readonly [number, number];
  readonly dot: readonly [number, number];
  /** Milliseconds that both first impressions took. */
  readonly took: number;
}

test('the wasm2js build is not judged by what the engine interprets before it compiles', async () => {
  // A cold engine each time; on a busy machine its compiler may be late for once.
  const tries: JsFigures[] = [];
  const isFair = ([quick, long]: readonly [number, number]) => quick > long / 2 && quick < long * 2;
  while (tries.length < 4) {
    const { reported } = await runProgram<JsFigures>(`
      const { WasmModuleManager } = await import('@sasi/wasm-performance');
      const manager = new WasmModuleManager({ preferredModule: 'fallback' });
      await manager.initialize();
      const [layer, simd] = [manager.getPerformanceLayer(), manager.getSIMDLayer()];
      const begin = performance.now();
      const { performanceGain } = layer.getPerformanceMetrics();
      const { speedup } = simd.getSIMDCapabilities().performance;
      const took = performance.now() - begin;
      const results = await layer.runPerformanceBenchmark();
      await simd.runComprehensiveBenchmark();
      report({
        gain: [performanceGain, results.find(({ details }) => details.size === 1000).speedup],
        dot: [speedup, simd.getSIMDCapabilities().performance.speedup],
        took,
      });
      await manager.cleanup();`);
    tries.push(reported);
    if (isFair(reported.gain) && isFair(reported.dot) && reported.took < 300) return;
  }
  assert.fail(JSON.stringify(tries));
});
