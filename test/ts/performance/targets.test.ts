/** The verdicts on figures: what is met, what is missed, and what cannot be told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  memoryTarget,
  speedupTarget,
  target,
  targetNames,
  throughputTarget,
  timeTarget,
} from '#ts/performance/benchmark/targets.js';

const scalar = 'SIMD over scalar, neural activation';

test('without a measurement nothing is met and nothing missed', () => {
  for (const name of targetNames) {
    const { measured, met, metOurs } = target(name, null);
    assert.deepEqual([measured, met, metOurs ?? null], [null, null, null], name);
  }
  const { measured, met, metOurs, sizes } = speedupTarget(scalar, [sized(100, 9), sized(2_000_000, 9)]);
  assert.deepEqual([measured, met, metOurs, sizes], [null, null, null, undefined]);
});

function sized(size: number, ratio: number, low: number | null = ratio - 0.1) {
  return { size, ratio, low, high: low === null ? null : ratio + 0.1 };
}

test('a speed-up is that of the worst size from 1000 to 1000000, by the lower end of its interval', () => {
  const ratios = [sized(1_000_000, 3.5), sized(100, 1), sized(10_000, 3.4, 2.9), sized(1000, 3.2, 3.1)];
  const { measured, met, metOurs, size, sizes, low, high } = speedupTarget(scalar, ratios);
  assert.deepEqual([measured, size, low, high], [3.4, 10_000, 2.9, 3.5]);
  assert.deepEqual(sizes, [1000, 10_000, 1_000_000]);
  assert.deepEqual([met, metOurs], [true, false]);
  const missed = speedupTarget(scalar, [sized(1000, 2.05, 1.95), sized(1_000_000, 9)]);
  assert.deepEqual([missed.measured, missed.met], [2.05, false]);
});

test('a range is not met by one of its ends, but missed by any size', () => {
  for (const [size, ratio, met] of [
    [1000, 9, null],
    [1_000_000, 9, null],
    [50_000, 1.5, false],
  ] as const) {
    assert.equal(speedupTarget(scalar, [sized(size, ratio)]).met, met);
  }
});

test('a ratio without an interval decides nothing', () => {
  for (const ratio of [1, 9]) {
    const { met, metOurs } = speedupTarget(scalar, [sized(1000, ratio, null), sized(1_000_000, ratio, null)]);
    assert.deepEqual([met, metOurs], [null, null]);
  }
});

test('every second of ten is not met by fewer, but missed in any', () => {
  const verdict = (perSecond: number, seconds: number) => {
    const { met, metOurs } = throughputTarget(perSecond, seconds, 'simd');
    return [met, metOurs];
  };
  assert.deepEqual(verdict(400_000, 9), [null, null]);
  assert.deepEqual(verdict(400_000, 10), [true, true]);
  assert.deepEqual(verdict(200_000, 10), [true, false]);
  assert.deepEqual(verdict(1000, 1), [false, false]);
});

test('a time of few steps of the clock is told as a bound, and misses no limit below it', () => {
  const p50 = 'neural activation of 1000 floats, p50';
  const { measured, met, metOurs, upperBound } = timeTarget(p50, 0, 0.1);
  assert.deepEqual([measured, met, metOurs, upperBound], [0.1, true, null, true]);
  assert.equal(timeTarget(p50, 0.004, 0.001).metOurs, false);
  const few = timeTarget(p50, 0.001, 0.001);
  assert.deepEqual([few.measured, few.met, few.metOurs, few.upperBound], [0.002, true, true, true]);
  assert.equal(timeTarget(p50, 0.002, 0.001).metOurs, null, 'it may have been 0.003');
  assert.equal(timeTarget(p50, 0.002, 0.0005).upperBound, undefined);
  assert.equal(timeTarget(p50, 0, 0).measured, null);
});

test('the memory may reach its limit, not pass it', () => {
  assert.equal(memoryTarget(52_428_800).met, true);
  assert.equal(memoryTarget(52_428_801).met, false);
  assert.equal(memoryTarget(65_536, 65_535).met, false);
});
