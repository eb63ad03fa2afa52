/** How finely a clock tells, also one that hardly moves or does not move at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureClockResolution } from '#ts/metrics/clock.js';
import { OperationRecorder } from '#ts/metrics/operation-recorder.js';

/** A clock of that step, which a fast machine reads once in 20 ns. */
function coarse(step: number): () => number {
  const readingMs = 20e-6;
  let readings = 0;
  return () => Math.floor((readings++ * readingMs) / step) * step;
}

test('the step of a clock is found, up to the coarsest that browsers have', () => {
  for (const step of [0.005, 1, 20, 100]) {
    const resolution = measureClockResolution(coarse(step));
    assert.ok(Math.abs(resolution - step) < 1e-6 * step, `${resolution} ms, not ${step}`);
  }
});

test('a clock that stands still is looked at for a bounded time, once for all who read it', () => {
  let readings = 0;
  const clock = () => {
    readings++;
    return 5;
  };
  const resolutionOf = () => new OperationRecorder({ profiling: true, clock }).snapshot().clockResolution;
  assert.equal(resolutionOf(), 0);
  assert.ok(readings < 20_000_000, `${readings} readings`);
  readings = 0;
  assert.equal(resolutionOf(), 0);
  assert.ok(readings < 10, `${readings} readings`);
});
