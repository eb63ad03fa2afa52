/**
 * The state of the performance system at a glance: synchronous, plain JSON, never an exception.
 */
import { detectFeatures, type Features } from '../core/features.js';
import type { VariantName } from '../core/variants.js';
import type { HealthReport } from '../metrics/health.js';
import { reportOf } from '../metrics/health.js';
import type { MemoryStats } from '../metrics/runtime-metrics.js';
import { canTell } from '../metrics/timing.js';
import type { ModuleRoute, ModuleSelectionEntry } from '../modules/module-definition.js';
import { listSharedRuntimes, type SharedRuntimeInfo } from '../modules/shared-runtime.js';
import { version } from '../modules/version.js';
import type { BenchmarkTarget, TargetName } from './benchmark/report.js';
import { target, targetNames, tellable } from './benchmark/targets.js';
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
   * SASI's limits beside what was measured: by the last `runWasmBenchmarks` of the target, else by its own calls so far;
   * `measured: null` for what neither tells.
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
    const lastError = error instanceof Error ? error.message : String(error);
    const health = reportOf([notLoaded(lastError)]);
    return { ...general, ...nothing, ready: false, tier: null, simd: false, health, lastError };
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

/** The memory is always known, and the load where the clock can tell; the layer's own calls stand in for a benchmark. */
function targetsOf(manager: WasmModuleManager): BenchmarkTarget[] {
  const measured = new Map(manager.measuredTargets().map((entry) => [entry.name, entry]));
  const note = (name: TargetName, value: number | null): void => {
    if (!measured.has(name)) measured.set(name, target(name, value));
  };
  if (manager.isModuleManagerInitialized()) {
    const { loadTime, memoryUsage } = manager.getModuleStatus();
    const { limit, reserved, used } = manager.getRuntime().memory.stats();
    measured.set('load a runtime', target('load a runtime', tellable(loadTime)));
    // The whole linear memory, with what a module of somebody else's takes beside it.
    measured.set('memory', target('memory', limit + memoryUsage - reserved - used));
  }
  const calls = manager.operationMetrics().calculateNeuralActivation;
  // Longer arrays take longer: a verdict on 1000 floats needs calls of about so many.
  if (calls !== undefined && calls.elements >= 500 * calls.calls && calls.elements <= 2000 * calls.calls) {
    note('neural activation of 1000 floats, p50', tellable(calls.p50));
    note('neural activation of 1000 floats, p99', tellable(calls.p99));
    if (canTell(calls.busyTime)) note('neural activations per second', (calls.calls * 1000) / calls.busyTime);
  }
  return targetNames.map((name) => measured.get(name) ?? target(name, null));
}

function notLoaded(message: string): HealthReport['issues'][number] {
  return { code: 'NOT_INITIALIZED', severity: 'error', message };
}
