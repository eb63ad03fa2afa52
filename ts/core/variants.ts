/**
 * The table of builds: one row for each, in the order in which `auto` tries them, but for those that run on request
 * only. scripts/cmake/wasm.cmake has the same rows; a build is added by adding one to both.
 *
 * Every address is a literal `new URL('…', import.meta.url)` and the import is a literal too: bundlers look for
 * exactly that, and a computed one they would not find.
 */

import type { WasmFeature } from './features.js';
import type { Glue } from './glue.js';
import type { HostUrl } from './host-types.js';

interface WasmBuildRow {
  readonly name: string;
  readonly requires: WasmFeature;
  /** Below dist/wasm: what a `wasmUrl` function is asked for. */
  readonly file: string;
  /** Where the file is; in the inline form of the package, its bytes. */
  readonly source: () => HostUrl | Uint8Array;
  /** Never taken by `auto`: its results differ from the other builds' in their last bits. */
  readonly onRequest?: true;
}

/** A script of Emscripten's, imported. */
interface GlueFile {
  readonly default: Glue;
}

interface ScriptBuildRow {
  readonly name: string;
  readonly glue: () => Promise<GlueFile>;
}

export const builds = [
  {
    name: 'simd',
    requires: 'simd',
    file: 'simd/neural.wasm',
    source: (): HostUrl => new URL('../wasm/simd/neural.wasm', import.meta.url),
  },
  {
    name: 'scalar',
    requires: 'wasm',
    file: 'scalar/neural.wasm',
    source: (): HostUrl => new URL('../wasm/scalar/neural.wasm', import.meta.url),
  },
  {
    name: 'js',
    glue: (): Promise<GlueFile> => import('../wasm/js/neural.js'),
  },
  {
    name: 'relaxed',
    requires: 'relaxedSimd',
    file: 'relaxed/neural.wasm',
    source: (): HostUrl => new URL('../wasm/relaxed/neural.wasm', import.meta.url),
    onRequest: true,
  },
] as const satisfies readonly (WasmBuildRow | ScriptBuildRow)[];

/** The name of a build. */
export type VariantName = (typeof builds)[number]['name'];
export type Build = (WasmBuildRow | ScriptBuildRow) & { readonly name: VariantName };
export type WasmBuild = WasmBuildRow & { readonly name: VariantName };
export type ScriptBuild = ScriptBuildRow & { readonly name: VariantName };

export function isWasmBuild(build: Build): build is WasmBuild {
  return 'requires' in build;
}

export function isOnRequest(build: Build): boolean {
  return isWasmBuild(build) && build.onRequest === true;
}
