/** `@sasi/wasm-performance/compat/WasmBridge`: what an application imports in place of SASI's file of that name. */
export type { BridgeOptions } from './bridge-core.js';
export type * from './option-types.js';
export type * from './wasm-bridge.js';
export { WasmBridge, WasmBridge as default } from './wasm-bridge.js';
