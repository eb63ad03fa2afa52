/** Everything public. Nothing is defined here. */

export type { BridgeOptions } from './compat/bridge-core.js';
export {
  type ProductionWasmBenchmark,
  ProductionWasmBridge,
  type ProductionWasmBridgeHealth,
  type ProductionWasmBridgeMetrics,
} from './compat/production-wasm-bridge.js';
export {
  createSasiNeuralModule,
  type SasiNetwork,
  type SasiNetworkConfig,
  type SasiNeuralModule,
  type SasiNeuralModuleOptions,
  type SasiTrainingResult,
  type SasiTrainingRow,
} from './compat/sasi-neural-module.js';
export { WasmBridge, type WasmBridgeMetrics, type WasmBridgeModule } from './compat/wasm-bridge.js';
export type {
  ActivationName,
  ConnectionRuleName,
  InitializerName,
  LossName,
  OptimizerName,
  ScheduleName,
} from './core/abi.js';
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
  JudgedMetrics,
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
export type { LocateFile } from './modules/file-options.js';
export type {
  ModuleDefinition,
  ModuleImplementation,
  ModuleLoadOptions,
  ModuleRoute,
  ModuleSelectionEntry,
} from './modules/module-definition.js';
export type {
  ConnectionOptions,
  ModuleOperationName,
  ModuleOperations,
} from './modules/module-operations.js';
export { registerModule } from './modules/registered-modules.js';
export type { SharedRuntimeInfo } from './modules/shared-runtime.js';
export { version } from './modules/version.js';
export type * from './networks/types.js';
export type { PackedWeights } from './ops/packed-weights.js';
export type * from './ops/types.js';
export type { Vec } from './ops/vec.js';
export {
  type BaselineChange,
  type BaselineComparison,
  type BaselineOptions,
  type BenchmarkBaseline,
  baselineKey,
  compareToBaseline,
} from './performance/benchmark/compare-to-baseline.js';
export type {
  ComprehensiveBenchmark,
  SimdBenchmarkResult,
  WasmBenchmarkResult,
} from './performance/benchmark/layer-benchmarks.js';
export type { BenchmarkOperation } from './performance/benchmark/operations.js';
export type {
  BenchmarkBuild,
  BenchmarkCell,
  BenchmarkContender,
  BenchmarkEnvironment,
  BenchmarkProgress,
  BenchmarkRatio,
  BenchmarkTarget,
  TargetName,
  WasmBenchmarkOptions,
  WasmBenchmarkReport,
} from './performance/benchmark/report.js';
export { runWasmBenchmarks } from './performance/benchmark/run-wasm-benchmarks.js';
export {
  quantile,
  type RandomU32,
  type RatioInterval,
  ratioInterval,
  seededRandom,
} from './performance/benchmark/statistics.js';
export type { LayerOptions } from './performance/layer-options.js';
export { defaultModuleConfig, type WasmModuleConfig } from './performance/module-config.js';
export type { ModuleMetrics } from './performance/module-metrics.js';
export { getWasmPerformanceStatus, type WasmPerformanceStatus } from './performance/performance-status.js';
export { type Preload, preload } from './performance/preload.js';
export {
  SIMDAccelerationLayer,
  type SIMDCapabilities,
  type SIMDOperation,
  type SIMDPerformanceMetrics,
  type SIMDStatus,
} from './performance/simd-acceleration-layer.js';
export {
  type AvailableModule,
  type ManagerHealth,
  type ManagerMetrics,
  type ModuleStatus,
  type ModuleSwitch,
  WasmModuleManager,
} from './performance/wasm-module-manager.js';
export {
  type LayerHealth,
  type PerformanceHistoryEntry,
  WasmPerformanceLayer,
  type WasmPerformanceLayerOptions,
  type WasmPerformanceMetrics,
} from './performance/wasm-performance-layer.js';
export {
  createWasmPerformanceSystem,
  type WasmPerformanceEvents,
  type WasmPerformanceSystem,
} from './performance/wasm-performance-system.js';
export { type Candidate, loadRuntime, type NeuralRuntime, type RuntimeOptions } from './runtime/runtime.js';
