/** `@sasi/wasm-performance/compat/SIMDAccelerationLayer`: what an application imports in place of SASI's file of that name. */
export type {
  ComprehensiveBenchmark,
  SimdBenchmarkResult,
} from '../performance/benchmark/layer-benchmarks.js';
export type {
  SIMDCapabilities,
  SIMDOperation,
  SIMDPerformanceMetrics,
  SIMDStatus,
} from '../performance/simd-acceleration-layer.js';
export {
  SIMDAccelerationLayer,
  SIMDAccelerationLayer as default,
} from '../performance/simd-acceleration-layer.js';
export type * from './option-types.js';
