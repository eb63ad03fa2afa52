/** Calibration against an engine that compiles, and a machine that pauses. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

let now = 0;

/** The only thing that takes time here: a pause of this machine must not count. */
function spin(milliseconds: number): void {
  now += milliseconds;
}

mock.method(performance, 'now', () => now);
// The clock is taken when its file is imported.
const { calibrate } = await import('#ts/metrics/timing.js');
const { sampleInterleaved } = await import('#ts/performance/benchmark/sampler.js');

const costMs = 0.01;
const sampleMs = 1;
const enough = sampleMs / costMs / 2;

test('a slow first run is not taken for the cost of the others', () => {
  let isFirst = true;
  const iterations = calibrate(
    {
      run(count) {
        spin(count * costMs + (isFirst ? 5 * sampleMs : 0));
        isFirst = false;
      },
    },
    sampleMs,
  );
  assert.ok(iterations >= enough, `${iterations} iterations`);
});

test('what becomes faster after it was calibrated is calibrated again', async () => {
  let slowRuns = 2;
  let iterations = 0;
  const contender = {
    run(count: number): void {
      iterations = count;
      slowRuns--;
      spin(count * costMs + (slowRuns >= 0 ? 5 * sampleMs : 0));
    },
  };
  const [samples] = await sampleInterleaved([contender], { samples: 3, minSampleMs: sampleMs });
  assert.equal(samples!.length, 3);
  assert.ok(iterations >= enough, `${iterations} iterations`);
});
