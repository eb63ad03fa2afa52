/** The `js` build, glue and code in one file, which Emscripten writes to dist/wasm/js/neural.js. */
import type { Glue } from '../../core/glue.js';

declare const createModule: Glue;
export default createModule;
