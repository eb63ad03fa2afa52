/**
 * What the glue takes and gives: that of the js build, which Emscripten wrote, and that of the wasm builds, which
 * scripts/write-glue.mjs did. Without the names of the WebAssembly API, which a user's TypeScript need not know.
 */
import type { ModuleObjects } from './abi.js';

export interface GlueOptions {
  /** The linear memory, or for the `js` build something that looks like one. */
  readonly wasmMemory: { readonly buffer: ArrayBufferLike };
}

/** The module object: what embind registered, and the plain exports. */
export type GlueModule = GlueOptions & ModuleObjects & { readonly wasmExports: object };

/** Makes a module object of its argument, at once. */
export type Glue = (module: GlueOptions) => unknown;

/** The same in two steps, between which the caller instantiates: `start` takes the instance's exports. */
export type WasmGlue = (module: GlueOptions) => {
  readonly imports: object;
  start(exports: object): void;
};
