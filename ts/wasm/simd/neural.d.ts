/**
 * The glue that Emscripten writes to dist/wasm/simd/neural.js. It is byte-identical for every wasm build (a test says
 * so), so one import serves them all.
 */
import type { Glue } from '../../core/glue.js';

declare const createModule: Glue;
export default createModule;
