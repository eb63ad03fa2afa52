import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OperationRecorder } from '#ts/metrics/operation-recorder.js';
import { ManualClock } from './manual-clock.js';

const seed = 20_261_123;

test('counts are exact, by operation and in total, for any sequence of calls', () => {
  const call = fc.record({
    operation: fc.constantFrom('add', 'dot', 'matmul'),
    elements: fc.nat(100_000),
    latency: fc.nat(50),
    fails: fc.boolean(),
  });
  const clock = new ManualClock();
  fc.assert(
    fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
      clock.restart();
      const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
      for (const { operation, elements, latency, fails } of calls) {
        const meter = recorder.meter(operation);
        const start = meter.begin();
        clock.advance(latency);
        if (fails) meter.fail(start);
        else meter.end(start, elements);
      }
      const { operations, total } = recorder.snapshot();
      const all = Object.values(operations);
      for (const name of ['add', 'dot', 'matmul']) {
        const mine = calls.filter((c) => c.operation === name);
        assert.equal(operations[name]?.calls ?? 0, mine.length);
        assert.equal(operations[name]?.errors ?? 0, mine.filter((c) => c.fails).length);
        assert.equal(
          operations[name]?.elements ?? 0,
          mine.reduce((sum, c) => sum + (c.fails ? 0 : c.elements), 0),
        );
        assert.equal(
          operations[name]?.busyTime ?? 0,
          mine.reduce((sum, c) => sum + c.latency, 0),
        );
      }
      assert.equal(total.calls, calls.length);
      assert.equal(
        total.calls,
        all.reduce((sum, m) => sum + m.calls, 0),
      );
      assert.equal(total.max, Math.max(0, ...calls.map((c) => c.latency)));
    }),
    { seed, numRuns: 200 },
  );
});

test('rates count what ended inside the window, over the time that the window covers', () => {
  const clock = new ManualClock();
  const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
  const meter = recorder.meter('add');
  // One call of four elements at every 10 ms, for 20 seconds.
  for (let i = 0; i < 2000; i++) {
    meter.end(meter.begin(), 4);
    clock.advance(10);
  }
  const { callsPerSecond, elementsPerSecond, calls } = recorder.snapshot().total;
  assert.equal(calls, 2000);
  // At 20 000 ms a bucket has just begun: the window covers the 950 ms (9 950 ms) before.
  assert.equal(callsPerSecond.lastSecond, 100);
  assert.equal(callsPerSecond.lastTenSeconds, 100);
  assert.equal(callsPerSecond.sinceStart, 100);
  assert.equal(elementsPerSecond.lastSecond, 400);

  // Silence for five seconds: the last second is empty, the last ten hold half.
  clock.advance(5000);
  const later = recorder.snapshot().total;
  assert.equal(later.callsPerSecond.lastSecond, 0);
  assert.ok(Math.abs(later.callsPerSecond.lastTenSeconds - 50) < 1);
  assert.equal(later.callsPerSecond.sinceStart, 80);

  // And a minute later the ring must not mistake old buckets for new ones.
  clock.advance(60_000);
  assert.equal(recorder.snapshot().total.callsPerSecond.lastTenSeconds, 0);
});

test('in the first second rates are over the time since the start', () => {
  const clock = new ManualClock();
  const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
  const meter = recorder.meter('add');
  for (let i = 0; i < 20; i++) meter.end(meter.begin(), 1);
  clock.advance(200);
  const { callsPerSecond } = recorder.snapshot().total;
  assert.deepEqual(callsPerSecond, { lastSecond: 100, lastTenSeconds: 100, sinceStart: 100 });
});

test('a window holds exactly the calls of the last buckets, against a plain list', () => {
  const clock = new ManualClock();
  fc.assert(
    fc.property(fc.array(fc.nat(900), { maxLength: 200 }), (gaps) => {
      clock.restart();
      const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
      const meter = recorder.meter('add');
      const ends: number[] = [];
      for (const gap of gaps) {
        clock.advance(gap);
        meter.end(meter.begin(), 1);
        ends.push(clock.read());
      }
      const now = clock.read();
      for (const [window, rate] of [
        [1000, recorder.snapshot().total.callsPerSecond.lastSecond],
        [10_000, recorder.snapshot().total.callsPerSecond.lastTenSeconds],
      ] as const) {
        const from = Math.max(0, (Math.floor(now / 50) + 1) * 50 - window);
        const inside = ends.filter((end) => end >= from).length;
        const expected = now > from ? (inside * 1000) / (now - from) : 0;
        assert.ok(Math.abs(rate - expected) <= 1e-9 * expected, `${rate} instead of ${expected}`);
      }
    }),
    { seed, numRuns: 200 },
  );
});

test('without profiling no clock is read and nothing is kept', () => {
  const recorder = new OperationRecorder({
    profiling: false,
    clock: () => {
      throw new Error('the clock was read');
    },
  });
  const meter = recorder.meter('add');
  meter.end(meter.begin(), 10);
  meter.fail(meter.begin());
  recorder.reset();
  const snapshot = recorder.snapshot();
  assert.equal(snapshot.profiling, false);
  assert.equal(snapshot.clockResolution, null);
  assert.deepEqual(snapshot.operations, {});
  assert.equal(snapshot.total.calls, 0);
});

test('a reset forgets counts and time; meters and calls under way stay valid', () => {
  const clock = new ManualClock();
  const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
  const meter = recorder.meter('add');
  meter.end(meter.begin(), 10);
  const start = meter.begin();
  clock.advance(1000);
  recorder.reset();
  assert.deepEqual(recorder.snapshot().operations, {});
  clock.advance(500);
  meter.end(start, 3);
  const { elapsed, operations } = recorder.snapshot();
  assert.equal(elapsed, 500);
  assert.equal(operations.add?.calls, 1);
  assert.equal(operations.add?.elements, 3);
  assert.equal(operations.add?.busyTime, 1500);
});

test('a percentile is never reported below the resolution of the clock', () => {
  // A coarse clock as browsers have it: steps of 0.1 ms, so short calls measure 0.
  let readings = 0;
  const clock = () => Math.floor(readings++ / 50) / 10;
  const recorder = new OperationRecorder({ profiling: true, clock });
  const meter = recorder.meter('add');
  for (let i = 0; i < 10; i++) meter.end(meter.begin(), 1);
  const { clockResolution, total } = recorder.snapshot();
  assert.ok(clockResolution !== null && Math.abs(clockResolution - 0.1) < 1e-6);
  assert.ok(total.p50 >= clockResolution);
});

test('a clock that is set back or stands still breaks nothing', () => {
  const clock = new ManualClock();
  const recorder = new OperationRecorder({ profiling: true, clock: clock.read });
  const meter = recorder.meter('add');
  const start = meter.begin();
  clock.advance(-10_000);
  meter.end(start, 1);
  const { total, elapsed, clockResolution } = recorder.snapshot();
  assert.equal(total.calls, 1);
  assert.equal(total.busyTime, 0);
  assert.equal(elapsed, 0);
  assert.equal(clockResolution, 0);
  assert.equal(total.callsPerSecond.sinceStart, 0);
});

test("'trace' writes a mark where each call begins and a measure to its end", () => {
  const name = 'sasi-wasm:traced-operation';
  const recorder = new OperationRecorder({ profiling: 'trace' });
  const meter = recorder.meter('traced-operation');
  // One call inside another: each has a mark of its own.
  const outer = meter.begin();
  const inner = meter.begin();
  const innerEnd = meter.end(inner, 7);
  const outerEnd = meter.end(outer, 9);
  const failed = meter.begin();
  meter.fail(failed);
  const measures = performance.getEntriesByName(name, 'measure') as PerformanceMeasure[];
  const marks = performance.getEntriesByName(name, 'mark');
  performance.clearMeasures(name);
  performance.clearMarks(name);
  const byElements = new Map(
    measures.map((entry) => [(entry.detail as { elements: number }).elements, entry]),
  );
  assert.deepEqual(
    [9, 7, 0].map((elements) => byElements.get(elements)?.startTime),
    [outer, inner, failed],
  );
  const nearly = (value: number | undefined, wanted: number) => Math.abs(value! - wanted) < 1e-6;
  assert.ok(nearly(byElements.get(9)?.duration, outerEnd - outer));
  assert.ok(nearly(byElements.get(7)?.duration, innerEnd - inner));
  assert.deepEqual(marks.map(({ startTime }) => startTime).sort(), [outer, inner, failed].sort());
  assert.deepEqual([measures.length, marks.length], [3, 3]);
  assert.equal(recorder.snapshot().total.calls, 3);
  assert.equal(recorder.snapshot().profiling, 'trace');
});

test('a snapshot is plain JSON', () => {
  const recorder = new OperationRecorder({ profiling: true });
  const meter = recorder.meter('add');
  meter.end(meter.begin(), 1);
  const snapshot = recorder.snapshot();
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
});
