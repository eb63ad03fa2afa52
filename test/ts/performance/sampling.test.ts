/** Calibration against an engine that compiles, and a machine that pauses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

let now = 0;

/** The only thing that takes time here: a pause of this machine must not count. */
function spin(milliseconds: number): void {
  now += milliseconds;
}

/** A reading takes time, too: a clock that stands still measures nothing. */
let readingMs = 1e-4;
performance.now = () => {
  now += readingMs;
  return now;
};
// The clock is taken when its file is imported.
const { calibrate } = await import('#ts/metrics/timing.js');
const { timeCalls } = await import('#ts/performance/benchmark/measure-targets.js');
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

test('what becomes faster after it was calibrated is run more often', async () => {
  let slowRuns = 2;
  let calls = 0;
  const contender = {
    run(count: number): void {
      calls += count;
      slowRuns--;
      spin(count * costMs + (slowRuns >= 0 ? 5 * sampleMs : 0));
    },
  };
  const [samples] = await sampleInterleaved([contender], { samples: 3, minSampleMs: sampleMs });
  assert.equal(samples!.length, 3);
  assert.ok(calls >= 3 * enough, `${calls} iterations`);
  for (const sample of samples!) assert.ok(Math.abs(sample - costMs) < 0.1 * costMs, `${sample} ms`);
});

test('calls per second are those of the slowest second, the turns of the event loop among it', async () => {
  let calls = 0;
  let cost = 0.1;
  const layer = {
    async calculateNeuralActivation(x: Float32Array): Promise<Float32Array> {
      calls++;
      spin(cost);
      return x;
    },
  };
  // 10 000 in the first second, 5000 in the second one; the warm-up before.
  const others = setInterval(() => {
    if (calls > 500 + 10_000) cost = 0.2;
    if (calls > 500 + 10_000 + 5000) cost = 0.1;
  }, 0);
  const start = now;
  const { perSecond, latencies } = await timeCalls(layer, 3, {});
  clearInterval(others);
  assert.equal(latencies.count, calls - 500);
  assert.ok(now - start >= 3000 && now - start < 3000 + 500);
  assert.ok(perSecond !== null && perSecond > 4900 && perSecond < 5600, `${perSecond} calls per second`);
  assert.ok(Math.abs(latencies.percentile(0.5) - 0.1) < 0.001);
  cost = 0.1;
  const pause = setInterval(() => spin(900), 0);
  const paused = await timeCalls(layer, 1, {});
  clearInterval(pause);
  assert.ok(paused.perSecond !== null && paused.perSecond < 5000, `${paused.perSecond} calls per second`);
  assert.ok(paused.latencies.max < 0.11, 'a turn is no part of a call');
});

for (const [what, disturb] of [
  [
    'stops',
    () => {
      readingMs = 0;
    },
  ],
  [
    'is set back',
    () => {
      now -= 1000;
    },
  ],
] as const) {
  test(`a clock that ${what} in the middle of a sample ends it, and nothing was measured`, async () => {
    const usual = readingMs;
    try {
      let iterations = 0;
      const contender = {
        run(count: number): void {
          iterations += count;
          if (iterations === 3) disturb();
        },
      };
      assert.equal(calibrate(contender, sampleMs), 0);
      assert.ok(iterations < 10_000, `${iterations} iterations`);
      readingMs = 0;
      const undisturbed = { run: () => assert.fail('run without a clock') };
      assert.deepEqual(await sampleInterleaved([undisturbed, undisturbed], { samples: 3, minSampleMs: 1 }), [
        [],
        [],
      ]);
    } finally {
      readingMs = usual;
    }
  });
}
