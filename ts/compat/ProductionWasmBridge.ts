/** `@sasi/wasm-performance/compat/ProductionWasmBridge`: what an application imports in place of SASI's file of that name. */
export type { BridgeOptions } from './bridge-core.js';
export type * from './connection-types.js';
export type * from './option-types.js';
export type * from './production-wasm-bridge.js';
export { ProductionWasmBridge, ProductionWasmBridge as default } from './production-wasm-bridge.js';
