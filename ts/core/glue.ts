/** What Emscripten's glue takes and gives: the parts that the loader uses. */
import type { ModuleObjects } from './abi.js';

type Exports = Readonly<Record<string, unknown>>;

export interface GlueOptions {
  /** The linear memory, or for the `js` build something that looks like one. */
  readonly wasmMemory: { readonly buffer: ArrayBufferLike };
  /** Hands the compiled module's instance to `receive`, sooner or later. Must not throw. */
  readonly instantiateWasm?: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => unknown,
  ) => object;
}

/** The module object: what embind registered, and the plain exports. */
export type GlueModule = ModuleObjects & { readonly wasmExports: Exports };

/** The promise may stay open for ever when instantiation fails: race it. */
export type Glue = (options: GlueOptions) => Promise<GlueModule>;
