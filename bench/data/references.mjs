// @ts-check
/** What the right results are, in float64, written naively: no kernel of this package or of a peer is asked. */
import { epsilon, spacing } from './float32.mjs';

/**
 * @typedef {object} Reference
 * @property {Float64Array} values
 * @property {(index: number) => number} allowed the error that this package permits itself there
 * @property {Uint32Array} [indices] which elements of the result `values` are; all, in order, when left out
 */

/** @param {number} x @returns {number} */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/**
 * 1 − erf(x) for x ≥ 0, to about 1e-15 of itself: the power series of erf (Abramowitz and Stegun 7.1.6) below 2,
 * the continued fraction (7.1.14) above.
 * @param {number} x
 */
function complementaryError(x) {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** @param {number} x the share of a standard normal distribution below x */
function normal(x) {
  const tail = complementaryError(Math.abs(x) / Math.SQRT2) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** The functions and their largest error in ULP, as the package states it. */
export const unaryFunctions = /** @type {Record<string, { f: (x: number) => number, ulp: number }>} */ ({
  relu: { f: (x) => Math.max(x, 0), ulp: 0 },
  exp: { f: Math.exp, ulp: 2 },
  sigmoid: { f: sigmoid, ulp: 2 },
  tanh: { f: Math.tanh, ulp: 2 },
  gelu: { f: (x) => x * normal(x), ulp: 4 },
  silu: { f: (x) => x * sigmoid(x), ulp: 4 },
  linear: { f: (x) => x, ulp: 0 },
});

export const binaryFunctions = /** @type {Record<string, (a: number, b: number) => number>} */ ({
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
});

/** @param {string} name @param {Float32Array} x @returns {Reference} */
export function unaryReference(name, x) {
  const { f, ulp } = known(unaryFunctions, name);
  const values = Float64Array.from(x, f);
  return { values, allowed: (i) => ulp * spacing(values[i] ?? 0) };
}

/** @param {string} name @param {Float32Array} a @param {Float32Array} b @returns {Reference} */
export function binaryReference(name, a, b) {
  const f = known(binaryFunctions, name);
  const values = Float64Array.from(a, (value, i) => f(value, b[i] ?? 0));
  // One rounding.
  return { values, allowed: (i) => spacing(values[i] ?? 0) / 2 };
}

/** @param {Float32Array} x @param {number} rows @returns {Reference} */
export function softmaxReference(x, rows) {
  const columns = x.length / rows;
  const values = new Float64Array(x.length);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const part = x.subarray(from, from + columns);
    const max = part.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let i = 0; i < columns; i++) {
      values[from + i] = Math.exp((part[i] ?? 0) - max);
      sum += values[from + i] ?? 0;
    }
    for (let i = 0; i < columns; i++) values[from + i] = (values[from + i] ?? 0) / sum;
  }
  // The sum of rounded terms, exp within 2 ULP, the rounded difference inside it, the division.
  return { values, allowed: (i) => (values[i] ?? 0) * epsilon * (columns + 24) + spacing(0) };
}

/**
 * A sum of products, in any order: 2·ε·(k+1)·Σ|aᵢ·bᵢ|.
 * @param {number} count
 * @param {(i: number) => number} product
 * @returns {{ sum: number, allowed: number }}
 */
function sumOfProducts(count, product) {
  let sum = 0;
  let magnitude = 0;
  for (let i = 0; i < count; i++) {
    const term = product(i);
    sum += term;
    magnitude += Math.abs(term);
  }
  return { sum, allowed: 2 * epsilon * (count + 1) * magnitude };
}

/** @param {Float32Array} a @param {Float32Array} b @returns {Reference} one element */
export function dotReference(a, b) {
  const { sum, allowed } = sumOfProducts(a.length, (i) => (a[i] ?? 0) * (b[i] ?? 0));
  return { values: Float64Array.of(sum), allowed: () => allowed };
}

/** @param {Float32Array} x @returns {Reference} one element */
export function sumReference(x) {
  const { sum, allowed } = sumOfProducts(x.length, (i) => x[i] ?? 0);
  return { values: Float64Array.of(sum), allowed: () => allowed };
}

/** Multiplications that a reference may cost; of larger products whole rows are checked, spread over all. */
const affordable = 2 ** 24;

/**
 * @param {Float32Array} a m × k
 * @param {Float32Array} b k × n
 * @param {{ m: number, n: number, k: number }} shape
 * @returns {Reference}
 */
export function matmulReference(a, b, { m, n, k }) {
  const rows = Math.min(m, Math.max(1, Math.floor(affordable / (n * k))));
  const values = new Float64Array(rows * n);
  const allowed = new Float64Array(rows * n);
  const indices = new Uint32Array(rows * n);
  // Row by row of b: by its columns this loop would miss the cache in every step.
  const sums = new Float64Array(n);
  const magnitudes = new Float64Array(n);
  for (let at = 0; at < rows; at++) {
    const row = Math.floor((at * m) / rows);
    sums.fill(0);
    magnitudes.fill(0);
    for (let p = 0; p < k; p++) {
      const factor = a[row * k + p] ?? 0;
      for (let j = 0; j < n; j++) {
        const product = factor * (b[p * n + j] ?? 0);
        sums[j] = (sums[j] ?? 0) + product;
        magnitudes[j] = (magnitudes[j] ?? 0) + Math.abs(product);
      }
    }
    for (let j = 0; j < n; j++) {
      values[at * n + j] = sums[j] ?? 0;
      allowed[at * n + j] = 2 * epsilon * (k + 1) * (magnitudes[j] ?? 0);
      indices[at * n + j] = row * n + j;
    }
  }
  return { values, allowed: (i) => allowed[i] ?? 0, indices };
}

/**
 * A chain of dense layers over rows of input.
 * @param {Float32Array} inputs
 * @param {{ layers: number[], weights: Float32Array[], biases: Float32Array[], activations: string[] }} network
 *   weights of a layer are inputs × outputs
 * @returns {Reference}
 */
export function networkReference(inputs, { layers, weights, biases, activations }) {
  const rows = inputs.length / (layers[0] ?? 1);
  let values = Float64Array.from(inputs);
  weights.forEach((matrix, layer) => {
    const [width, next] = [layers[layer] ?? 0, layers[layer + 1] ?? 0];
    const { f } = known(unaryFunctions, activations[layer] ?? 'linear');
    const result = new Float64Array(rows * next);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < next; j++) {
        let sum = biases[layer]?.[j] ?? 0;
        for (let i = 0; i < width; i++) sum += (values[row * width + i] ?? 0) * (matrix[i * next + j] ?? 0);
        result[row * next + j] = f(sum);
      }
    }
    values = result;
  });
  // Sums of a few hundred rounded terms of the size of 1, passed on through functions of slope 1.
  return { values, allowed: (i) => 1e-5 * Math.max(1, Math.abs(values[i] ?? 0)) };
}

/** @template T @param {Record<string, T>} table @param {string} name @returns {T} */
function known(table, name) {
  const found = table[name];
  if (found === undefined) throw new Error(`no reference for '${name}'`);
  return found;
}
