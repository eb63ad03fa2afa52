/**
 * The state of the performance system at a glance: synchronous, plain JSON, never an exception.
 */
import { detectFeatures, type Features } from '../core/features.js';
import type { VariantName } from '../core/variants.js';
import type { HealthReport } from '../metrics/health.js';
import { reportOf } from '../metrics/health.js';
import type { MemoryStats } from '../metrics/runtime-metrics.js';
import type { ModuleRoute, ModuleSelectionEntry } from '../modules/module-definition.js';
import { listSharedRuntimes, type SharedRuntimeInfo } from '../modules/shared-runtime.js';
import { version } from '../modules/version.js';
import type { BenchmarkTarget } from './benchmark/report.js';
import { memoryInUse, target, targetNames, timeTarget } from './benchmark/targets.js';
import { isVectorBuild } from './build-contents.js';
import type { WasmModuleManager } from './wasm-module-manager.js';
import type { WasmPerformanceSystem } from './wasm-performance-system.js';

/** The state of the performance system: plain JSON. */
export interface WasmPerformanceStatus {
  /** Of this package. */
  readonly version: string;
  /** What the engine supports. */
  readonly features: Features;
  /** Runtimes that the compatibility classes of this process share. */
  readonly sharedRuntimes: readonly SharedRuntimeInfo[];
  /** Whether the target has a module in use; without a target: whether any runtime is loaded. */
  readonly ready: boolean;
  /** Name of the target's module; null without one. */
  readonly module: string | null;
  readonly tier: VariantName | null;
  readonly simd: boolean;
  readonly memory: MemoryStats | null;
  readonly selection: readonly ModuleSelectionEntry[];
  /** Who serves which operation, where the module does not serve all of them itself. */
  readonly routing?: readonly ModuleRoute[];
  readonly health: HealthReport;
  /**
   * SASI's limits beside what was measured. Memory and load are those of the module in use. The rest was measured by
   * the last `runWasmBenchmarks` of the target on the build in use; without one, latencies are those of its layer's own
   * calls so far, if all were of 1000 floats (p99 from 100 calls on). `measured: null` for what neither tells.
   */
  readonly targets: readonly BenchmarkTarget[];
  /** The last failed load, or why the state could not be read. */
  readonly lastError?: string;
}

/** The status of `target`; without one, that of the runtimes which the process shares. Never throws. */
export function getWasmPerformanceStatus(
  target?: WasmModuleManager | WasmPerformanceSystem,
): WasmPerformanceStatus {
  const sharedRuntimes = listSharedRuntimes();
  const [first] = sharedRuntimes;
  const general = { version, features: detectFeatures(), sharedRuntimes };
  const nothing = { module: null, memory: null, selection: [], targets: unmeasured() } as const;
  if (target === undefined) {
    const tier = first?.tier ?? null;
    const health = reportOf(first === undefined ? [notLoaded('no runtime is loaded')] : []);
    return { ...general, ...nothing, ready: tier !== null, tier, simd: isVectorBuild(tier), health };
  }
  try {
    return { ...general, ...statusOf('manager' in target ? target.manager : target) };
  } catch (error) {
    // The runtime was disposed of behind the manager's back, or the target is not what it should be.
    const lastError = textOf(error);
    const health = reportOf([notLoaded(lastError)]);
    return { ...general, ...nothing, ready: false, tier: null, simd: false, health, lastError };
  }
}

/** What was thrown may be anything, with a `toString` that throws again. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return 'the state could not be read';
  }
}

type TargetStatus = Omit<WasmPerformanceStatus, 'version' | 'features' | 'sharedRuntimes'>;

function statusOf(manager: WasmModuleManager): TargetStatus {
  const { loaded, module, tier, selection, routing, lastError } = manager.getModuleStatus();
  return {
    ready: loaded,
    module: loaded ? module : null,
    tier,
    simd: isVectorBuild(tier),
    memory: loaded ? { ...manager.getRuntime().memory.stats() } : null,
    selection,
    ...(routing === undefined ? {} : { routing }),
    health: reportOf(manager.healthIssues()),
    targets: targetsOf(manager),
    ...(lastError === undefined ? {} : { lastError }),
  };
}

function unmeasured(): BenchmarkTarget[] {
  return targetNames.map((name) => target(name, null));
}

/** Calls without which a 99th percentile is only the longest of them. */
const leastCalls = 100;

/** The memory and the load are always known; what the layer's own calls tell stands in for a benchmark. */
function targetsOf(manager: WasmModuleManager): BenchmarkTarget[] {
  const { tier, loadTime } = manager.getModuleStatus();
  const measured = new Map(benchmarked(manager).map((entry) => [entry.name, entry]));
  if (tier !== null) {
    const clockResolution = manager.getRuntime().metrics().clockResolution ?? 0;
    const load = timeTarget('load a runtime', loadTime, clockResolution, { build: tier });
    for (const entry of [load, memoryInUse(manager)]) measured.set(entry.name, entry);
    for (const entry of calledLatencies(manager, clockResolution)) {
      if (!measured.has(entry.name)) measured.set(entry.name, entry);
    }
  }
  return targetNames.map((name) => measured.get(name) ?? target(name, null));
}

/** What the last benchmark measured that says something about the module in use. */
function benchmarked(manager: WasmModuleManager): readonly BenchmarkTarget[] {
  const { module, tier, routing } = manager.getModuleStatus();
  const route = routing?.find(({ operation }) => operation === 'calculateNeuralActivation');
  // A module of somebody else's that serves the activation itself: a benchmark measures this package's builds.
  const isForeign = route !== undefined && route.servedBy === module;
  return manager
    .measuredTargets()
    .filter(({ build }) => build === undefined || tier === null || build === tier)
    .filter(({ name }) => !(isForeign && name.startsWith('neural activation')));
}

/** Of the layer's own calls so far, whatever module served them. */
function calledLatencies(manager: WasmModuleManager, clockResolution: number): BenchmarkTarget[] {
  const calls = manager.operationMetrics().calculateNeuralActivation;
  // A verdict on 1000 floats needs calls of so many: others take another time.
  if (calls === undefined || calls.errors > 0 || calls.elements !== 1000 * calls.calls) return [];
  const p50 = timeTarget('neural activation of 1000 floats, p50', calls.p50, clockResolution);
  const p99 = timeTarget('neural activation of 1000 floats, p99', calls.p99, clockResolution);
  return calls.calls >= leastCalls ? [p50, p99] : [p50];
}

function notLoaded(message: string): HealthReport['issues'][number] {
  return { code: 'NOT_INITIALIZED', severity: 'error', message };
}
