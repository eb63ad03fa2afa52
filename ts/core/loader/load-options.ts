/** The options of a load, checked and completed. */

import type { Profiling } from '../../metrics/operation-recorder.js';
import { assertKnownKeys, show } from '../arguments.js';
import { InvalidArgumentError, WasmPerformanceError } from '../errors.js';
import type { HostAbortSignal, HostUrl } from '../host-types.js';
import { builds, type VariantName } from '../variants.js';

/** `WebAssembly.Module`, or any object where a user's TypeScript knows no WebAssembly (Node without the DOM library). */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;

export interface LoadOptions {
  /**
   * `'auto'` (default): simd, else scalar, else js, whatever the engine supports; never relaxed. A build that is
   * named runs or the load is rejected; it is never replaced by another.
   */
  readonly variant?: 'auto' | VariantName;
  /**
   * Bytes of the whole linear memory, default 52 428 800 (50 MiB), from 2 MiB to 2 GiB, rounded down to a multiple
   * of 64 KiB. It never grows. Outside that range: `MEMORY_LIMIT`.
   */
  readonly memoryLimit?: number;
  /** The build, compiled already. At most one of `wasmModule`, `wasmBinary` and `wasmUrl` may be given. */
  readonly wasmModule?: WasmModule;
  /** The bytes of the build. */
  readonly wasmBinary?: ArrayBufferLike | ArrayBufferView;
  /**
   * Where the build is, or a function from a file's name ('simd/neural.wasm') to where that file is. With `'auto'`
   * a module, bytes or a single address are taken for the first build that the engine supports: name the variant.
   */
  readonly wasmUrl?: string | HostUrl | ((file: string) => string | HostUrl);
  /** Ends the load: it is rejected with `ABORTED`, whose cause is the signal's reason. */
  readonly signal?: HostAbortSignal;
  /** Milliseconds for each build that is tried, default 10 000; then `LOAD_TIMEOUT`. Infinity: no limit. */
  readonly timeout?: number;
  /**
   * `true` (default): operations are counted and timed. `false`: no clock is read and no sample kept.
   * `'trace'`: User Timing entries too, a mark and a measure for each call and each phase of the load.
   */
  readonly profiling?: Profiling;
}

/** A build as the caller gave it. */
export type SuppliedCode =
  | { readonly module: WasmModule }
  | { readonly bytes: Uint8Array }
  | { readonly location: string | HostUrl };

export interface LoadSettings {
  readonly variant: 'auto' | VariantName;
  readonly memoryLimit: number;
  /** One build's code; undefined when every build's file is to be found by `locate`. */
  readonly supplied: SuppliedCode | undefined;
  /** Where the caller says that a file is; undefined: beside the package's own files. */
  readonly locate: ((file: string) => string | HostUrl) | undefined;
  readonly signal: HostAbortSignal | undefined;
  readonly timeout: number;
  readonly profiling: Profiling;
}

const mebibyte = 1024 * 1024;
const pageBytes = 65_536;
const least = 2 * mebibyte;
const most = 2048 * mebibyte;

const knownKeys: readonly (keyof LoadOptions)[] = [
  'variant',
  'memoryLimit',
  'wasmModule',
  'wasmBinary',
  'wasmUrl',
  'signal',
  'timeout',
  'profiling',
];

/** Throws `INVALID_ARGUMENT` or `MEMORY_LIMIT`. */
export function readLoadOptions(options: LoadOptions): LoadSettings {
  assertKnownKeys('loadRuntime', options, knownKeys);
  const { variant = 'auto', timeout = 10_000, signal, profiling = true } = options;
  const variants = ['auto', ...builds.map(({ name }) => name)];
  if (!variants.includes(variant)) refuse('variant', variant, `one of ${variants.join(', ')}`);
  if (typeof timeout !== 'number' || !(timeout > 0)) {
    refuse('timeout', timeout, 'a number of milliseconds above 0, or Infinity');
  }
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    refuse('signal', signal, 'an AbortSignal');
  }
  if (![true, false, 'trace'].includes(profiling)) refuse('profiling', profiling, "true, false or 'trace'");
  const { wasmUrl } = options;
  return {
    variant,
    memoryLimit: readMemoryLimit(options.memoryLimit ?? 50 * mebibyte),
    supplied: readSuppliedCode(options, variant),
    locate: typeof wasmUrl === 'function' ? wasmUrl : undefined,
    signal,
    timeout,
    profiling,
  };
}

function readMemoryLimit(limit: number): number {
  if (typeof limit !== 'number' || Number.isNaN(limit)) refuse('memoryLimit', limit, 'a number of bytes');
  if (limit < least || limit > most) {
    throw new WasmPerformanceError(
      'MEMORY_LIMIT',
      `loadRuntime: memoryLimit is ${limit} bytes; give from ${least} (2 MiB) to ${most} (2 GiB)`,
    );
  }
  return Math.floor(limit / pageBytes) * pageBytes;
}

function readSuppliedCode(options: LoadOptions, variant: string): SuppliedCode | undefined {
  const given = (['wasmModule', 'wasmBinary', 'wasmUrl'] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (given.length > 1) {
    throw new InvalidArgumentError(
      `loadRuntime: ${given.join(' and ')} are given together; give one of them`,
    );
  }
  if (given.length === 1 && variant === 'js') {
    throw new InvalidArgumentError(
      `loadRuntime: ${given[0]} is given, but the js build has no wasm; leave it out`,
    );
  }
  const { wasmModule, wasmBinary, wasmUrl } = options;
  if (wasmModule !== undefined) {
    // By its tag: a module may come from another realm.
    if (Object.prototype.toString.call(wasmModule) !== '[object WebAssembly.Module]') {
      refuse('wasmModule', wasmModule, 'a WebAssembly.Module');
    }
    return { module: wasmModule };
  }
  if (wasmBinary !== undefined) return { bytes: readBytes(wasmBinary) };
  if (wasmUrl === undefined || typeof wasmUrl === 'function') return undefined;
  if (typeof wasmUrl !== 'string' && typeof wasmUrl?.href !== 'string') {
    refuse('wasmUrl', wasmUrl, 'a string, a URL or a function that returns one');
  }
  return { location: wasmUrl };
}

function readBytes(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const tag = Object.prototype.toString.call(source);
  if (tag !== '[object ArrayBuffer]' && tag !== '[object SharedArrayBuffer]') {
    refuse('wasmBinary', source, 'a buffer or a view of one');
  }
  return new Uint8Array(source);
}

function refuse(option: string, given: unknown, wanted: string): never {
  throw new InvalidArgumentError(`loadRuntime: ${option} is ${show(given)}; give ${wanted}`);
}
