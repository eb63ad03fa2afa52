/**
 * Stored results that an operation of somebody else's module must reproduce before calls go to it.
 *
 * The expected numbers come from float64 and the language's own Math (libm) or are exact; a test computes them again.
 * First come eleven elements: vector parts of four and of eight lanes, and a tail, since one of them may be wrong
 * alone. Then the sizes that SASI uses: a sum of 60 000 terms shows how it is rounded. Such sums rise and fall again to
 * a small number, which float32 tells to 1e-7, and their terms are multiples of 2⁻¹², so that blocks of up to 4096
 * terms, and sixteen lanes, are exact; four lanes of float32 are off by 0.002.
 */
import type { ModuleOperationName, ModuleOperations } from './module-operations.js';

/** One call. */
export interface GoldenCase<Name extends ModuleOperationName = ModuleOperationName> {
  /** What it is about, for the reason of a refusal. */
  readonly about: string;
  /** The arguments, made anew. */
  readonly args: () => Parameters<ModuleOperations[Name]>;
  /** What is expected; of a longer result element after element, and from the first one again. */
  readonly expected: readonly number[];
  /** The largest absolute error allowed. */
  readonly tolerance: number;
}

/** The tolerance of all cases but one. */
export const goldenTolerance = 1e-4;

const x = [-6, -3, -1, -0.5, -0.125, 0, 0.25, 0.75, 1, 2, 5];
const y = [2, 0.5, -1.5, 4, 1, 8, -2, 0.25, 3, -0.75, 1];
const extremes = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3e38,
  -3e38,
  -50,
  20,
  2 ** -140,
  -0.0078125,
  12,
];
const weights = [0, 0.0625, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.9375, 1];
const outside = [-0.5, 1.5, 2, -1, 0.03125];
const spikes = [0, 0.25, 0.0625, 1, 0.5, 0, 0.125, 0.75, 0.0625, 0.875, -1];
// 0.1 as a float lies above 0.1 and is a spike; the float below it is none, and NaN is none.
const edges = [0.1, 0.1 - 2 ** -27, Number.NaN, Number.POSITIVE_INFINITY, -0.5, 3, 0];
const sums = [-4, -2.5, -2.5, 3.5, 0.875, 8, -1.75, 1, 4, 1.25, 6];

function of(values: readonly number[], length = values.length): Float32Array {
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) result[i] = values[i % values.length]!;
  return result;
}

/** Multiples of 1/64 from 0.5 to 1; with `sign`, the second half of them the negative of the first. */
function wave(length: number, factor: number, modulus: number, sign: 1 | -1): Float32Array {
  const result = new Float32Array(length);
  const half = length / 2;
  for (let i = 0; i < half; i++) {
    result[i] = (((i * factor) % modulus) + 33) / 64;
    result[half + i] = sign * result[i]!;
  }
  return result;
}

/** Sums rise to a quarter of `length` and fall to half the last element of the first operand. */
function dotArgs(length: number): [Float32Array, Float32Array] {
  const [a, b] = [wave(length, 37, 31, 1), wave(length, 53, 29, -1)];
  b[length - 1]! += 0.5;
  return [a, b];
}

/** a[i] = 7i mod 11 − 5, b[i] = 5i mod 13 − 6. */
function smallProduct(): [Float32Array, Float32Array, number, number, number] {
  const [m, n, k] = [5, 6, 9];
  const a = Float32Array.from({ length: m * k }, (_, i) => ((7 * i) % 11) - 5);
  const b = Float32Array.from({ length: k * n }, (_, i) => ((5 * i) % 13) - 6);
  return [a, b, m, n, k];
}

/** Of each entry the sum rises to 36 and falls to the last product. */
function deepProduct(): [Float32Array, Float32Array, number, number, number] {
  const [m, n, k] = [5, 7, 300];
  const a = new Float32Array(m * k);
  const b = new Float32Array(k * n);
  for (let p = 0; p < k; p++) {
    const q = p % (k / 2);
    for (let i = 0; i < m; i++) a[i * k + p] = (((37 * q + 11 * i) % 61) + 1) / 64;
    for (let j = 0; j < n; j++) b[p * n + j] = ((p < k / 2 ? 1 : -1) * (((53 * q + 7 * j) % 59) + 1)) / 64;
  }
  for (let j = 0; j < n; j++) b[(k - 1) * n + j]! += 0.25 * (j + 1);
  return [a, b, m, n, k];
}

/** Multiples of 1/4096 from 0 to 1. */
function fineValues(length: number, factor: number): Float32Array {
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) result[i] = ((i * factor) % 4093) / 4096;
  return result;
}

const small = 'eleven elements';

function golden<Name extends ModuleOperationName>(
  about: string,
  args: GoldenCase<Name>['args'],
  expected: readonly number[],
  tolerance = goldenTolerance,
): GoldenCase<Name> {
  return { about, args, expected, tolerance };
}

const activated = [
  -0.9950547537, -0.9051482536, -0.4621171573, -0.2449186624, -0.06241874675, 0, 0.1243530018, 0.3583573984,
  0.4621171573, 0.761594156, 0.9866142982,
];
const activatedExtremes = [Number.NaN, 1, -1, 1, -1, -1, 0.9999999959, 0, -0.003906230132, 0.9999877117];
const optimized = [
  0, 0.036865234375, 0.083984375, 0.203125, 0.345703125, 0.5, 0.654296875, 0.796875, 0.916015625,
  0.963134765625, 1,
];
const optimizedOutside = [0.25, 0.75, 0, 1, 0.0170593261719];

export const goldenCases: { readonly [Name in ModuleOperationName]: readonly GoldenCase<Name>[] } = {
  calculateNeuralActivation: [
    golden(small, () => [of(x)], activated),
    golden(
      '1000 elements with NaN, infinities and extremes among them',
      () => [of([...x, ...extremes], 1000)],
      [...activated, ...activatedExtremes],
    ),
  ],
  optimizeConnections: [
    golden(small, () => [of(weights)], optimized),
    golden('1000 weights, some outside 0..1', () => [of([...weights, ...outside], 1000)], [
      ...optimized,
      ...optimizedOutside,
    ]),
  ],
  vectorAdd: [
    golden(small, () => [of(x), of(y)], sums),
    golden('10 001 elements', () => [of(x, 10_001), of(y, 10_001)], sums),
  ],
  dotProduct: [
    golden(small, () => [of(x), of(y)], [-7.9375]),
    golden('1000 elements', () => dotArgs(1000), [0.3984375]),
    golden('60 000 elements', () => dotArgs(60_000), [0.3203125]),
    golden('100 000 elements', () => dotArgs(100_000), [0.3125]),
    golden('no elements', () => [of([]), of([])], [0]),
  ],
  matrixMultiply: [
    golden(
      'a small product',
      smallProduct,
      [
        66, -35, 7, -55, 52, 3, 14, 60, 2, -17, -49, 49, -5, -10, 63, 32, -51, -4, -57, 30, -52, 48, 57, -90,
        1, -51, 53, -90, 66, 66,
      ],
    ),
    golden(
      'sums of 300 products',
      deepProduct,
      [
        0.09375, 0.1875, 0.28125, 0.375, 0.46875, 0.5625, 0.65625, 0.13671875, 0.2734375, 0.41015625,
        0.546875, 0.68359375, 0.8203125, 0.95703125, 0.1796875, 0.359375, 0.5390625, 0.71875, 0.8984375,
        1.078125, 1.2578125, 0.22265625, 0.4453125, 0.66796875, 0.890625, 1.11328125, 1.3359375, 1.55859375,
        0.02734375, 0.0546875, 0.08203125, 0.109375, 0.13671875, 0.1640625, 0.19140625,
      ],
    ),
  ],
  spikeRate: [
    golden(small, () => [of(spikes), 250], [24]),
    golden('100 000 elements with NaN and the floats beside 0.1', () => [of(edges, 100_000), 250], [171_428]),
    golden('no window', () => [of(spikes), 0], [0]),
  ],
  meshEfficiency: [
    golden(small, () => [of(x), of(y)], [-0.208161157]),
    golden('no neurons', () => [of([]), of(y)], [0]),
    golden(
      '100 000 elements',
      () => [fineValues(100_000, 2531), fineValues(100_000, 1847)],
      [0.2495075877],
      1e-6,
    ),
  ],
};
