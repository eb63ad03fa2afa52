/**
 * What Emscripten's glue takes and gives: the parts that the loader uses. Without the names of the WebAssembly API, which
 * a user's TypeScript need not know.
 */
import type { ModuleObjects } from './abi.js';

export interface GlueOptions {
  /** The linear memory, or for the `js` build something that looks like one. */
  readonly wasmMemory: { readonly buffer: ArrayBufferLike };
  /** Hands the compiled module's instance to `receive`, sooner or later. Must not throw. */
  readonly instantiateWasm?: (
    imports: object,
    receive: (instance: object, module: object) => unknown,
  ) => object;
}

/** The module object: what embind registered, and the plain exports. */
export type GlueModule = ModuleObjects & { readonly wasmExports: object };

/** The promise may stay open for ever when instantiation fails: race it. */
export type Glue = (options: GlueOptions) => Promise<GlueModule>;
