/** Vectors of either kind, and their comparison. */
import assert from 'node:assert/strict';
import type { Vec } from '@sasi/wasm-performance';

export function arrayOf(vec: Vec): Float32Array {
  return ArrayBuffer.isView(vec) ? vec : vec.toArray();
}

/** What makes a vector of each kind out of an array. */
export const kindsIn = (memory: { float32(values: ArrayLike<number>): Vec }) =>
  [(x: Float32Array): Vec => x.slice(), (x: Float32Array): Vec => memory.float32(x)] as const;

/** Equal element by element, zeros with their signs; sign and payload of a NaN are the engine's choice. */
export function assertSameBits(got: Float32Array, wanted: Float32Array, what: string): void {
  assert.equal(got.length, wanted.length, what);
  for (let i = 0; i < got.length; i++) {
    assert.ok(Object.is(got[i], wanted[i]), `${what}: element ${i} is ${got[i]}, expected ${wanted[i]}`);
  }
}
