/**
 * Stored results that a build must reproduce before it is used, at least one for each kernel.
 *
 * The expected numbers come from float64 and the language's own Math (libm), never from one of our kernels; a test
 * computes them again. Inputs are exact in f32. Seven elements: one vector and a tail.
 */

export const inputs = {
  x: [-3, -1.5, -0.75, -0.125, 0.25, 1.25, 4.5],
  y: [2, -0.5, 3, 0.875, -1.25, 0.625, -6],
  positive: [0.125, 0.375, 0.9375, 1.5, 3, 40, 1000],
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
  { kernel: 'add_f32', of: ['x', 'y'], parameters: [], expected: [-1, -2, 2.25, 0.75, -1, 1.875, -1.5] },
  { kernel: 'sub_f32', of: ['x', 'y'], parameters: [], expected: [-5, -1, -3.75, -1, 1.5, 0.625, 10.5] },
  { kernel: 'mul_f32', of: ['x', 'y'], parameters: [], expected: [-6, 0.75, -2.25, -0.109375, -0.3125, 0.78125, -27] },
  { kernel: 'div_f32', of: ['x', 'y'], parameters: [], expected: [-1.5, 3, -0.25, -0.14285714285714285, -0.2, 2, -0.75] },
  { kernel: 'min_f32', of: ['x', 'y'], parameters: [], expected: [-3, -1.5, -0.75, -0.125, -1.25, 0.625, -6] },
  { kernel: 'max_f32', of: ['x', 'y'], parameters: [], expected: [2, -0.5, 3, 0.875, 0.25, 1.25, 4.5] },
  { kernel: 'axpy_f32', of: ['x', 'y'], parameters: [0.5], expected: [0.5, -1.25, 2.625, 0.8125, -1.125, 1.25, -3.75] },
  { kernel: 'lerp_f32', of: ['x', 'y'], parameters: [0.25], expected: [-1.75, -1.25, 0.1875, 0.125, -0.125, 1.09375, 1.875] },
  { kernel: 'scale_f32', of: ['x'], parameters: [-1.5], expected: [4.5, 2.25, 1.125, 0.1875, -0.375, -1.875, -6.75] },
  { kernel: 'add_scalar_f32', of: ['x'], parameters: [0.75], expected: [-2.25, -0.75, 0, 0.625, 1, 2, 5.25] },
  { kernel: 'clamp_f32', of: ['x'], parameters: [-1, 2], expected: [-1, -1, -0.75, -0.125, 0.25, 1.25, 2] },
  { kernel: 'abs_f32', of: ['x'], parameters: [], expected: [3, 1.5, 0.75, 0.125, 0.25, 1.25, 4.5] },
  { kernel: 'neg_f32', of: ['x'], parameters: [], expected: [3, 1.5, 0.75, 0.125, -0.25, -1.25, -4.5] },
  { kernel: 'square_f32', of: ['x'], parameters: [], expected: [9, 2.25, 0.5625, 0.015625, 0.0625, 1.5625, 20.25] },
  { kernel: 'sqrt_f32', of: ['positive'], parameters: [], expected: [0.3535533905932738, 0.6123724356957945, 0.9682458365518543, 1.224744871391589, 1.7320508075688772, 6.324555320336759, 31.622776601683793] },
] as const;

// biome-ignore format: one row for each kernel
export const approximations = [
  { kernel: 'exp_f32', of: 'x', expected: [0.049787068367863944, 0.22313016014842982, 0.4723665527410147, 0.8824969025845955, 1.2840254166877414, 3.4903429574618414, 90.01713130052181] },
  { kernel: 'log_f32', of: 'positive', expected: [-2.0794415416798357, -0.9808292530117262, -0.06453852113757118, 0.4054651081081644, 1.0986122886681096, 3.6888794541139363, 6.907755278982137] },
] as const;

// One of each family: comparisons, and each of the approximations in cpp/math.
// biome-ignore format: one row for each activation
export const activations = [
  { activation: 'linear', gain: 1, expected: [-3, -1.5, -0.75, -0.125, 0.25, 1.25, 4.5] },
  { activation: 'relu', gain: 1, expected: [0, 0, 0, 0, 0.25, 1.25, 4.5] },
  { activation: 'sigmoid', gain: 1, expected: [0.04742587317756679, 0.18242552380635632, 0.32082130082460697, 0.46879062662624377, 0.5621765008857981, 0.7772998611746911, 0.9890130573694068] },
  { activation: 'tanh', gain: 1, expected: [-0.9950547536867305, -0.9051482536448664, -0.6351489523872873, -0.1243530017715962, 0.24491866240370913, 0.8482836399575129, 0.9997532108480275] },
  { activation: 'tanh', gain: 0.5, expected: [-0.9051482536448664, -0.6351489523872873, -0.35835739835078595, -0.062418746747512514, 0.1243530017715962, 0.5545997223493823, 0.9780261147388136] },
  { activation: 'softplus', gain: 1, expected: [0.04858735157374206, 0.2014132779827524, 0.38687100611489994, 0.6325990353171691, 0.8259394198788436, 1.501929081345373, 4.511047744848594] },
  { activation: 'gelu', gain: 1, expected: [-0.004049694094890144, -0.10021080190328704, -0.16997051428265111, -0.056282721896235885, 0.14967658142073093, 1.1179377829164308, 4.4999847104709385] },
  { activation: 'sin', gain: 1, expected: [0.4294399959700664, 0.0012525066979727822, 0.1591806199883329, 0.43766263330738614, 0.6237019796272614, 0.9744923096777931, 0.011234941167451478] },
] as const;

/** Of `y` as one row. No result is near 0, where the error of a logarithm's argument would count many times. */
// biome-ignore format: one row for each kernel
export const rows = [
  { kernel: 'softmax_f32', expected: [0.22639961916329276, 0.018584012427470098, 0.615417970741627, 0.0735011949703537, 0.008778465886460226, 0.057242788199595475, 0.00007594861120064607] },
  { kernel: 'log_softmax_f32', expected: [-1.4854536147954571, -3.985453614795457, -0.48545361479545707, -2.610453614795457, -4.735453614795457, -2.860453614795457, -9.485453614795457] },
] as const;

/** Exact: every product and every sum is a multiple of 2⁻⁷ below 2⁶. */
export const reductions = { dot: -34.140625, sum: 0.625 } as const;

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
  outputs: [0.7032098088045389, 0.29679019119546124, 0.38448652309569137, 0.6155134769043087],
  loss: 1.0852881789424509,
  outputsAfterStep: [0.25108240557359485, 0.7489175944264052, 0.8790278497229136, 0.12097215027708642],
} as const;
