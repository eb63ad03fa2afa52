/**
 * What the module manager tells.
 */
import type { VariantName } from '../core/variants.js';
import type { HealthStatus } from '../metrics/health.js';
import type { ModuleRoute, ModuleSelectionEntry } from '../modules/module-definition.js';
import type { ModuleMetrics } from './module-metrics.js';
import type { SIMDPerformanceMetrics } from './simd-acceleration-layer.js';
import type { WasmPerformanceMetrics } from './wasm-performance-layer.js';

/** What runs, why, and what it costs. */
export interface ModuleStatus {
  readonly loaded: boolean;
  /** Name of the module in use; `'none'` when none is. */
  readonly module: string;
  readonly version: string;
  readonly capabilities: string[];
  /** Bytes of the memory limit that the module and live blocks take. */
  readonly memoryUsage: number;
  /** Milliseconds. */
  readonly loadTime: number;
  /** Failed operations, and loads that were asked for and failed. Passing over a candidate is no error. */
  readonly errorCount: number;
  /** The last failed load, as `CODE: message`. */
  readonly lastError?: string;
  /** The build that runs; null when none does. */
  readonly tier: VariantName | null;
  /** Every candidate of the last selection, in order. */
  readonly selection: ModuleSelectionEntry[];
  /** Who serves which operation: for a module that does not serve all of them itself. */
  readonly routing?: ModuleRoute[];
}

/** What a module says about itself before it is loaded. */
export interface AvailableModule {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly capabilities: string[];
  readonly memoryRequirement: number;
  readonly loadPriority: number;
  readonly available: boolean;
}

/**
 * Calls, latency, throughput and errors are those of both layers together; `performanceGain` is the performance layer's,
 * `simd` the SIMD layer's.
 */
export interface ManagerMetrics extends WasmPerformanceMetrics, ModuleMetrics {
  readonly simd: SIMDPerformanceMetrics;
}

/** The verdict of the manager's `healthCheck`. */
export interface ManagerHealth {
  readonly status: HealthStatus;
  readonly module: string;
  readonly metrics: ModuleMetrics;
  readonly issues: string[];
}

/** A change of the module in use. */
export interface ModuleSwitch {
  /** `'none'` for the first one. */
  readonly from: string;
  /** `'none'` after cleanup(). */
  readonly to: string;
  /** The build that runs; null when none does. */
  readonly tier: VariantName | null;
}
