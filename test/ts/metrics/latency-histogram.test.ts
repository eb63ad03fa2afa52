import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LatencyHistogram } from '#ts/metrics/latency-histogram.js';

// Fixed, so that every run is the same; fast-check prints it with the counterexample.
const seed = 20_261_123;

/** Latencies over the whole range that the histogram resolves: 2⁻²⁰ ms up to 2²⁴ ms, evenly in octaves. */
const latency = fc
  .tuple(fc.integer({ min: -20, max: 23 }), fc.double({ min: 1, max: 1.999, noNaN: true }))
  .map(([exponent, mantissa]) => mantissa * 2 ** exponent);

/** The exact percentile: the value at rank ⌈fraction · count⌉. */
function exactPercentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1];
  assert.ok(value !== undefined);
  return value;
}

function recorded(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function assertWithinOnePercent(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 0.01 * expected, `${actual} is not within 1 % of ${expected}`);
}

test('percentiles lie within 1 % of the exact ones, the maximum is exact', () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 400 }), (values) => {
      const summary = recorded(values).summary();
      assertWithinOnePercent(summary.p50, exactPercentile(values, 0.5));
      assertWithinOnePercent(summary.p95, exactPercentile(values, 0.95));
      assertWithinOnePercent(summary.p99, exactPercentile(values, 0.99));
      assert.equal(summary.max, Math.max(...values));
    }),
    { seed, numRuns: 500 },
  );
});

test('any fraction is within 1 % and percentiles never decrease', () => {
  fc.assert(
    fc.property(
      fc.array(latency, { minLength: 1, maxLength: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, fraction) => {
        const histogram = recorded(values);
        assertWithinOnePercent(histogram.percentile(fraction), exactPercentile(values, fraction));
        const { p50, p95, p99, max } = histogram.summary();
        assert.ok(p50 <= p95 && p95 <= p99 && p99 <= max);
      },
    ),
    { seed, numRuns: 500 },
  );
});

test('a merged histogram equals one that recorded everything', () => {
  fc.assert(
    fc.property(fc.array(latency), fc.array(latency), (first, second) => {
      const merged = recorded(first);
      merged.merge(recorded(second));
      const whole = recorded([...first, ...second]);
      assert.deepEqual(merged.summary(), whole.summary());
      assert.equal(merged.count, first.length + second.length);
    }),
    { seed, numRuns: 100 },
  );
});

test('what lies outside the range is counted and bounded', () => {
  const histogram = recorded([0, -1, Number.NaN, 1e-12]);
  assert.equal(histogram.count, 4);
  assert.equal(histogram.percentile(0.5), 0);
  assert.equal(histogram.max, 1e-12);
  // Beyond 2²⁴ ms a percentile is the maximum: an upper bound.
  const long = recorded([2 ** 25, 2 ** 26, Number.POSITIVE_INFINITY]);
  assert.equal(long.percentile(0.1), Number.POSITIVE_INFINITY);
  assert.equal(long.count, 3);
});

test('nothing recorded gives zeros, before and after a reset', () => {
  const histogram = new LatencyHistogram();
  const zeros = { p50: 0, p95: 0, p99: 0, max: 0 };
  assert.deepEqual(histogram.summary(), zeros);
  histogram.record(3);
  // One value is known exactly, since the extremes are.
  assert.deepEqual(histogram.summary(), { p50: 3, p95: 3, p99: 3, max: 3 });
  histogram.reset();
  assert.deepEqual(histogram.summary(), zeros);
  assert.equal(histogram.count, 0);
});
