/**
 * What the engine gives, captured once when this file is imported: who overwrites `WebAssembly` afterwards (a test
 * runner, a polyfill) changes nothing here. It may be missing, a stub, or have members that throw when touched;
 * then it counts as missing, and nobody ever gets a TypeError of the engine's. The clock is captured likewise, in
 * metrics/clock.ts.
 */
export { systemClock, systemTracer, timeSince } from '../metrics/clock.js';

/** The parts of `WebAssembly` that are used. */
export interface WasmApi {
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
  /** Missing in some engines. */
  readonly compileStreaming: ((source: Response) => Promise<WebAssembly.Module>) | undefined;
  instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): Promise<WebAssembly.Instance>;
  readonly Module: new (bytes: Uint8Array) => WebAssembly.Module;
  readonly Instance: new (module: WebAssembly.Module) => WebAssembly.Instance;
  readonly Memory: typeof WebAssembly.Memory;
}

/** Undefined where WebAssembly is missing or only pretended. */
export const wasmApi: WasmApi | undefined = captureWasm();

function captureWasm(): WasmApi | undefined {
  try {
    const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly?: WasmApi };
    const { validate, compile, compileStreaming, instantiate, Module, Instance, Memory } = api!;
    const needed = [validate, compile, instantiate, Module, Instance, Memory];
    if (!needed.every((member) => typeof member === 'function')) return undefined;
    return {
      validate,
      compile,
      compileStreaming: typeof compileStreaming === 'function' ? compileStreaming : undefined,
      instantiate,
      Module,
      Instance,
      Memory,
    };
  } catch {
    return undefined;
  }
}
