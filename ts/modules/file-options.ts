/**
 * Where the files of the builds are, when the caller serves them himself.
 */
import type { HostUrl } from '../core/host-types.js';
import { builds, isWasmBuild, type VariantName } from '../core/variants.js';

/** The address of a file: `simd/neural.wasm` or `scalar/neural.wasm`. A function, since several may be tried. */
export type LocateFile = (file: string) => string | HostUrl;

export interface FileOptions {
  readonly wasmUrl?: LocateFile;
}

/** The part of `files` that `loadRuntime` takes for `variant`: a build that is plain JavaScript has no such file. */
export function fileOptions(variant: VariantName, { wasmUrl }: FileOptions): FileOptions {
  const isWasm = builds.some((build) => build.name === variant && isWasmBuild(build));
  return isWasm && wasmUrl !== undefined ? { wasmUrl } : {};
}
