/** `@sasi/wasm-performance/compat/WasmModuleManager`: what an application imports in place of SASI's file of that name. */
export type * from '../performance/wasm-module-manager.js';
export { WasmModuleManager, WasmModuleManager as default } from '../performance/wasm-module-manager.js';
