/** `@sasi/wasm-performance/compat/WasmPerformanceLayer`: what an application imports in place of SASI's file of that name. */
export type { WasmBenchmarkResult } from '../performance/benchmark/layer-benchmarks.js';
export type {
  LayerHealth,
  PerformanceHistoryEntry,
  WasmPerformanceLayerOptions,
  WasmPerformanceMetrics,
} from '../performance/wasm-performance-layer.js';
export {
  WasmPerformanceLayer,
  WasmPerformanceLayer as default,
} from '../performance/wasm-performance-layer.js';
export type * from './connection-types.js';
export type * from './option-types.js';
