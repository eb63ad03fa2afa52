/** Everything public. Nothing is defined here. */
export type { ActivationName, InitializerName, LossName, OptimizerName } from './core/abi.js';
export {
  type ErrorCode,
  type ErrorRecord,
  InvalidArgumentError,
  PoolExhaustedError,
  type PoolShortage,
  ShapeMismatchError,
  WasmPerformanceError,
} from './core/errors.js';
export { detectFeatures, type Features } from './core/features.js';
export type { Block, Float32Block, MemoryPool, PoolStats } from './core/memory-pool.js';
export type { VariantName } from './core/variants.js';
export type {
  HealthIssue,
  HealthIssueCode,
  HealthReport,
  HealthStatus,
  HealthThresholds,
} from './metrics/health.js';
export { healthReport } from './metrics/health.js';
export { toPrometheusText } from './metrics/prometheus.js';
export type {
  LoadTime,
  MemoryStats,
  OperationMetrics,
  Profiling,
  Rates,
  RuntimeMetrics,
} from './metrics/runtime-metrics.js';
export { version } from './modules/version.js';
export type * from './networks/types.js';
export type * from './ops/types.js';
export type { Vec } from './ops/vec.js';
export * from './performance/benchmark/compare-to-baseline.js';
export type * from './performance/benchmark/layer-benchmarks.js';
export type * from './performance/benchmark/report.js';
export { runWasmBenchmarks } from './performance/benchmark/run-wasm-benchmarks.js';
export { defaultModuleConfig, type WasmModuleConfig } from './performance/module-config.js';
export * from './performance/performance-status.js';
export * from './performance/simd-acceleration-layer.js';
export * from './performance/wasm-module-manager.js';
export * from './performance/wasm-performance-layer.js';
export * from './performance/wasm-performance-system.js';
export { type Candidate, loadRuntime, type NeuralRuntime, type RuntimeOptions } from './runtime/runtime.js';
