/** `@sasi/wasm-performance/compat/WasmPerformanceLayer`: what an application imports in place of SASI's file of that name. */
export type * from '../performance/wasm-performance-layer.js';
export {
  WasmPerformanceLayer,
  WasmPerformanceLayer as default,
} from '../performance/wasm-performance-layer.js';
