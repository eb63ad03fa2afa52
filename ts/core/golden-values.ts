/**
 * Stored results that a build must reproduce before it is used, at least one for each family of kernels.
 *
 * The expected numbers come from float64 and the language's own Math (libm), never from one of our kernels, to ten
 * digits (f32 has eight); a test computes them again. Inputs are exact in f32. Five elements: one vector and a tail.
 */

export const inputs = {
  x: [-3, -0.75, -0.125, 1.25, 4.5],
  y: [2, 3, 0.875, 0.625, -6],
  positive: [0.125, 0.9375, 1.5, 40, 1000],
} as const;

/** The largest error allowed, in units in the last place of f32. */
export const tolerance = {
  /** One rounding, or none. */
  arithmetic: 1,
  /** exp, log and the activations: the largest bound that any of them has. */
  approximation: 4,
  /** An exponential, a sum and a quotient. */
  softmax: 8,
  /** Three products and the activations in between. */
  network: 16,
} as const;

// biome-ignore format: one row for each kernel
export const elementwise = [
  { kernel: 'add_f32', of: ['x', 'y'], parameters: [], expected: [-1, 2.25, 0.75, 1.875, -1.5] },
  { kernel: 'sub_f32', of: ['x', 'y'], parameters: [], expected: [-5, -3.75, -1, 0.625, 10.5] },
  { kernel: 'mul_f32', of: ['x', 'y'], parameters: [], expected: [-6, -2.25, -0.109375, 0.78125, -27] },
  { kernel: 'div_f32', of: ['x', 'y'], parameters: [], expected: [-1.5, -0.25, -0.1428571429, 2, -0.75] },
  { kernel: 'min_f32', of: ['x', 'y'], parameters: [], expected: [-3, -0.75, -0.125, 0.625, -6] },
  { kernel: 'max_f32', of: ['x', 'y'], parameters: [], expected: [2, 3, 0.875, 1.25, 4.5] },
  { kernel: 'axpy_f32', of: ['x', 'y'], parameters: [0.5], expected: [0.5, 2.625, 0.8125, 1.25, -3.75] },
  { kernel: 'lerp_f32', of: ['x', 'y'], parameters: [0.25], expected: [-1.75, 0.1875, 0.125, 1.09375, 1.875] },
  { kernel: 'scale_f32', of: ['x'], parameters: [-1.5], expected: [4.5, 1.125, 0.1875, -1.875, -6.75] },
  { kernel: 'add_scalar_f32', of: ['x'], parameters: [0.75], expected: [-2.25, 0, 0.625, 2, 5.25] },
  { kernel: 'clamp_f32', of: ['x'], parameters: [-1, 2], expected: [-1, -0.75, -0.125, 1.25, 2] },
  { kernel: 'abs_f32', of: ['x'], parameters: [], expected: [3, 0.75, 0.125, 1.25, 4.5] },
  { kernel: 'neg_f32', of: ['x'], parameters: [], expected: [3, 0.75, 0.125, -1.25, -4.5] },
  { kernel: 'square_f32', of: ['x'], parameters: [], expected: [9, 0.5625, 0.015625, 1.5625, 20.25] },
  { kernel: 'sqrt_f32', of: ['positive'], parameters: [], expected: [0.3535533906, 0.9682458366, 1.224744871, 6.32455532, 31.6227766] },
] as const;

// biome-ignore format: one row for each kernel
export const approximations = [
  { kernel: 'exp_f32', of: 'x', expected: [0.04978706837, 0.4723665527, 0.8824969026, 3.490342957, 90.0171313] },
  { kernel: 'log_f32', of: 'positive', expected: [-2.079441542, -0.06453852114, 0.4054651081, 3.688879454, 6.907755279] },
] as const;

// One of each family: comparisons, and each of the approximations in cpp/math.
// biome-ignore format: one row for each activation
export const activations = [
  { activation: 'relu', gain: 1, expected: [0, 0, 0, 1.25, 4.5] },
  { activation: 'sigmoid', gain: 1, expected: [0.04742587318, 0.3208213008, 0.4687906266, 0.7772998612, 0.9890130574] },
  { activation: 'tanh', gain: 1, expected: [-0.9950547537, -0.6351489524, -0.1243530018, 0.84828364, 0.9997532108] },
  { activation: 'tanh', gain: 0.5, expected: [-0.9051482536, -0.3583573984, -0.06241874675, 0.5545997223, 0.9780261147] },
  { activation: 'softplus', gain: 1, expected: [0.04858735157, 0.3868710061, 0.6325990353, 1.501929081, 4.511047745] },
  { activation: 'gelu', gain: 1, expected: [-0.004049694095, -0.1699705143, -0.0562827219, 1.117937783, 4.49998471] },
  { activation: 'sin', gain: 1, expected: [0.429439996, 0.15918062, 0.4376626333, 0.9744923097, 0.01123494117] },
] as const;

/** The slope of sin: its cosine. */
export const gradient = {
  activation: 'symmetricSin',
  expected: [-0.9899924966, 0.7316888689, 0.9921976672, 0.3153223624, -0.2107957994],
} as const;

/** Of `x`. */
export const normalized = [-0.5354528979, -0.1338632245, -0.02231053741, 0.2231053741, 0.8031793469] as const;

/** Of `y` as one row. No result is near 0, where the error of a logarithm's argument would count many times. */
// biome-ignore format: one row for each kernel
export const rows = [
  { kernel: 'softmax_f32', expected: [0.232768749, 0.6327310607, 0.07556894869, 0.05885315642, 0.00007808521624] },
  { kernel: 'log_softmax_f32', expected: [-1.457709812, -0.4577098118, -2.582709812, -2.832709812, -9.457709812] },
] as const;

/** Of `x` (and `y`). The sums are exact: every product is a multiple of 2⁻⁷ below 2⁶. */
export const reductions = {
  of2: { dot_f32: -34.578125, cosine_similarity_f32: -0.8714428869 },
  of1: {
    sum_f32: 1.875,
    mean_f32: 0.375,
    norm_f32: 5.602733708,
    variance_f32: 6.1375,
    min_value_f32: -3,
    max_value_f32: 4.5,
    argmax_f32: 4,
  },
} as const;

/** Spikes in `positive`, with their window in ms and threshold, and the mesh of `x` and `positive`. */
export const neurons = { windowMs: 2.5, threshold: 1, spikeRate: 1200, meshEfficiency: 78.1921875 } as const;

/** Of `x` as one row of weights, with `y` before it and 0.5 after it. */
export const connections = {
  post: 0.5,
  rate: 0.5,
  low: -2,
  high: 2,
  bistable: [2, 2, 0.05078125, 0.78125, -2],
  oja: [-2, 0.09375, 0.109375, 1.25, 2],
} as const;

/**
 * Products of whole numbers, so small that they are exact: a[i] = 7i mod 11 − 5, b[i] = 5i mod 13 − 6. What is stored
 * is Σ (i mod 7 + 1)·out[i]. The shapes take each way through the kernel: tiles with every remainder, both
 * transposes with packed panels, one row.
 */
export const matmuls = [
  { m: 5, n: 11, k: 9, flags: 0, checksum: -49 },
  { m: 18, n: 20, k: 7, flags: 3, checksum: 754 },
  { m: 1, n: 37, k: 6, flags: 0, checksum: 107 },
] as const;

/** The same numbers: a is 9 × 5, x is 5 long. */
export const matvec = { m: 9, n: 5, checksum: -60 } as const;

/** Two rows through 3-4-2 with tanh and softmax, then one step of gradient descent on the cross-entropy. */
export const network = {
  layers: [3, 4, 2],
  activations: ['tanh', 'softmax'],
  weights: [
    [0.5, -0.25, 0.125, 1, -0.75, 0.5, 0.375, -0.5, 0.25, 0.625, -1, 0.125],
    [1, -0.5, 0.25, 0.75, -0.625, 0.5, -1, 0.375],
  ],
  biases: [
    [0.125, -0.25, 0, 0.5],
    [0.25, -0.125],
  ],
  inputs: [1, -0.5, 0.25, -0.75, 2, 0.5],
  labels: [1, 0],
  learningRate: 0.5,
  outputs: [0.7032098088, 0.2967901912, 0.3844865231, 0.6155134769],
  loss: 1.085288179,
  outputsAfterStep: [0.2510824056, 0.7489175944, 0.8790278497, 0.1209721503],
} as const;
