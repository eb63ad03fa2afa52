import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIMDAccelerationLayer } from '@sasi/wasm-performance';
import fc from 'fast-check';

const seed = 20_261_123;

function naiveProduct(a: Float32Array, b: Float32Array, m: number, n: number, k: number): number[] {
  return Array.from({ length: m * n }, (_, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
    return sum;
  });
}

const side = fc.integer({ min: 0, max: 20 });
const shape = fc.record({ m: side, n: side, k: side, seed: fc.nat(1000) });

function matrix(length: number, start: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => (((i + start) * 37) % 101) / 50 - 1);
}

async function onEachLayer(check: (layer: SIMDAccelerationLayer) => void): Promise<void> {
  const layer = new SIMDAccelerationLayer();
  // Nothing is loaded: plain JavaScript does the work.
  check(layer);
  assert.equal(layer.isInitialized(), false);
  for (const enableSIMD of [true, false]) {
    const loaded = new SIMDAccelerationLayer({ enableSIMD });
    assert.equal(await loaded.initialize(), true);
    assert.equal(loaded.isSIMDSupported(), enableSIMD);
    check(loaded);
    loaded.cleanup();
    assert.equal(loaded.isInitialized(), false);
    check(loaded);
  }
}

test('products of any shape, with a runtime and without', async () => {
  await onEachLayer((layer) => {
    fc.assert(
      fc.property(shape, ({ m, n, k, seed: start }) => {
        const [a, b] = [matrix(m * k, start), matrix(k * n, start + 1)];
        const expected = naiveProduct(a, b, m, n, k);
        const results = [layer.simdMatrixMultiply(a, b, m, n, k)];
        if (m > 0) results.push(layer.simdMatrixMultiply(a, b, m, n));
        for (const result of results) {
          assert.equal(result.length, m * n);
          for (const [i, value] of expected.entries()) assert.ok(Math.abs(result[i]! - value) < 1e-4);
        }
      }),
      { seed, numRuns: 100 },
    );
  });
});

test('sums and dot products, with a runtime and without', async () => {
  await onEachLayer((layer) => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(100), (length, start) => {
        const [a, b] = [matrix(length, start), matrix(length, start + 3)];
        assert.deepEqual(
          layer.simdVectorAdd(a, b),
          Float32Array.from(a, (value, i) => value + b[i]!),
        );
        const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
        assert.ok(Math.abs(layer.simdDotProduct(a, b) - dot) < 1e-3);
      }),
      { seed, numRuns: 50 },
    );
  });
});

test('shapes that do not fit are named', () => {
  const layer = new SIMDAccelerationLayer();
  const of = (length: number) => new Float32Array(length);
  for (const [call, message] of [
    [() => layer.simdVectorAdd(of(3), of(4)), /a has 3 elements, b has 4/],
    [() => layer.simdDotProduct(of(3), of(4)), /a has 3 elements, b has 4/],
    [() => layer.simdMatrixMultiply(of(7), of(6), 2, 3), /7 elements, which 2 rows do not divide/],
    [() => layer.simdMatrixMultiply(of(6), of(5), 2, 3), /a is 2x3, so b needs 9 elements.*it has 5/],
    [
      () => layer.simdMatrixMultiply(of(6), of(6), 2, 2, 4),
      /a has 6 elements and b has 6; 2x4 times 4x2 needs 8 and 8/,
    ],
  ] as const) {
    assert.throws(call, (error: RangeError & { code: string }) => {
      assert.ok(error instanceof RangeError);
      assert.equal(error.code, 'SHAPE_MISMATCH');
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => layer.simdMatrixMultiply(of(4), of(4), -2, 2), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => layer.simdMatrixMultiply(of(4), of(4), 2, 1.5), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => layer.simdVectorAdd([1] as never, of(1)), { code: 'INVALID_ARGUMENT' });
});

test('capabilities and counts say what really ran', async () => {
  const layer = new SIMDAccelerationLayer();
  assert.deepEqual(
    [layer.getSIMDCapabilities().supported, layer.getSIMDCapabilities().vectorWidth, layer.getStatus().build],
    [false, 1, null],
  );
  layer.simdVectorAdd(new Float32Array(10), new Float32Array(10));
  await layer.initialize();
  layer.simdVectorAdd(new Float32Array(30), new Float32Array(30));
  layer.simdDotProduct(new Float32Array(20), new Float32Array(20));
  layer.simdMatrixMultiply(new Float32Array(20), new Float32Array(20), 4, 4);

  const capabilities = layer.getSIMDCapabilities();
  assert.equal(capabilities.supported, true);
  assert.equal(capabilities.vectorWidth, 4);
  assert.deepEqual(capabilities.features, ['simd128']);

  const metrics = layer.getPerformanceMetrics();
  assert.equal(metrics.simdUtilization, 3 / 4);
  assert.equal(metrics.vectorizationEfficiency, 70 / 80);
  assert.ok(metrics.memoryThroughput > 0);

  const history = layer.getOperationHistory();
  assert.deepEqual(
    history.map(({ name, vectorized, dataSize, memoryAccess }) => [name, vectorized, dataSize, memoryAccess]),
    [
      ['simdVectorAdd', false, 10, 120],
      ['simdVectorAdd', true, 30, 360],
      ['simdDotProduct', true, 20, 160],
      ['simdMatrixMultiply', true, 20, 4 * (20 + 20 + 16)],
    ],
  );
  assert.equal(history[0]?.speedup, 1);
  for (const { speedup } of history) assert.ok(Number.isFinite(speedup) && speedup >= 0);
  const status = layer.getStatus();
  assert.deepEqual(JSON.parse(JSON.stringify(status)), status);
  assert.match(layer.getStatusReport(), /build: simd/);
  layer.reset();
  assert.deepEqual(layer.getOperationHistory(), []);
  assert.equal(layer.getStatus().calls, 0);
  assert.equal(layer.isInitialized(), true);
  layer.cleanup();
});

test('what the capabilities show is measured when it is first asked for, and counts nowhere', async () => {
  const layer = new SIMDAccelerationLayer();
  const none = { baseline: 0, simdAccelerated: 0, speedup: 0 };
  assert.deepEqual(layer.getSIMDCapabilities().performance, none, 'there is no module');
  await layer.initialize();
  assert.equal(layer.getPerformanceMetrics().cacheEfficiency, 0, 'no bytes were moved');
  layer.simdVectorAdd(new Float32Array(10_000), new Float32Array(10_000));
  const { performance } = layer.getSIMDCapabilities();
  assert.ok(performance.baseline > 0 && performance.simdAccelerated > 0);
  assert.ok(Math.abs(performance.speedup - performance.simdAccelerated / performance.baseline) < 1e-9);
  assert.deepEqual(layer.getSIMDCapabilities().performance, performance, 'once');
  const { cacheEfficiency } = layer.getPerformanceMetrics();
  assert.ok(cacheEfficiency > 0 && cacheEfficiency <= 1, `${cacheEfficiency}`);
  assert.equal(layer.getPerformanceMetrics().cacheEfficiency, cacheEfficiency);
  assert.match(layer.getStatusReport(), /times \(dot product/);
  assert.equal(layer.getStatus().calls, 1);
  layer.cleanup();
  assert.deepEqual(layer.getSIMDCapabilities().performance, none);
});

test('the comprehensive benchmark measures what the capabilities then show', async () => {
  const layer = new SIMDAccelerationLayer();
  await layer.initialize();
  layer.simdVectorAdd(new Float32Array(1000), new Float32Array(1000));
  const { results, summary } = await layer.runComprehensiveBenchmark();
  assert.equal(results.length, 9);
  assert.ok(results.every((result) => result.success && result.vectorized && result.speedup > 0));
  assert.equal(summary.vectorizationRate, 1);
  assert.ok(summary.averageSpeedup > 0 && summary.overallPerformance > 0);
  assert.ok(summary.memoryEfficiency > 0 && summary.memoryEfficiency <= 1);
  const { performance } = layer.getSIMDCapabilities();
  assert.ok(Math.abs(performance.speedup - performance.simdAccelerated / performance.baseline) < 1e-9);
  const { cacheEfficiency } = layer.getPerformanceMetrics();
  assert.ok(cacheEfficiency > 0 && cacheEfficiency <= 1);
  // The benchmark ran elsewhere: one call was made here.
  assert.equal(layer.getStatus().calls, 1);
  layer.cleanup();
});
