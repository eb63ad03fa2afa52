import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  geometricMean,
  median,
  quantile,
  ratioInterval,
  seededRandom,
  uniform,
} from '#ts/performance/benchmark/statistics.js';

const seed = 20_261_123;

test('quantiles interpolate between the sorted samples', () => {
  assert.equal(quantile([4, 1, 3, 2], 0), 1);
  assert.equal(quantile([4, 1, 3, 2], 1), 4);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([7]), 7);
  assert.equal(quantile([0, 10], 0.05), 0.5);
  assert.ok(Number.isNaN(median([])));
});

test('the generator is the same on every engine', () => {
  const random = seededRandom(42);
  const values = Array.from({ length: 4 }, () => random());
  assert.deepEqual(values, goldenValues(42, 4));
  for (let i = 0; i < 1000; i++) {
    const value = uniform(random, -2, 3);
    assert.ok(value >= -2 && value < 3);
  }
});

/** The same generator in exact integers. */
function goldenValues(start: number, count: number): number[] {
  const mask = 0xffffffffn;
  let state = BigInt(start);
  return Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9n) & mask;
    let z = state;
    z = ((z ^ (z >> 16n)) * 0x21f0aaadn) & mask;
    z = ((z ^ (z >> 15n)) * 0x735a2d97n) & mask;
    return Number(z ^ (z >> 15n));
  });
}

test('an interval holds its ratio, and is the same for the same seed', () => {
  const sample = fc.double({ min: 0.1, max: 10, noNaN: true });
  const samples = fc.array(sample, { minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(
      samples,
      samples,
      fc.nat(1000),
      fc.constantFrom('rounds', 'independent'),
      (a, b, start, pairing) => {
        const [numerator, denominator] = pairing === 'rounds' ? [a, a.map((value, i) => value + i)] : [a, b];
        const interval = ratioInterval(numerator, denominator, seededRandom(start), pairing);
        assert.ok(interval.low <= interval.high);
        assert.deepEqual(ratioInterval(numerator, denominator, seededRandom(start), pairing), interval);
        if (a.length % 2 === 1) {
          assert.equal(interval.ratio, median(numerator) / median(denominator));
        }
      },
    ),
    { seed, numRuns: 25 },
  );
});

test('what moves both contenders of a round alike does not widen their ratio', () => {
  const slow = [1, 5, 2, 9, 3, 7, 4];
  const { ratio, low, high } = ratioInterval(
    slow.map((value) => 3 * value),
    slow,
    seededRandom(1),
  );
  for (const value of [ratio, low, high]) assert.ok(Math.abs(value - 3) < 1e-12);
});

test('the 95 % interval of samples that scatter evenly is where theory puts it', () => {
  const random = seededRandom(7);
  const draw = (middle: number) =>
    Array.from({ length: 200 }, () => uniform(random, middle - 0.5, middle + 0.5));
  const { low, high } = ratioInterval(draw(6), draw(3), seededRandom(7), 'independent');
  // The median of 200 uniform values scatters by 1/(2·√200): the ratio of the two by about 0.0264.
  assert.ok(low < 2 && high > 2, `${low}..${high}`);
  assert.ok(high - low > 0.05 && high - low < 0.2, `${low}..${high}`);
});

test('the geometric mean treats a ratio and its inverse alike', () => {
  assert.ok(Math.abs(geometricMean([4, 0.25]) - 1) < 1e-12);
  assert.ok(Math.abs(geometricMean([2, 8]) - 4) < 1e-12);
  assert.ok(Number.isNaN(geometricMean([])));
});
