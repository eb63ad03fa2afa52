/**
 * What Emscripten's glue takes and gives: the parts that the loader uses. Without the names of the WebAssembly API, which
 * a user's TypeScript need not know.
 */
import type { ModuleObjects } from './abi.js';

export type ReceiveInstance = (instance: object, module: object) => unknown;

export interface GlueOptions {
  /** The linear memory, or for the `js` build something that looks like one. */
  readonly wasmMemory: { readonly buffer: ArrayBufferLike };
  /** Is called at once; the instance may be handed to `receive` later. Must not throw. */
  readonly instantiateWasm?: (imports: object, receive: ReceiveInstance) => object;
}

/** The module object: what embind registered, and the plain exports. */
export type GlueModule = GlueOptions & ModuleObjects & { readonly wasmExports: object };

/** Makes a module object of its argument: at once in the `js` build, else when it receives the instance. */
export type Glue = (module: GlueOptions) => unknown;
