/**
 * Plain JavaScript: what the benchmarks compare with, the float64 references that results are checked against,
 * and what the synchronous operations use while no runtime is there.
 *
 * The only file outside the kernels that calls Math.tanh and Math.exp: engines differ in them, so no result of a
 * runtime may pass through here. Every loop is a function of its own, written as one would write it by hand: a
 * helper that takes the operation as a parameter would go megamorphic and make JavaScript look slow.
 */

export function activationJs(x: Float32Array, out: Float32Array): void {
  for (let i = 0; i < x.length; i++) out[i] = Math.tanh(0.5 * x[i]!);
}

export function sigmoidJs(x: Float32Array, out: Float32Array): void {
  for (let i = 0; i < x.length; i++) out[i] = 1 / (1 + Math.exp(-x[i]!));
}

export function addJs(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
}

export function dotJs(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function softmaxJs(x: Float32Array, out: Float32Array): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) if (x[i]! > max) max = x[i]!;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const e = Math.exp(x[i]! - max);
    out[i] = e;
    sum += e;
  }
  const factor = 1 / sum;
  for (let i = 0; i < x.length; i++) out[i] = out[i]! * factor;
}

/**
 * out[m×n] = a[m×k] · b[k×n], row-major. Rows of a times columns of b, summed in a local: the fastest of the plain
 * loop orders on V8 at every size from 16 to 256.
 */
export function matmulJs(
  a: Float32Array,
  b: Float32Array,
  out: Float32Array,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    const row = i * k;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0, q = j; p < k; p++, q += n) sum += a[row + p]! * b[q]!;
      out[i * n + j] = sum;
    }
  }
}

/** A result in float64, and for each element the largest error that the numerics contract allows in float32. */
export interface Reference {
  readonly values: Float64Array;
  readonly allowed: Float64Array;
}

const epsilon = 2 ** -24;

/** Spacing of float32 at `value`: two of these are "2 ULP". Below the normal range it is constant. */
function ulp(value: number): number {
  const magnitude = Math.abs(value);
  let spacing = 2 ** -149;
  for (let power = 2 ** -125; power <= magnitude; power *= 2) spacing *= 2;
  return spacing;
}

function elementwise(x: Float32Array, ulps: number, f: (value: number) => number): Reference {
  const values = Float64Array.from(x, f);
  return { values, allowed: values.map((value) => ulps * ulp(value)) };
}

export function activationReference(x: Float32Array): Reference {
  return elementwise(x, 2, (value) => Math.tanh(0.5 * value));
}

export function sigmoidReference(x: Float32Array): Reference {
  return elementwise(x, 2, (value) => 1 / (1 + Math.exp(-value)));
}

export function addReference(a: Float32Array, b: Float32Array): Reference {
  const values = Float64Array.from(a, (value, i) => value + b[i]!);
  return { values, allowed: values.map((value) => 0.5 * ulp(value)) };
}

/** Dot and matmul share the bound 2·ε·(k+1)·Σ|aᵢbᵢ|: that of any order of summation. */
export function dotReference(a: Float32Array, b: Float32Array): Reference {
  return matmulReference(a, b, 1, 1, a.length);
}

export function softmaxReference(x: Float32Array): Reference {
  const max = x.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const values = Float64Array.from(x, (value) => Math.exp(value - max));
  const sum = values.reduce((total, value) => total + value, 0);
  for (let i = 0; i < values.length; i++) values[i]! /= sum;
  // The sum of n rounded terms, exp (2 ULP), the rounded difference inside it, the division.
  const allowed = values.map((value, i) => value * epsilon * (x.length + 8 + Math.abs(x[i]! - max)) + ulp(0));
  return { values, allowed };
}

export function matmulReference(
  a: Float32Array,
  b: Float32Array,
  m: number,
  n: number,
  k: number,
): Reference {
  const values = new Float64Array(m * n);
  const allowed = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let magnitude = 0;
      for (let p = 0; p < k; p++) {
        const product = a[i * k + p]! * b[p * n + j]!;
        sum += product;
        magnitude += Math.abs(product);
      }
      values[i * n + j] = sum;
      allowed[i * n + j] = 2 * epsilon * (k + 1) * magnitude;
    }
  }
  return { values, allowed };
}
