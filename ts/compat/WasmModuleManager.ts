/** `@sasi/wasm-performance/compat/WasmModuleManager`: what an application imports in place of SASI's file of that name. */
export type { ModuleRoute, ModuleSelectionEntry } from '../modules/module-definition.js';
export type { ModuleOperationName, ModuleOperations } from '../modules/module-operations.js';
export type { BenchmarkBuild, BenchmarkTarget, TargetName } from '../performance/benchmark/report.js';
export type { ModuleMetrics } from '../performance/module-metrics.js';
export type * from '../performance/wasm-module-manager.js';
export { WasmModuleManager, WasmModuleManager as default } from '../performance/wasm-module-manager.js';
export type * from './runtime-types.js';
// It hands both layers out.
export type * from './SIMDAccelerationLayer.js';
export type * from './WasmPerformanceLayer.js';
