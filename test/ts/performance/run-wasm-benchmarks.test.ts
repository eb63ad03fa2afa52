import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { test } from 'node:test';
import {
  type BenchmarkProgress,
  type BenchmarkTarget,
  baselineKey,
  compareToBaseline,
  createWasmPerformanceSystem,
  detectFeatures,
  getWasmPerformanceStatus,
  registerModule,
  runWasmBenchmarks,
  type WasmBenchmarkReport,
  WasmModuleManager,
} from '@sasi/wasm-performance';
import {
  benchmarkOperationNames,
  benchmarkOperations,
  checkAgainst,
} from '#ts/performance/benchmark/operations.js';
import { seededRandom } from '#ts/performance/benchmark/statistics.js';
import { runProgram, withoutWasm } from './run-program.js';

/** The fewest samples that have an interval. */
const quick = { samples: 7, minSampleMs: 0.1 } as const;

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
    assert.equal(cell.samples.length, quick.samples, name);
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
    assert.ok(low! <= high!);
  }
});

test('matrices are the largest squares that fit the size', () => {
  const sizes = report.cells.filter((cell) => cell.operation === 'matmul').map((cell) => cell.size);
  assert.deepEqual([...new Set(sizes)], [1, 36, 961]);
});

test('a case that is asked for twice is measured once', async () => {
  const { cells } = await runWasmBenchmarks(undefined, {
    ...quick,
    ops: ['matmul', 'matmul'],
    sizes: [4, 5, 8, 9],
  });
  const simd = cells.filter(({ build }) => build === 'simd');
  assert.deepEqual(
    simd.map(({ size }) => size),
    [4, 9],
  );
});

test('a target whose memory cannot be read is told without it, all else is', async () => {
  const manager = new WasmModuleManager({ memoryLimit: 65_536 });
  const { targets } = await runWasmBenchmarks(manager, { ...quick, ops: ['dot'], sizes: [8] });
  const missing = targets.filter(({ measured, unit }) => measured === null && unit !== 'times');
  assert.deepEqual(
    missing.map(({ name, met }) => [name, met]),
    [['memory', null]],
  );
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
  for (const { name, limit, measured, met, unit, low, high } of report.targets) {
    assert.ok(measured !== null && measured > 0, name);
    if (unit === 'times') assert.ok(low! <= measured && measured <= high!, name);
    if (unit === 'ms') assert.equal(met, measured < limit, name);
  }
});

test('what is promised of ten seconds and of a range of sizes is not met by less', () => {
  const [sustained, ...gains] = report.targets.slice(4, 7);
  assert.equal(sustained?.seconds, 1);
  assert.equal(sustained.met, sustained.measured! > sustained.limit ? null : false);
  for (const { sizes, size, met, low, limit } of gains) {
    assert.deepEqual([sizes, size], [[1000], 1000]);
    assert.equal(met, low! > limit ? null : false);
  }
});

test('few samples have no interval, and nothing is met by their ratio', async () => {
  const { ratios, targets } = await runWasmBenchmarks(undefined, {
    ops: ['activation'],
    sizes: [1000],
    samples: 6,
    minSampleMs: 0.1,
  });
  assert.deepEqual(
    ratios.map(({ low, high }) => [low, high]),
    [
      [null, null],
      [null, null],
    ],
  );
  const gains = targets.filter(({ unit }) => unit === 'times');
  assert.ok(gains.every(({ measured, met, metOurs }) => measured! > 0 && met === null && metOurs === null));
});

test('the memory is that of the module in use, as the status tells it, whatever the operands take', async () => {
  const memory = (targets: readonly BenchmarkTarget[]) => targets.find(({ name }) => name === 'memory')!;
  const large = { ops: ['add'], sizes: [8_000_000], samples: 1, minSampleMs: 0.1 } as const;
  const alone = memory((await runWasmBenchmarks(undefined, large)).targets);
  assert.deepEqual([alone.measured, alone.limit, alone.met], [52_428_800, 52_428_800, true]);
  for (const memoryLimit of [4 * 1024 * 1024, 100 * 1024 * 1024]) {
    const system = await createWasmPerformanceSystem({ preferredModule: 'production', memoryLimit });
    using block = system.runtime.memory.float32(1);
    const told = memory((await runWasmBenchmarks(system, { ...quick, ops: ['dot'], sizes: [8] })).targets);
    assert.equal(told.measured, block.view.buffer.byteLength);
    assert.deepEqual([told.limit, told.met], [memoryLimit, true]);
    assert.deepEqual(memory(system.status().targets), told);
    system.dispose();
  }
  const unloaded = new WasmModuleManager({ memoryLimit: 4 * 1024 * 1024 });
  const before = memory((await runWasmBenchmarks(unloaded, { ...quick, ops: ['dot'], sizes: [8] })).targets);
  assert.equal(before.measured, 4 * 1024 * 1024);
  assert.deepEqual(memory(getWasmPerformanceStatus(unloaded).targets), before);
});

test('the targets are measured on the build that the target uses', async () => {
  const system = await createWasmPerformanceSystem({ preferredModule: 'fallback' });
  const { targets } = await runWasmBenchmarks(system, { ...quick, ops: ['dot'], sizes: [8] });
  const builds = (told: readonly BenchmarkTarget[]) => told.map(({ build }) => build);
  const own = ['js', undefined, 'js', 'js', 'js', undefined, undefined, 'js', 'js'];
  assert.deepEqual(builds(targets), own);
  assert.deepEqual(builds(system.status().targets), own);
  // What was measured on another build says nothing about the module that is in use now.
  assert.equal(await system.manager.switchModule('production'), true);
  const after = system.status().targets;
  assert.deepEqual(builds(after), ['simd', ...Array(8).fill(undefined)]);
  assert.deepEqual(
    after.filter(({ measured }) => measured !== null).map(({ name }) => name),
    ['load a runtime', 'memory'],
  );
  system.dispose();
});

test('how fast SIMD is says nothing about a module without it', async () => {
  const manager = new WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  await runWasmBenchmarks(manager, { ...quick, ops: ['activation'], sizes: [1000] });
  const measured = () =>
    getWasmPerformanceStatus(manager)
      .targets.filter(({ name, measured }) => name.startsWith('SIMD over') && measured !== null)
      .map(({ build }) => build);
  assert.deepEqual(measured(), ['simd', 'simd']);
  assert.equal(await manager.switchModule('fallback'), true);
  assert.deepEqual(measured(), []);
  assert.equal(await manager.switchModule('production'), true);
  assert.deepEqual(measured(), ['simd', 'simd']);
  await manager.cleanup();
});

test('the memory is held against the limit that the module in use was loaded with', async () => {
  const [loaded, later] = [50 * 1024 * 1024, 16 * 1024 * 1024];
  const manager = new WasmModuleManager({ preferredModule: 'production', memoryLimit: loaded });
  await manager.initialize();
  const verdict = () => {
    const { limit, measured, met } = getWasmPerformanceStatus(manager).targets.find(
      ({ name }) => name === 'memory',
    )!;
    return [limit, measured, met];
  };
  manager.updateConfig({ memoryLimit: later });
  assert.deepEqual(verdict(), [loaded, loaded, true]);
  await manager.initialize();
  assert.deepEqual(verdict(), [later, later, true]);
  await manager.cleanup();
});

test("a module of somebody else's is not told by what the package's builds reach", async () => {
  const undo = registerModule({
    name: 'mine',
    load: () => ({ calculateNeuralActivation: (x) => x.map((value) => Math.tanh(value / 2)) }),
  });
  const system = await createWasmPerformanceSystem({ preferredModule: 'mine' });
  await runWasmBenchmarks(system, { ...quick, ops: ['dot'], sizes: [8] });
  const measured = (): readonly string[] =>
    system
      .status()
      .targets.filter((target) => target.measured !== null)
      .map(({ name }) => name);
  const agents = ['spawn an agent 1024-512-256-128', 'inference of an agent 1024-512-256-128'];
  assert.deepEqual(measured(), ['load a runtime', 'memory', ...agents]);
  await system.performanceLayer.calculateNeuralActivation(new Float32Array(1000));
  assert.deepEqual(measured().slice(2), ['neural activation of 1000 floats, p50', ...agents]);
  system.dispose();
  undo();
});

test('the environment is what the engine says', () => {
  const { runtime, features, cpu, logicalCores } = report.environment;
  assert.equal(runtime, `node ${process.versions.node}`);
  assert.equal(features.simd, true);
  assert.equal(logicalCores, cpus().length);
  const model = cpus()[0]
    ?.model.replace(/\((R|TM)\)/gi, '')
    .trim();
  if (cpu !== undefined) assert.ok(model && cpu.startsWith(model), cpu);
  else assert.ok(['', '-', 'unknown', undefined].includes(model));
});

test('two machines have two keys, as far as the engine or the caller tells them apart', async () => {
  const named = await runWasmBenchmarks(undefined, { ...quick, ops: ['dot'], sizes: [8], machine: 'rack 7' });
  assert.equal(named.environment.machine, 'rack 7');
  const own = report.environment;
  const keys = [
    report,
    named,
    ...[
      { cpu: 'Another One 3000' },
      { logicalCores: 1000 },
      { runtime: 'node 1.2.3' },
      { architecture: 'other' },
      { platform: 'other' },
      { userAgent: 'Other/1' },
      { engine: 'v8 0' },
    ].map((change) => ({ environment: { ...own, ...change } })),
  ].map(baselineKey);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(baselineKey(JSON.parse(JSON.stringify(named))), keys[1]);
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

test('calls per second are counted for as long as was asked, until the signal', async () => {
  const nothing = { ops: [], sustainedSeconds: 2 } as const;
  const start = performance.now();
  const { targets, options } = await runWasmBenchmarks(undefined, nothing);
  assert.ok(performance.now() - start >= 2000);
  assert.equal(options.sustainedSeconds, 2);
  assert.equal(targets.find(({ unit }) => unit === 'calls per second')?.seconds, 2);
  const controller = new AbortController();
  let aborted: Promise<void> | undefined;
  const begun = new Promise<void>((resolve) => {
    const run = runWasmBenchmarks(undefined, {
      ops: [],
      sustainedSeconds: 3600,
      signal: controller.signal,
      onProgress: () => resolve(),
    });
    aborted = assert.rejects(run, { code: 'ABORTED' });
  });
  await begun;
  // A timer has its turn although the calls never wait for anything.
  setTimeout(() => controller.abort(), 50);
  await aborted;
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

test('bad options are refused, each by its name', async () => {
  const numbers = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 'x', '5', null, {}, [], 5n, Symbol('s')];
  const cases: readonly (readonly [name: string, values: readonly unknown[]])[] = [
    ['ops', [null, 5, 'add', {}, ['nonsense'], ['toString'], [null], [Symbol('s')], [Object.create(null)]]],
    ['sizes', [null, 5, 'x', [0], [1.5], ['x'], [null], [Object.create(null)], Array(1)]],
    ['sizes', [{ add: [-1] }, { add: 5 }, { add: null }, { add: 'x' }, { ad: [5] }, { add: [Number.NaN] }]],
    ['samples', [...numbers, 10_001]],
    ['minSampleMs', numbers.filter((value) => value !== 1.5)],
    ['sustainedSeconds', numbers],
    ['seed', numbers.filter((value) => value !== 0)],
    ['machine', [null, 5, '', {}]],
    ['signal', [null, {}, 5, 'x', () => {}]],
    ['onProgress', [null, 5, {}, 'x']],
  ];
  for (const [name, values] of cases) {
    for (const value of values) {
      const refused = { code: 'INVALID_ARGUMENT', message: new RegExp(name) };
      await assert.rejects(runWasmBenchmarks(undefined, { [name]: value } as never), refused, name);
    }
  }
  for (const options of [null, 5, 'x']) {
    await assert.rejects(runWasmBenchmarks(undefined, options as never), { code: 'INVALID_ARGUMENT' });
  }
});

test('what is no target is noticed, options in its place among it', async () => {
  const targets = [null, 5, 'x', Symbol('s'), {}, { ops: ['add'] }, { manager: null }, { manager: {} }];
  const half = { exportConfig: () => ({}) };
  for (const target of [...targets, half, { manager: half }]) {
    await assert.rejects(runWasmBenchmarks(target as never), { code: 'INVALID_ARGUMENT', message: /target/ });
  }
});

const even = [1, 1.01, 1.02, 1.03, 0.99, 0.98, 0.97];

/** The report, with `add` of the SIMD build slower by that factor and all else as it was. */
function slower(factor: number): WasmBenchmarkReport {
  return {
    ...report,
    cells: report.cells.map((cell) => {
      const isChanged = cell.operation === 'add' && cell.build === 'simd';
      return { ...cell, samples: isChanged ? even.map((sample) => factor * sample) : even };
    }),
  };
}

test('a baseline finds what became slower, and only that', () => {
  const key = baselineKey(report);
  const baseline = { [key]: slower(1) };
  const same = compareToBaseline(slower(1), baseline);
  assert.deepEqual([same.found, same.key, same.keys, same.skipped], [true, key, [key], 0]);
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
});

test('a baseline of other machines is compared with nothing, and says whose it is', () => {
  const other = { ...slower(1), environment: { ...report.environment, cpu: 'Another One 3000' } };
  const baseline = { [baselineKey(other)]: other };
  const { found, key, keys, compared, regressions } = compareToBaseline(slower(9), baseline);
  assert.deepEqual([found, key, compared, regressions], [false, baselineKey(report), 0, []]);
  assert.deepEqual(keys, [baselineKey(other)]);
  assert.deepEqual(compareToBaseline(report, {}).keys, []);
  // Filed under the wrong key.
  assert.throws(() => compareToBaseline(report, { [baselineKey(report)]: other }), {
    code: 'INVALID_ARGUMENT',
    message: /Another One 3000/,
  });
});

test('cells of too few samples, or of times that the clock could not tell, are no regressions', () => {
  const key = baselineKey(report);
  const sampled = (samples: readonly number[]): WasmBenchmarkReport => ({
    ...report,
    cells: report.cells.map((cell) => ({ ...cell, samples })),
  });
  for (const poor of [[], [1], even.slice(1), [0, ...even]]) {
    for (const [now, then] of [
      [poor, even],
      [even.map((sample) => 9 * sample), poor],
    ] as const) {
      const { compared, skipped, regressions } = compareToBaseline(sampled(now), { [key]: sampled(then) });
      assert.deepEqual([compared, skipped, regressions], [0, 6 * 3 * builds, []]);
    }
  }
});

test('what is no report, no baseline or no tolerance is refused', () => {
  const refused = { code: 'INVALID_ARGUMENT' };
  const key = baselineKey(report);
  const good = slower(1);
  for (const tolerance of [-1, Number.NaN, Number.POSITIVE_INFINITY, 'x', '0.5', null, {}, 1n]) {
    assert.throws(() => compareToBaseline(good, {}, { tolerance } as never), refused);
  }
  for (const options of [null, 5, { tolerence: 1 }]) {
    assert.throws(() => compareToBaseline(good, {}, options as never), refused);
  }
  for (const baseline of [null, undefined, 5, 'x', [], Symbol('s')]) {
    assert.throws(() => compareToBaseline(good, baseline as never), refused);
  }
  const cell = good.cells[0]!;
  const broken: readonly unknown[] = [
    ...[null, 5, 'x', {}, [], { ...good, schema: 2 }, { ...good, schema: undefined }],
    ...[
      null,
      undefined,
      {},
      { runtime: 5 },
      { runtime: 'x', cpu: 5 },
      { runtime: 'x', logicalCores: 'x' },
    ].map((environment) => ({ ...good, environment })),
    ...[null, undefined, 5, {}, 'x', [null], [5], [{}]].map((cells) => ({ ...good, cells })),
    ...[
      { samples: undefined },
      { samples: 5 },
      { samples: [Number.NaN] },
      { samples: [null] },
      { samples: ['1'] },
      { samples: [-1] },
      { samples: [Number.POSITIVE_INFINITY] },
      { size: '1000' },
      { operation: 'nonsense' },
      { build: undefined },
    ].map((change) => ({ ...good, cells: [...good.cells, { ...cell, ...change }] })),
    ...[null, undefined, {}, { seed: 'x' }].map((options) => ({ ...good, options })),
  ];
  for (const wrong of broken) {
    assert.throws(() => compareToBaseline(wrong as never, {}), refused, JSON.stringify(wrong)?.slice(0, 99));
    assert.throws(() => compareToBaseline(good, { [key]: wrong } as never), refused);
  }
  for (const wrong of [null, undefined, 5, {}, { environment: null }]) {
    assert.throws(() => baselineKey(wrong as never), refused);
  }
});
