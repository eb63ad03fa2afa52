/** `@sasi/wasm-performance/compat/ProductionWasmBridge`: what an application imports in place of SASI's file of that name. */
export type * from './production-wasm-bridge.js';
export { ProductionWasmBridge, ProductionWasmBridge as default } from './production-wasm-bridge.js';
