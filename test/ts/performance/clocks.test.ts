/**
 * Clocks that stand still or are coarse, as test runners and browsers have them: every measurement ends, and tells
 * nothing that was not measured.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  BenchmarkTarget,
  ModuleStatus,
  ProductionWasmBenchmark,
  ProductionWasmBridgeMetrics,
  SIMDCapabilities,
  SIMDOperation,
  SIMDPerformanceMetrics,
  WasmBenchmarkReport,
  WasmBenchmarkResult,
  WasmPerformanceMetrics,
} from '@sasi/wasm-performance';
import { runProgram } from './run-program.js';

interface Outcome {
  readonly bridge: ProductionWasmBridgeMetrics;
  readonly health: string;
  readonly benchmark: ProductionWasmBenchmark;
  readonly layer: WasmPerformanceMetrics;
  readonly layerBenchmark: WasmBenchmarkResult[];
  readonly capabilities: SIMDCapabilities;
  readonly simd: SIMDPerformanceMetrics;
  readonly history: SIMDOperation[];
  readonly auto: ModuleStatus;
  /** Of its status, after fifty activations of 1000 floats. */
  readonly targets: readonly BenchmarkTarget[];
  readonly performanceScore: number;
  /** Milliseconds that the first metrics and the health took, by a clock that is never altered. */
  readonly quick: number;
  readonly report: WasmBenchmarkReport | null;
}

/** Measures all that can be measured; the whole benchmark only where `whole` is set. */
function program(whole: boolean): string {
  return `
    const sasi = await import('@sasi/wasm-performance');
    const x = Float32Array.from({ length: 100 }, (_, i) => i / 50 - 1);
    const bridge = new sasi.ProductionWasmBridge();
    await bridge.initialize();
    for (let i = 0; i < 20; i++) bridge.calculateNeuralActivation(x);
    const begin = process.hrtime.bigint();
    const metrics = bridge.getPerformanceMetrics();
    const { status: health } = bridge.healthCheck();
    const quick = Number(process.hrtime.bigint() - begin) / 1e6;
    const benchmark = await bridge.runBenchmark();
    await bridge.cleanup();
    const layer = new sasi.WasmPerformanceLayer();
    await layer.initialize();
    await layer.calculateNeuralActivation(x);
    const layerMetrics = layer.getPerformanceMetrics();
    const layerBenchmark = ${whole ? 'await layer.runPerformanceBenchmark()' : '[]'};
    const simdLayer = new sasi.SIMDAccelerationLayer();
    await simdLayer.initialize();
    for (let i = 0; i < 500; i++) simdLayer.simdVectorAdd(x, x);
    const capabilities = simdLayer.getSIMDCapabilities();
    const simd = simdLayer.getPerformanceMetrics();
    const history = simdLayer.getOperationHistory();
    simdLayer.cleanup();
    layer.cleanup();
    const manager = new sasi.WasmModuleManager({ preferredModule: 'auto' });
    await manager.initialize();
    const auto = manager.getModuleStatus();
    const thousand = new Float32Array(1000);
    for (let i = 0; i < 50; i++) await manager.getPerformanceLayer().calculateNeuralActivation(thousand);
    const { targets } = sasi.getWasmPerformanceStatus(manager);
    const { performanceScore } = manager.getModuleMetrics();
    await manager.cleanup();
    const benchmarks = ${whole ? "await sasi.runWasmBenchmarks(undefined, { ops: ['activation'], sizes: [100], samples: 3 })" : 'null'};
    report({
      bridge: metrics, health, quick, benchmark, layer: layerMetrics, layerBenchmark, capabilities, simd, history, auto, targets, performanceScore,
      report: benchmarks,
    });`;
}

async function outcome(before: string, whole = false): Promise<Outcome> {
  const { reported } = await runProgram<Outcome>(program(whole), { before });
  // JSON writes NaN and infinities as null.
  for (const part of ['bridge', 'benchmark', 'layer', 'simd'] as const) {
    for (const [name, value] of Object.entries(reported[part]))
      assert.notEqual(value, null, `${part}.${name}`);
  }
  assert.ok(reported.performanceScore >= 0);
  for (const { speedup } of reported.history) assert.notEqual(speedup, null);
  return reported;
}

function steps(milliseconds: number): string {
  return `
    const { now } = performance;
    performance.now = () => Math.floor(now.call(performance) / ${milliseconds}) * ${milliseconds};`;
}

const byOrder =
  /^the first in the order simd, scalar, js: nothing was measured, the clock (did not move|moves in steps)/;

function assertNothingClaimed(
  { bridge, layer, capabilities, history, auto, targets }: Outcome,
  step: number,
): void {
  assert.equal(bridge.speedupFactor, 0);
  assert.equal(layer.performanceGain, 0);
  assert.deepEqual(capabilities.performance, { baseline: 0, simdAccelerated: 0, speedup: 0 });
  assert.ok(history.every(({ speedup }) => speedup === 0));
  assert.deepEqual([auto.module, auto.tier], ['production', 'simd']);
  assert.match(auto.selection.find(({ accepted }) => accepted)!.reason, byOrder);
  assert.equal(auto.selection.filter(({ accepted }) => accepted).length, 1);
  // A call or a load that the machine held up for long enough may be told.
  for (const { name, unit, measured, upperBound = false } of targets) {
    if (unit !== 'ms') continue;
    // Readings are not exact multiples.
    const least = (upperBound ? 1 : 4) * step * (1 - 1e-9);
    assert.ok(measured === null || measured >= least, `${name}: ${measured}`);
  }
}

for (const [what, before] of [
  ['performance.now stands still', 'performance.now = () => 0;'],
  ['performance.now is a stub that gives nothing', 'performance.now = () => undefined;'],
  [
    'there is no performance, and Date.now stands still',
    'delete globalThis.performance; Date.now = () => 1e12;',
  ],
] as const) {
  test(`a clock that stands still: ${what}`, async () => {
    const result = await outcome(before, true);
    assertNothingClaimed(result, Number.POSITIVE_INFINITY);
    const { bridge, health, benchmark, simd, layerBenchmark, report } = result;
    assert.equal(health, 'healthy');
    assert.equal(bridge.operationsCount, 20);
    assert.deepEqual([benchmark.operations_per_second, benchmark.average_operation_time], [0, 0]);
    assert.deepEqual([simd.memoryThroughput, simd.cacheEfficiency, simd.operationsPerSecond], [0, 0, 0]);
    assert.ok(
      layerBenchmark.every(({ success, wasmTime, speedup }) => !success && wasmTime === 0 && speedup === 0),
    );
    assert.ok(
      report!.cells.every(
        ({ correct, samples, median }) => correct && samples.length === 0 && median === null,
      ),
    );
    assert.deepEqual(report!.ratios, []);
    for (const { name, measured, met } of report!.targets) {
      if (name === 'memory') assert.equal(met, true);
      else assert.deepEqual([measured, met], [null, null], name);
    }
  });
}

/** Everything that tells a time, after calls of every layer and bridge; NaN is null in JSON. */
const times = `
  const sasi = await import('@sasi/wasm-performance');
  const x = Float32Array.from({ length: 100 }, (_, i) => i / 50 - 1);
  const figures = [];
  for (const Bridge of [sasi.WasmBridge, sasi.ProductionWasmBridge]) {
    const bridge = new Bridge();
    await bridge.initialize();
    for (let i = 0; i < 40; i++) {
      bridge.calculateNeuralActivation(x);
      figures.push(bridge.getPerformanceMetrics());
    }
    await bridge.cleanup();
  }
  const manager = new sasi.WasmModuleManager({ preferredModule: 'production' });
  await manager.initialize();
  for (let i = 0; i < 10; i++) await manager.getPerformanceLayer().calculateNeuralActivation(x);
  for (let i = 0; i < 10; i++) manager.getSIMDLayer().simdDotProduct(x, x);
  figures.push(...manager.getPerformanceLayer().getPerformanceHistory());
  figures.push(...manager.getSIMDLayer().getOperationHistory());
  figures.push(manager.getModuleMetrics(), manager.getPerformanceMetrics());
  await manager.cleanup();
  const runtime = await sasi.loadRuntime();
  figures.push(runtime.loadTime);
  const agents = sasi.createSasiNeuralModule(runtime);
  const network = agents.createNeuralNetwork({ architecture: [2, 1] });
  figures.push(await agents.trainNetwork(network, [{ inputs: [0, 1], outputs: [1] }], 2));
  figures.push(runtime.metrics().total);
  report(figures);`;

for (const [what, before] of [
  ['is set back by 5 ms with every reading', 'let time = 1e6; performance.now = () => (time -= 5);'],
  ['gives nothing', 'performance.now = () => undefined; Date.now = () => undefined;'],
  [
    'gives a time now and then',
    'let i = 0; const { now } = performance; performance.now = () => (i++ % 3 > 0 ? now.call(performance) : NaN);',
  ],
] as const) {
  test(`no figure is negative or NaN where the clock ${what}`, async () => {
    const { reported } = await runProgram<Record<string, unknown>[]>(times, { before });
    assert.ok(reported.length > 100);
    for (const figures of reported) {
      for (const [name, value] of Object.entries(figures)) {
        assert.notEqual(value, null, name);
        assert.ok(typeof value !== 'number' || value >= 0, `${name}: ${value}`);
      }
    }
  });
}

test('a fake clock that is put in place after the import changes nothing', async () => {
  const { reported } = await runProgram<number>(`
    const { ProductionWasmBridge } = await import('@sasi/wasm-performance');
    performance.now = () => 0;
    Date.now = () => 0;
    const bridge = new ProductionWasmBridge();
    await bridge.initialize();
    report(bridge.getSpeedupFactor());`);
  assert.ok(reported > 0);
});

test('steps of 1 ms: samples are long enough to tell, single calls are not told', async () => {
  const { bridge, benchmark, layer, capabilities, simd, history, auto } = await outcome(steps(1));
  // Neither the 0, 10 or 20 that steps alone can give, nor nothing.
  assert.ok(bridge.speedupFactor > 1.5 && bridge.speedupFactor % 1 !== 0, `${bridge.speedupFactor}`);
  assert.ok(layer.performanceGain > 1.5, `${layer.performanceGain}`);
  assert.ok(benchmark.average_operation_time > 0 && benchmark.average_operation_time < 0.5);
  assert.ok(capabilities.performance.speedup > 1);
  assert.ok(simd.cacheEfficiency >= 0 && simd.cacheEfficiency <= 1);
  assert.ok(history.every(({ executionTime, speedup }) => executionTime >= 4 || speedup === 0));
  const chosen = auto.selection.find(({ accepted }) => accepted)!;
  assert.match(chosen.reason, /^the fastest: [1-9.e+]/);
  assert.notEqual(auto.tier, 'js');
});

for (const milliseconds of [5, 16.7, 100]) {
  test(`steps of ${milliseconds} ms: too coarse for a first impression`, async () => {
    const result = await outcome(steps(milliseconds));
    assertNothingClaimed(result, milliseconds);
    assert.match(result.auto.selection.find(({ accepted }) => accepted)!.reason, /moves in steps/);
    // Looking for the clock's steps included.
    assert.ok(result.quick < 1500, `${result.quick} ms`);
  });
}

test("equal times: 'auto' takes the first in the order simd, scalar, js, and a module of ours before another", async () => {
  // A clock that moves with every reading and by nothing else: everything takes the same time.
  const before = 'let time = 0; performance.now = () => (time += 2 ** -7);';
  const { reported } = await runProgram<ModuleStatus>(
    `
    const { WasmModuleManager } = await import('@sasi/wasm-performance');
    const manager = new WasmModuleManager({ preferredModule: 'auto' });
    await manager.initialize();
    report(manager.getModuleStatus());
    await manager.cleanup();`,
    { before },
  );
  const figures = reported.selection.map(({ reason }) => /: (.*) per operation$/.exec(reason)?.[1]);
  assert.equal(new Set(figures).size, 1, figures.join());
  assert.equal(reported.selection[0]?.candidate, 'ruv-swarm');
  assert.deepEqual([reported.module, reported.tier], ['production', 'simd']);
});
