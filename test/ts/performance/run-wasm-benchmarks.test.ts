import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BenchmarkProgress,
  baselineKey,
  compareToBaseline,
  createWasmPerformanceSystem,
  detectFeatures,
  runWasmBenchmarks,
  type WasmBenchmarkReport,
} from '@sasi/wasm-performance';
import {
  benchmarkOperationNames,
  benchmarkOperations,
  checkAgainst,
} from '#ts/performance/benchmark/operations.js';
import { seededRandom } from '#ts/performance/benchmark/statistics.js';
import { runProgram, withoutWasm } from './run-program.js';

const quick = { samples: 3, minSampleMs: 0.1 } as const;

const flopsOf: Partial<Record<string, (size: number) => number>> = {
  add: (size) => size,
  dot: (size) => 2 * size,
  matmul: (size) => 2 * Math.sqrt(size) ** 3,
};

/** With fused multiplication and addition there is a fourth build. */
const builds = detectFeatures().relaxedSimd ? 4 : 3;

let report: WasmBenchmarkReport;

test('every operation, size and build has a cell that is right', async () => {
  const progress: BenchmarkProgress[] = [];
  report = await runWasmBenchmarks(undefined, {
    ...quick,
    sizes: [1, 37, 1000],
    onProgress: (step) => progress.push(step),
  });
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  assert.equal(report.cells.length, 6 * 3 * (builds + 1));
  for (const cell of report.cells) {
    const name = `${cell.operation} ${cell.size} ${cell.build}`;
    assert.equal(cell.correct, true, name);
    assert.ok(cell.shareOfAllowedError !== null && cell.shareOfAllowedError <= 1, name);
    assert.equal(cell.samples.length, 3, name);
    assert.ok(
      cell.samples.every((sample) => sample > 0),
      name,
    );
    assert.ok(cell.p5! <= cell.median! && cell.median! <= cell.p95!, name);
    assert.equal(cell.elementsPerSecond, (cell.size * 1000) / cell.median!, name);
    const flops = flopsOf[cell.operation]?.(cell.size);
    assert.equal(cell.flopsPerSecond, flops === undefined ? null : (flops * 1000) / cell.median!, name);
  }
  assert.deepEqual(
    report.builds.map(({ build, loaded }) => [build, loaded]),
    [
      ['simd', true],
      ['scalar', true],
      ['js', true],
      ['relaxed', builds === 4],
    ],
  );
  if (builds === 3) assert.equal(report.builds[3]?.code, 'VARIANT_UNSUPPORTED');
  assert.equal(progress.length, 19);
  assert.deepEqual(progress.at(-1), { completed: 18, total: 18 });
});

test('ratios are those of the medians, inside their intervals, against scalar and JavaScript', () => {
  assert.equal(report.ratios.length, 6 * 3 * 2);
  for (const { operation, size, against, ratio, low, high } of report.ratios) {
    const time = (build: string) =>
      report.cells.find((c) => c.operation === operation && c.size === size && c.build === build)!.median!;
    assert.equal(ratio, time(against) / time('simd'));
    assert.ok(low <= high);
  }
});

test('matrices are the largest squares that fit the size', () => {
  const sizes = report.cells.filter((cell) => cell.operation === 'matmul').map((cell) => cell.size);
  assert.deepEqual([...new Set(sizes)], [1, 36, 961]);
});

test("SASI's own limits stand beside what was measured", () => {
  assert.deepEqual(
    report.targets.map(({ name, unit, limit, ours }) => [name, unit, limit, ours]),
    [
      ['load a runtime', 'ms', 100, 25],
      ['memory', 'bytes', 52_428_800, undefined],
      ['neural activation of 1000 floats, p50', 'ms', 5, 0.003],
      ['neural activation of 1000 floats, p99', 'ms', 5, undefined],
      ['neural activations per second', 'calls per second', 1000, 300_000],
      ['SIMD over scalar, neural activation', 'times', 2, 3],
      ['SIMD over JavaScript, neural activation', 'times', 2, 10],
      ['spawn an agent 1024-512-256-128', 'ms', 12, undefined],
      ['inference of an agent 1024-512-256-128', 'ms', 50, undefined],
    ],
  );
  for (const { limit, measured, met, unit, low, high } of report.targets) {
    assert.ok(measured !== null && measured > 0);
    if (unit === 'times') assert.ok(low! <= measured && measured <= high!);
    assert.equal(met, unit === 'ms' || unit === 'bytes' ? measured < limit : (low ?? measured) > limit);
  }
});

test('the environment is what the engine says', () => {
  assert.equal(report.environment.runtime, `node ${process.versions.node}`);
  assert.equal(report.environment.features.simd, true);
});

test('a result that is wrong is found', () => {
  for (const name of benchmarkOperationNames) {
    const benchmark = benchmarkOperations[name].prepare(100, seededRandom(3));
    const reference = benchmark.reference();
    const javascript = benchmark.javascript();
    javascript.run(1);
    const right = Float32Array.from(javascript.result());
    assert.ok(checkAgainst(reference, right).shareOfAllowed <= 1, name);
    const off = right.slice();
    off[0]! += 1e-3;
    assert.ok(checkAgainst(reference, off).shareOfAllowed > 1, name);
    off[0] = Number.NaN;
    assert.ok(checkAgainst(reference, off).shareOfAllowed > 1, name);
    assert.ok(checkAgainst(reference, []).shareOfAllowed > 1, name);
  }
});

test('an AbortSignal ends it soon, with nothing left', async () => {
  const { reported } = await runProgram(`
    const { runWasmBenchmarks } = await import('@sasi/wasm-performance');
    const controller = new AbortController();
    const run = runWasmBenchmarks(undefined, { samples: 10000, signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    report(await run.catch((error) => error.code));`);
  assert.equal(reported, 'ABORTED');
  await assert.rejects(runWasmBenchmarks(undefined, { signal: AbortSignal.abort() }), { code: 'ABORTED' });
});

test('the event loop has its turn while it runs', async () => {
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns++;
    if (running) setImmediate(turn);
  };
  // Begun with the first case: loading the builds awaits by itself.
  const onProgress = ({ completed }: BenchmarkProgress): void => {
    if (completed === 0) setImmediate(turn);
  };
  // At least 8 × 4 samples of 4 ms, in slices of about 10 ms.
  await runWasmBenchmarks(undefined, { ops: ['add'], sizes: [1000], samples: 8, minSampleMs: 4, onProgress });
  running = false;
  assert.ok(turns > 5, `${turns} turns`);
});

test('the counts of the system that it is called with stay those of its calls', async () => {
  const system = await createWasmPerformanceSystem();
  await system.performanceLayer.calculateNeuralActivation(new Float32Array(10));
  const before = system.runtime.metrics().total.calls;
  const memory = system.runtime.memory.stats().allocations;
  await runWasmBenchmarks(system, { ...quick, ops: ['dot'], sizes: [100] });
  assert.equal(system.runtime.metrics().total.calls, before);
  assert.equal(system.runtime.memory.stats().allocations, memory);
  system.dispose();
});

test('where a build cannot be loaded the report says why', async () => {
  const { reported } = await runProgram<WasmBenchmarkReport>(
    `const { runWasmBenchmarks } = await import('@sasi/wasm-performance');
     report(await runWasmBenchmarks(undefined, { ops: ['add'], sizes: [64], samples: 2, minSampleMs: 0.1 }));`,
    { flags: withoutWasm },
  );
  assert.deepEqual(
    reported.builds.map(({ build, loaded, code }) => [build, loaded, code]),
    [
      ['simd', false, 'WASM_UNAVAILABLE'],
      ['scalar', false, 'WASM_UNAVAILABLE'],
      ['js', true, undefined],
      ['relaxed', false, 'WASM_UNAVAILABLE'],
    ],
  );
  assert.deepEqual(
    reported.cells.map((cell) => cell.build),
    ['js', 'javascript'],
  );
  assert.deepEqual(reported.ratios, []);
});

test('bad options are refused', async () => {
  for (const options of [
    { ops: ['nonsense' as never] },
    { ops: ['toString' as never] },
    { sizes: [0] },
    { sizes: [1.5] },
    { sizes: { add: [-1] } },
    { samples: 0 },
    { minSampleMs: 0 },
    { seed: -1 },
  ]) {
    await assert.rejects(runWasmBenchmarks(undefined, options), { code: 'INVALID_ARGUMENT' });
  }
});

test('options in the place of the target are noticed', async () => {
  for (const target of [{ ops: ['add'] }, { manager: null }, { manager: {} }]) {
    await assert.rejects(runWasmBenchmarks(target as never), { code: 'INVALID_ARGUMENT' });
  }
});

test('a baseline finds what became slower, and only that', () => {
  const slower = (factor: number): WasmBenchmarkReport => ({
    ...report,
    cells: report.cells.map((cell) =>
      cell.operation === 'add' && cell.build === 'simd'
        ? { ...cell, samples: [1, 1.01, 1.02].map((sample) => factor * sample) }
        : { ...cell, samples: [1, 1.01, 1.02] },
    ),
  });
  const baseline = { [baselineKey(report)]: slower(1) };
  const same = compareToBaseline(slower(1), baseline);
  assert.equal(same.found, true);
  assert.equal(same.compared, 6 * 3 * builds);
  assert.deepEqual([same.regressions, same.improvements], [[], []]);
  const { regressions } = compareToBaseline(slower(1.5), baseline);
  assert.deepEqual(
    regressions.map(({ operation, build, size }) => [operation, build, size]),
    [1, 37, 1000].map((size) => ['add', 'simd', size]),
  );
  assert.ok(regressions.every(({ ratio, low, high }) => low <= ratio && ratio <= high && low > 1.25));
  assert.equal(compareToBaseline(slower(0.5), baseline).improvements.length, 3);
  assert.deepEqual(compareToBaseline(slower(1.5), baseline, { tolerance: 0.6 }).regressions, []);
  assert.equal(compareToBaseline(report, {}).found, false);
  assert.throws(() => compareToBaseline(report, baseline, { tolerance: -1 }), { code: 'INVALID_ARGUMENT' });
});
