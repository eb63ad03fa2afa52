/**
 * Where the files of the builds are, when the caller serves them himself.
 */
import { builds, isWasmBuild, type VariantName } from '../core/variants.js';

/** The address of a file: `simd/neural.wasm` or `scalar/neural.wasm`. A function, since several may be tried. */
export type LocateFile = (file: string) => string | URL;

export interface FileOptions {
  readonly wasmUrl?: LocateFile;
}

/** The part of `files` that `loadRuntime` takes for `variant`: a build that is plain JavaScript has no such file. */
export function fileOptions(variant: VariantName, { wasmUrl }: FileOptions): FileOptions {
  const isWasm = builds.some((build) => build.name === variant && isWasmBuild(build));
  return isWasm && wasmUrl !== undefined ? { wasmUrl } : {};
}
