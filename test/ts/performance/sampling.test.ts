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
