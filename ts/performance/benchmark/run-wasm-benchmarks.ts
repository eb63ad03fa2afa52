/**
 * The benchmark: every build and plain JavaScript on the same data in interleaved rounds, each result checked
 * against float64 before its speed counts.
 */
import { show } from '../../core/arguments.js';
import { InvalidArgumentError } from '../../core/errors.js';
import { failureOf } from '../../modules/failure.js';
import { type FileOptions, fileOptions } from '../../modules/file-options.js';
import { version } from '../../modules/version.js';
import { loadRuntime, type NeuralRuntime } from '../../runtime/runtime.js';
import { filesOf } from '../layer-options.js';
import type { WasmModuleManager } from '../wasm-module-manager.js';
import type { WasmPerformanceSystem } from '../wasm-performance-system.js';
import { describeEnvironment } from './environment.js';
import { measureTargets } from './measure-targets.js';
import {
  type BenchmarkCase,
  type BenchmarkOperation,
  benchmarkOperations,
  type CheckedContender,
  checkAgainst,
} from './operations.js';
import { makePlan, type Plan } from './plan.js';
import type {
  BenchmarkBuild,
  BenchmarkCell,
  BenchmarkContender,
  BenchmarkRatio,
  WasmBenchmarkOptions,
  WasmBenchmarkReport,
} from './report.js';
import { sampleInterleaved, throwIfAborted } from './sampler.js';
import { leastSamples, median, quantile, ratioInterval, seededRandom } from './statistics.js';

const builds: readonly BenchmarkBuild[] = ['simd', 'scalar', 'js', 'relaxed'];

/**
 * Times each operation at each size with every build that loads, and in plain JavaScript. The builds run as
 * runtimes of their own, without profiling, that are disposed of at the end: the counts of `target` stay those of
 * your calls. `target` tells where the files are, and its status tells the targets from then on. About 10 seconds
 * with the default options, one of them for the calls per second (`sustainedSeconds`); the event loop has its turn
 * between samples. With a clock that stands still, or moves in steps of more than ten times `minSampleMs`, results are
 * checked and nothing is timed. Rejects with `INVALID_ARGUMENT`, or with `ABORTED` soon after `signal` fires; a build
 * that cannot be loaded is reported, not thrown.
 */
export async function runWasmBenchmarks(
  target?: WasmModuleManager | WasmPerformanceSystem,
  options: WasmBenchmarkOptions = {},
): Promise<WasmBenchmarkReport> {
  const manager = managerOf(target);
  const plan = makePlan(options);
  const files = manager === undefined ? {} : filesOf(manager.exportConfig());
  const loaded = new Map<BenchmarkBuild, NeuralRuntime>();
  try {
    const buildReports: WasmBenchmarkReport['builds'][number][] = [];
    for (const build of builds) buildReports.push(await loadBuild(build, plan, files, loaded));
    const cells: BenchmarkCell[] = [];
    const ratios: BenchmarkRatio[] = [];
    for (const [completed, { operation, size }] of plan.cases.entries()) {
      plan.onProgress?.({ completed, total: plan.cases.length, operation, size });
      const measured = await measureCase(operation, size, loaded, plan);
      cells.push(...measured);
      ratios.push(...ratiosOf(measured, plan.seed));
    }
    plan.onProgress?.({ completed: plan.cases.length, total: plan.cases.length });
    const { ops, samples, minSampleMs, sustainedSeconds, seed, memoryLimit } = plan;
    const targets = await measureTargets({
      manager,
      loaded,
      ratios,
      files,
      sampling: plan,
      sustainedSeconds,
    });
    manager?.noteTargets(targets);
    return {
      schema: 1,
      date: new Date().toISOString(),
      version,
      environment: await describeEnvironment(plan.machine),
      options: { ops, samples, minSampleMs, sustainedSeconds, seed, memoryLimit },
      builds: buildReports,
      cells,
      ratios,
      targets,
    };
  } finally {
    for (const runtime of loaded.values()) runtime.dispose();
  }
}

/** What a benchmark asks of its target. A copy of this package has classes of its own: their names do not tell. */
const managerMethods = [
  'exportConfig',
  'getModuleStatus',
  'getRuntime',
  'isModuleManagerInitialized',
  'memoryLimit',
  'noteTargets',
] as const satisfies readonly (keyof WasmModuleManager)[];

/** The manager that tells where the files are, and whose status is to tell what was measured. */
function managerOf(target: unknown): WasmModuleManager | undefined {
  if (target === undefined) return undefined;
  const given = target as { readonly manager?: unknown } | null;
  const manager = (given?.manager ?? given) as Partial<WasmModuleManager> | null;
  if (managerMethods.every((name) => typeof manager?.[name] === 'function')) {
    return manager as WasmModuleManager;
  }
  throw new InvalidArgumentError(
    `runWasmBenchmarks: target is ${show(target)}, neither a WasmModuleManager nor a system; options are the second argument`,
  );
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
    elementsPerSecond: timed && middle > 0 ? (benchmark.elements * 1000) / middle : null,
    flopsPerSecond:
      timed && middle > 0 && benchmark.flops !== undefined ? (benchmark.flops * 1000) / middle : null,
  };
}

/** JSON has no NaN and no infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function ratiosOf(cells: readonly BenchmarkCell[], seed: number): BenchmarkRatio[] {
  const timed = cells.filter(({ samples }) => samples.length > 0);
  const simd = timed.find(({ build }) => build === 'simd');
  if (simd === undefined) return [];
  return (['scalar', 'javascript'] as const).flatMap((against) => {
    const other = timed.find(({ build }) => build === against);
    if (other === undefined) return [];
    const { ratio, low, high } = ratioInterval(other.samples, simd.samples, seededRandom(seed));
    const known = simd.samples.length >= leastSamples && Number.isFinite(high);
    const interval = known ? { low, high } : { low: null, high: null };
    return [
      { operation: simd.operation, size: simd.size, build: 'simd' as const, against, ratio, ...interval },
    ];
  });
}
