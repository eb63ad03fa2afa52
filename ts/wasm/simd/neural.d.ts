/**
 * The glue that scripts/write-glue.mjs writes to dist/wasm/simd/neural.js. It is byte-identical for every wasm build (a
 * test says so), so one import serves them all.
 */
import type { WasmGlue } from '../../core/glue.js';

declare const createModule: WasmGlue;
export default createModule;
