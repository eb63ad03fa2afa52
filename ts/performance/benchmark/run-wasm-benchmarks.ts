/**
 * The benchmark: every build and plain JavaScript on the same data in interleaved rounds, each result checked
 * against float64 before its speed counts.
 */
import { assertKnownKeys } from '../../core/arguments.js';
import { InvalidArgumentError } from '../../core/errors.js';
import { failureOf } from '../../modules/failure.js';
import { type FileOptions, fileOptions } from '../../modules/file-options.js';
import { version } from '../../modules/version.js';
import { loadRuntime, type NeuralRuntime } from '../../runtime/runtime.js';
import { filesOf } from '../layer-options.js';
import type { WasmModuleManager } from '../wasm-module-manager.js';
import type { WasmPerformanceSystem } from '../wasm-performance-system.js';
import { describeEnvironment } from './environment.js';
import {
  type BenchmarkCase,
  type BenchmarkOperation,
  benchmarkOperationNames,
  benchmarkOperations,
  type CheckedContender,
  checkAgainst,
} from './operations.js';
import type {
  BenchmarkBuild,
  BenchmarkCell,
  BenchmarkContender,
  BenchmarkRatio,
  WasmBenchmarkOptions,
  WasmBenchmarkReport,
} from './report.js';
import { type SamplingOptions, sampleInterleaved, throwIfAborted } from './sampler.js';
import { median, quantile, ratioInterval, seededRandom } from './statistics.js';
import { measureTargets } from './targets.js';

const builds: readonly BenchmarkBuild[] = ['simd', 'scalar', 'js', 'relaxed'];

/** For the module and the network of the targets. */
const baseMemory = 16 * 1024 * 1024;
const mostElements = 50_000_000;

interface Plan extends SamplingOptions {
  readonly ops: readonly BenchmarkOperation[];
  readonly cases: readonly { readonly operation: BenchmarkOperation; readonly size: number }[];
  readonly minSampleMs: number;
  readonly seed: number;
  readonly memoryLimit: number;
}

/**
 * Times each operation at each size with every build that loads, and in plain JavaScript. The builds run as
 * runtimes of their own, without profiling, that are disposed of at the end: the counts of `target` stay those of
 * your calls. `target` tells where the files are, and its status tells the targets from then on. About 10 seconds with the default options; the event loop
 * has its turn between samples. Rejects with `INVALID_ARGUMENT`, or with `ABORTED` soon after `signal` fires; a
 * build that cannot be loaded is reported, not thrown.
 */
export async function runWasmBenchmarks(
  target?: WasmModuleManager | WasmPerformanceSystem,
  options: WasmBenchmarkOptions = {},
): Promise<WasmBenchmarkReport> {
  const plan = makePlan(options);
  const files = filesFor(target);
  const loaded = new Map<BenchmarkBuild, NeuralRuntime>();
  try {
    const buildReports: WasmBenchmarkReport['builds'][number][] = [];
    for (const build of builds) buildReports.push(await loadBuild(build, plan, files, loaded));
    const cells: BenchmarkCell[] = [];
    const ratios: BenchmarkRatio[] = [];
    for (const [completed, { operation, size }] of plan.cases.entries()) {
      options.onProgress?.({ completed, total: plan.cases.length, operation, size });
      const measured = await measureCase(operation, size, loaded, plan);
      cells.push(...measured);
      ratios.push(...ratiosOf(measured, plan.seed));
    }
    options.onProgress?.({ completed: plan.cases.length, total: plan.cases.length });
    const [fastest] = loaded.values();
    fastest?.memory.reset();
    const targets = fastest === undefined ? [] : await measureTargets(fastest, ratios, plan);
    managerOf(target)?.noteTargets(targets);
    const { ops, samples, minSampleMs, seed, memoryLimit } = plan;
    return {
      schema: 1,
      date: new Date().toISOString(),
      version,
      environment: describeEnvironment(),
      options: { ops, samples, minSampleMs, seed, memoryLimit },
      builds: buildReports,
      cells,
      ratios,
      targets,
    };
  } finally {
    for (const runtime of loaded.values()) runtime.dispose();
  }
}

/** The manager whose status is to tell what was measured. */
function managerOf(
  target: WasmModuleManager | WasmPerformanceSystem | undefined,
): WasmModuleManager | undefined {
  return target !== undefined && 'manager' in target ? target.manager : target;
}

/** Where the files are, as `target` was told. */
function filesFor(target: WasmModuleManager | WasmPerformanceSystem | undefined): FileOptions {
  if (target === undefined) return {};
  const manager: unknown = 'manager' in target ? target.manager : target;
  if (typeof (manager as Partial<WasmModuleManager> | null)?.exportConfig !== 'function') {
    throw new InvalidArgumentError(
      'runWasmBenchmarks: target is neither a WasmModuleManager nor a system; options are the second argument',
    );
  }
  return filesOf((manager as WasmModuleManager).exportConfig());
}

async function loadBuild(
  build: BenchmarkBuild,
  { memoryLimit, signal }: Plan,
  files: FileOptions,
  loaded: Map<BenchmarkBuild, NeuralRuntime>,
): Promise<WasmBenchmarkReport['builds'][number]> {
  throwIfAborted(signal);
  try {
    const runtime = await loadRuntime({
      variant: build,
      memoryLimit,
      profiling: false,
      ...fileOptions(build, files),
    });
    loaded.set(build, runtime);
    return { build, loaded: true, loadTime: runtime.loadTime.total };
  } catch (error) {
    const { message, ...code } = failureOf(error);
    return { build, loaded: false, loadTime: null, ...code, reason: message };
  }
}

interface Entrant {
  readonly build: BenchmarkContender;
  readonly contender: CheckedContender;
}

async function measureCase(
  operation: BenchmarkOperation,
  size: number,
  loaded: ReadonlyMap<BenchmarkBuild, NeuralRuntime>,
  plan: Plan,
): Promise<BenchmarkCell[]> {
  const benchmark = benchmarkOperations[operation].prepare(size, seededRandom(plan.seed));
  const entrants: Entrant[] = [{ build: 'javascript', contender: benchmark.javascript() }];
  for (const [build, runtime] of [...loaded].reverse()) {
    runtime.memory.reset();
    entrants.unshift({ build, contender: benchmark.runtime(runtime) });
  }
  const reference = benchmark.reference();
  const checks = entrants.map(({ contender }) => {
    contender.run(1);
    return checkAgainst(reference, contender.result());
  });
  // What is wrong is not timed: no speed is claimed for it.
  const right = entrants.filter((_, i) => checks[i]!.shareOfAllowed <= 1);
  const samples = await sampleInterleaved(
    right.map(({ contender }) => contender),
    plan,
  );
  return entrants.map(({ build }, i) => {
    const index = right.findIndex((entrant) => entrant.build === build);
    return cellOf(operation, size, build, benchmark, checks[i]!, samples[index] ?? []);
  });
}

function cellOf(
  operation: BenchmarkOperation,
  size: number,
  build: BenchmarkContender,
  benchmark: BenchmarkCase,
  check: ReturnType<typeof checkAgainst>,
  samples: readonly number[],
): BenchmarkCell {
  const timed = samples.length > 0;
  const middle = median(samples);
  return {
    operation,
    size,
    build,
    correct: check.shareOfAllowed <= 1,
    maxError: finiteOrNull(check.maxError),
    shareOfAllowedError: finiteOrNull(check.shareOfAllowed),
    samples,
    median: timed ? middle : null,
    p5: timed ? quantile(samples, 0.05) : null,
    p95: timed ? quantile(samples, 0.95) : null,
    elementsPerSecond: timed ? (benchmark.elements * 1000) / middle : null,
    flopsPerSecond: timed && benchmark.flops !== undefined ? (benchmark.flops * 1000) / middle : null,
  };
}

/** JSON has no NaN and no infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function ratiosOf(cells: readonly BenchmarkCell[], seed: number): BenchmarkRatio[] {
  const simd = cells.find((cell) => cell.build === 'simd' && cell.correct);
  if (simd === undefined) return [];
  return (['scalar', 'javascript'] as const).flatMap((against) => {
    const other = cells.find((cell) => cell.build === against && cell.correct);
    if (other === undefined) return [];
    const interval = ratioInterval(other.samples, simd.samples, seededRandom(seed));
    return [{ operation: simd.operation, size: simd.size, build: 'simd' as const, against, ...interval }];
  });
}

/** Checks the options and lays out the cases. Throws `INVALID_ARGUMENT`. */
const knownKeys: readonly (keyof WasmBenchmarkOptions)[] = [
  'ops',
  'sizes',
  'samples',
  'minSampleMs',
  'seed',
  'signal',
  'onProgress',
];

function makePlan(options: WasmBenchmarkOptions): Plan {
  assertKnownKeys('runWasmBenchmarks', options, knownKeys);
  const { ops = benchmarkOperationNames, sizes, samples = 9, minSampleMs = 4, seed = 1, signal } = options;
  for (const operation of ops) {
    if (!Object.hasOwn(benchmarkOperations, operation)) {
      const names = benchmarkOperationNames.join(', ');
      throw new InvalidArgumentError(`ops: there is no benchmark '${String(operation)}'; use ${names}`);
    }
  }
  assertWhole('samples', samples, 1, 10_000);
  assertWhole('seed', seed, 0, 2 ** 32 - 1);
  if (!(minSampleMs > 0 && minSampleMs <= 10_000)) {
    throw new InvalidArgumentError(
      `minSampleMs is ${String(minSampleMs)}; give milliseconds above 0, up to 10000`,
    );
  }
  const cases = ops.flatMap((operation) => {
    const { sizes: usual, actualSize } = benchmarkOperations[operation];
    const wanted = Array.isArray(sizes) ? sizes : (sizesByOperation(sizes)[operation] ?? usual);
    return wanted.map((size: number) => {
      assertWhole('sizes', size, 1, mostElements);
      return { operation, size: actualSize(size) };
    });
  });
  const largest = cases.reduce((most, { size }) => Math.max(most, size), 0);
  const memoryLimit = Math.min(2 ** 31, baseMemory + 4 * 4 * largest);
  return { ops, cases, samples, minSampleMs, seed, memoryLimit, signal };
}

function sizesByOperation(
  sizes: WasmBenchmarkOptions['sizes'],
): Partial<Record<BenchmarkOperation, readonly number[]>> {
  return sizes === undefined ? {} : (sizes as Partial<Record<BenchmarkOperation, readonly number[]>>);
}

function assertWhole(name: string, value: number, from: number, to: number): void {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return;
  throw new InvalidArgumentError(`${name}: ${String(value)} is no whole number from ${from} to ${to}`);
}
