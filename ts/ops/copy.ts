/** Copies between arrays and linear memory. */
import type { Engine } from '../core/engine.js';

/** Up to here a loop is faster than the engine's own copy, which has to be set up first (and needs a subarray). */
const fewElements = 48;

/** The next multiple of four elements, so that what lies behind it is aligned to 16 bytes. */
export function multipleOfFour(elements: number): number {
  return Math.ceil(elements / 4) * 4;
}

/** Copies `count` elements from `begin` on to `address`, which it returns. */
export function copyIn(
  { heapF32 }: Engine,
  values: Float32Array,
  begin: number,
  count: number,
  address: number,
): number {
  const target = address >>> 2;
  if (count <= fewElements) {
    for (let i = 0; i < count; i++) heapF32[target + i] = values[begin + i]!;
  } else {
    heapF32.set(count === values.length ? values : values.subarray(begin, begin + count), target);
  }
  return address;
}

/** Copies `count` elements at `address` into `values`, from `begin` on. */
export function copyOut(
  { heapF32 }: Engine,
  address: number,
  values: Float32Array,
  begin: number,
  count: number,
): void {
  const source = address >>> 2;
  if (count <= fewElements) {
    for (let i = 0; i < count; i++) values[begin + i] = heapF32[source + i]!;
  } else {
    values.set(heapF32.subarray(source, source + count), begin);
  }
}

/** A new array of the `count` elements at `address`. */
export function newCopy({ heapF32 }: Engine, address: number, count: number): Float32Array {
  const source = address >>> 2;
  // From a view: unlike `slice`, and unlike an array that is filled afterwards, it is not filled with zeros first.
  return new Float32Array(heapF32.subarray(source, source + count));
}
