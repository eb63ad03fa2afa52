/** A manager tells of both its layers together: in its metrics, and in the verdict on them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WasmModuleManager } from '@sasi/wasm-performance';

/** A busy machine may load slowly, or compute so: that is not what is asked here. */
const patient = {
  healthThresholds: { loadTime: Number.POSITIVE_INFINITY, averageLatency: Number.POSITIVE_INFINITY },
} as const;
const x = Float32Array.of(-2, 0, 2);

test('one refused call among many good ones of the other layer is no error', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production', ...patient });
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  for (let i = 0; i < 20; i++) await layer.calculateNeuralActivation(x);
  assert.throws(() => manager.getSIMDLayer().simdVectorAdd(x, null as never), { code: 'INVALID_ARGUMENT' });
  assert.equal(manager.getModuleMetrics().errorRate, 1 / 21);
  assert.equal(manager.healthCheck().status, 'healthy');
  for (let i = 0; i < 2; i++) assert.throws(() => manager.getSIMDLayer().simdVectorAdd(x, null as never));
  const [issue] = manager.healthIssues();
  assert.deepEqual([issue?.code, issue?.value], ['ERROR_RATE', 3 / 23]);
  await manager.cleanup();
});

test('latency and throughput are those of both layers', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production', ...patient });
  await manager.initialize();
  for (let i = 0; i < 50; i++) manager.getSIMDLayer().simdVectorAdd(x, x);
  const metrics = manager.getPerformanceMetrics();
  const { averageLatency, operationsPerSecond } = metrics.simd;
  assert.ok(averageLatency > 0);
  for (const ratio of [
    metrics.averageLatency / averageLatency,
    metrics.operationsPerSecond / operationsPerSecond,
  ]) {
    assert.ok(Math.abs(ratio - 1) < 1e-9, `they differ by a factor of ${ratio}`);
  }
  assert.ok(metrics.throughput > metrics.operationsPerSecond);
  await manager.cleanup();
});

test('the memory of a module of its own is in the verdict as it is in the metrics', async () => {
  const manager = new WasmModuleManager({
    preferredModule: 'ruv-swarm',
    healthThresholds: { ...patient.healthThresholds, memory: 1_000_000 },
  });
  await manager.initialize();
  assert.equal(manager.getModuleStatus().module, 'ruv-swarm');
  const [issue] = manager.healthIssues();
  assert.equal(issue?.code, 'MEMORY');
  assert.equal(issue?.value, manager.getModuleStatus().memoryUsage);
  await manager.cleanup();
});

test('shares stay shares when the counting begins anew', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production', ...patient });
  await manager.initialize();
  const simd = manager.getSIMDLayer();
  for (let i = 0; i < 50; i++) simd.simdVectorAdd(x, x);
  manager.updateConfig({ enableProfiling: 'trace' });
  await manager.initialize();
  const empty = simd.getPerformanceMetrics();
  assert.deepEqual([empty.vectorizationEfficiency, empty.simdUtilization, empty.memoryThroughput], [0, 0, 0]);
  simd.simdVectorAdd(x, x);
  const { vectorizationEfficiency, simdUtilization } = simd.getPerformanceMetrics();
  assert.deepEqual([vectorizationEfficiency, simdUtilization], [1, 1]);
  await manager.cleanup();
});
