/**
 * What the engine supports, asked of the engine itself: `WebAssembly.validate` of modules with a real function body.
 * A module that only declares a type or holds an empty body proves nothing, and a malformed one answers "no" on
 * every engine; a test runs each of these.
 */
import { wasmApi } from './environment.js';

/** What an engine supports. */
export interface Features {
  /** WebAssembly is there; a page's Content-Security-Policy may still forbid it. */
  readonly wasm: boolean;
  /** 128-bit SIMD. */
  readonly simd: boolean;
  /** The fused and other relaxed instructions. */
  readonly relaxedSimd: boolean;
  /** Shared memory and atomic operations. */
  readonly threads: boolean;
  /** The page may share memory between its workers; false where the engine does not say. */
  readonly crossOriginIsolated: boolean;
}

/** The features that a build can require. */
export type WasmFeature = 'wasm' | 'simd' | 'relaxedSimd' | 'threads';

// "\0asm", version 1.
const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
// One type, () -> i32; one function of it; exported as "f".
const typeSection = [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f];
const functionSection = [0x03, 0x02, 0x01, 0x00];
const exportSection = [0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00];

/** One function `f` without locals. `instructions` leave out the final `end`. */
function moduleWith(instructions: readonly number[], memorySection: readonly number[] = []): Uint8Array {
  const body = [0x00, ...instructions, 0x0b];
  const codeSection = [0x0a, body.length + 2, 0x01, body.length, ...body];
  return Uint8Array.from([
    ...header,
    ...typeSection,
    ...functionSection,
    ...memorySection,
    ...exportSection,
    ...codeSection,
  ]);
}

/** The module that asks for each feature, its text beside its bytes. Every `f` returns 42. */
const probes: { readonly [Feature in WasmFeature]: () => Uint8Array } = {
  wasm: () =>
    moduleWith([
      ...[0x41, 0x28], //                      i32.const 40
      ...[0x41, 0x02], //                      i32.const 2
      0x6a, //                                 i32.add
    ]),
  simd: () =>
    moduleWith([
      ...[0x41, 0x28, 0xfd, 0x11], //          (i32x4.splat (i32.const 40))
      ...[0x41, 0x02, 0xfd, 0x11], //          (i32x4.splat (i32.const 2))
      ...[0xfd, 0xae, 0x01], //                i32x4.add
      ...[0xfd, 0x1b, 0x03], //                i32x4.extract_lane 3
    ]),
  relaxedSimd: () =>
    moduleWith([
      ...[0x43, 0, 0, 0xc0, 0x40, 0xfd, 0x13], // (f32x4.splat (f32.const 6))
      ...[0x43, 0, 0, 0xe0, 0x40, 0xfd, 0x13], // (f32x4.splat (f32.const 7))
      ...[0x43, 0, 0, 0x00, 0x00, 0xfd, 0x13], // (f32x4.splat (f32.const 0))
      ...[0xfd, 0x85, 0x02], //                f32x4.relaxed_madd
      ...[0xfd, 0x1f, 0x03, 0xa8], //          (i32.trunc_f32_s (f32x4.extract_lane 3))
    ]),
  threads: () =>
    moduleWith(
      [
        ...[0x41, 0x00, 0x41, 0x2a], //        i32.const 0, i32.const 42
        ...[0xfe, 0x1e, 0x02, 0x00], //        i32.atomic.rmw.add
        0x1a, //                               drop
        ...[0x41, 0x00], //                    i32.const 0
        ...[0xfe, 0x10, 0x02, 0x00], //        i32.atomic.load
      ],
      [0x05, 0x04, 0x01, 0x03, 0x01, 0x01], // (memory 1 1 shared)
    ),
};

/** The bytes that ask the engine for `feature`. */
export function probeModule(feature: WasmFeature): Uint8Array {
  return probes[feature]();
}

/** Whether the engine accepts `feature`. Never throws. */
export function hasFeature(feature: WasmFeature): boolean {
  try {
    return wasmApi?.validate(probeModule(feature)) === true;
  } catch {
    return false;
  }
}

/** What this engine supports, found out synchronously, in some microseconds. Never throws. */
export function detectFeatures(): Features {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return {
    wasm: hasFeature('wasm'),
    simd: hasFeature('simd'),
    relaxedSimd: hasFeature('relaxedSimd'),
    threads: hasFeature('threads'),
    crossOriginIsolated: crossOriginIsolated === true,
  };
}
