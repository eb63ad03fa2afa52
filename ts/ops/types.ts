/**
 * The public types of operations. Their overloads say what comes back: with `out` that same object, without it a new
 * one of the kind of the first operand: an array for an array, a block for a block.
 *
 * Sizes are in elements; matrices are row-major. Every operation throws `SHAPE_MISMATCH` when lengths do not fit,
 * `INVALID_ARGUMENT` for anything that is no vector, `DISPOSED` after the runtime or a block was disposed of, and
 * `POOL_EXHAUSTED` when the pool has no room for a new block or for a copy of an array.
 */
import type { ActivationName, ConnectionRuleName } from '../core/abi.js';
import type { Float32Block } from '../core/memory-pool.js';
import type { PackedWeights } from './packed-weights.js';
import type { Vec } from './vec.js';

/** out[i] = f(x[i]); `out` may be `x`. */
export interface UnaryOperation {
  (x: Float32Array): Float32Array;
  (x: Float32Block): Float32Block;
  <Out extends Vec>(x: Vec, out: Out): Out;
  (x: Vec, out?: Vec): Vec;
}

/** out[i] = f(a[i], b[i]) for two of one length; `out` may be either. */
export interface BinaryOperation {
  (a: Float32Array, b: Vec): Float32Array;
  (a: Float32Block, b: Vec): Float32Block;
  <Out extends Vec>(a: Vec, b: Vec, out: Out): Out;
  (a: Vec, b: Vec, out?: Vec): Vec;
}

/** out[i] = f(x[i], parameter); `out` may be `x`. */
export interface ScalarOperation {
  (x: Float32Array, parameter: number): Float32Array;
  (x: Float32Block, parameter: number): Float32Block;
  <Out extends Vec>(x: Vec, parameter: number, out: Out): Out;
  (x: Vec, parameter: number, out?: Vec): Vec;
}

/** out[i] = alpha · x[i] + y[i]; `out` may be `x` or `y`. */
export interface AxpyOperation {
  (alpha: number, x: Float32Array, y: Vec): Float32Array;
  (alpha: number, x: Float32Block, y: Vec): Float32Block;
  <Out extends Vec>(alpha: number, x: Vec, y: Vec, out: Out): Out;
  (alpha: number, x: Vec, y: Vec, out?: Vec): Vec;
}

/** out[i] = (1 − t) · a[i] + t · b[i]; `out` may be `a` or `b`. */
export interface LerpOperation {
  (a: Float32Array, b: Vec, t: number): Float32Array;
  (a: Float32Block, b: Vec, t: number): Float32Block;
  <Out extends Vec>(a: Vec, b: Vec, t: number, out: Out): Out;
  (a: Vec, b: Vec, t: number, out?: Vec): Vec;
}

/** out[i] = min(max(x[i], low), high), NaN stays; `out` may be `x`. */
export interface ClampOperation {
  (x: Float32Array, low: number, high: number): Float32Array;
  (x: Float32Block, low: number, high: number): Float32Block;
  <Out extends Vec>(x: Vec, low: number, high: number, out: Out): Out;
  (x: Vec, low: number, high: number, out?: Vec): Vec;
}

/** Adds to options where the result goes. */
type WithOut<Options, Out> = Options & { readonly out: Out };
type WithoutOut<Options> = Options & { readonly out?: never };

/** The numbers of an activation. */
export interface ActivateOptions {
  /** The operation is f(gain · x); default 1. */
  readonly gain?: number;
  /** The activation's own parameter, for those that have one. */
  readonly alpha?: number;
}

/** out[i] = f(gain · x[i]) with the activation of that name; `out` may be `x`. */
export interface ActivateOperation {
  <Out extends Vec>(name: ActivationName, x: Vec, options: WithOut<ActivateOptions, Out>): Out;
  (name: ActivationName, x: Float32Array, options?: WithoutOut<ActivateOptions>): Float32Array;
  (name: ActivationName, x: Float32Block, options?: WithoutOut<ActivateOptions>): Float32Block;
  (name: ActivationName, x: Vec, options?: ActivateOptions & { readonly out?: Vec }): Vec;
}

/** How `x` is divided into rows. */
export interface RowOptions {
  /** Rows of `x`, each worked on by itself; default 1. Must divide its length. */
  readonly rows?: number;
}

/** Over each row of `x`; `out` may be `x`. */
export interface RowOperation {
  <Out extends Vec>(x: Vec, options: WithOut<RowOptions, Out>): Out;
  (x: Float32Array, options?: WithoutOut<RowOptions>): Float32Array;
  (x: Float32Block, options?: WithoutOut<RowOptions>): Float32Block;
  (x: Vec, options?: RowOptions & { readonly out?: Vec }): Vec;
}

/** op(a) is m × k, op(b) is k × n, the result m × n. */
export interface MatmulShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** `a` is given as k × m. */
  readonly transposeA?: boolean;
  /** `b` is given as n × k. */
  readonly transposeB?: boolean;
  /** Factor of the product, default 1. */
  readonly alpha?: number;
  /** Factor of what `out` held before, default 0 (then it is not read). Any other needs `out`. */
  readonly beta?: number;
  /** n elements, added to each row. */
  readonly bias?: Vec;
  /** Of the sum; default 'linear'. */
  readonly activation?: ActivationName;
}

/**
 * activation(alpha · op(a) · op(b) + beta · out + bias). `out` may be any operand (at the price of a copy). `b` may be
 * what `packWeights` made, for the same bits in less time.
 */
export interface MatmulOperation {
  <Out extends Vec>(a: Vec, b: Vec | PackedWeights, shape: WithOut<MatmulShape, Out>): Out;
  (a: Float32Array, b: Vec | PackedWeights, shape: WithoutOut<MatmulShape>): Float32Array;
  (a: Float32Block, b: Vec | PackedWeights, shape: WithoutOut<MatmulShape>): Float32Block;
  (a: Vec, b: Vec | PackedWeights, shape: MatmulShape & { readonly out?: Vec }): Vec;
}

/** op(b) is k × n. */
export interface PackingShape {
  readonly n: number;
  readonly k: number;
  /** `b` is given as n × k. */
  readonly transposeB?: boolean;
}

/** `a` is m × n, `x` n long, the result m long. */
export interface MatvecShape {
  readonly m: number;
  readonly n: number;
  /** m elements. */
  readonly bias?: Vec;
  /** Of the sum; default 'linear'. */
  readonly activation?: ActivationName;
}

/** activation(a · x + bias). `out` may be any operand (at the price of a copy). */
export interface MatvecOperation {
  <Out extends Vec>(a: Vec, x: Vec, shape: WithOut<MatvecShape, Out>): Out;
  (a: Float32Array, x: Vec, shape: WithoutOut<MatvecShape>): Float32Array;
  (a: Float32Block, x: Vec, shape: WithoutOut<MatvecShape>): Float32Block;
  (a: Vec, x: Vec, shape: MatvecShape & { readonly out?: Vec }): Vec;
}

/**
 * One step of a rule that changes weights w between neurons. They are rows × cols, row-major: column j comes from the
 * neuron whose activity is pre[j], row i leads to the one whose activity is post[i]. Every rule ends with a clamp to
 * min … max. Numbers must not be NaN.
 *
 * - `bistable`: w − eta · 2w(1−w)(1−2w), a gradient step on w²(1−w)²: towards 0 or 1, in the same order
 * - `hebbian`: w + eta · post·pre − decay · w (Hebb, 1949)
 * - `oja`: w + eta · post·(pre − post·w) (Oja, 1982)
 * - `homeostatic`: each row scaled to the sum `target`; a row whose sum is 0 stays (Turrigiano, 2008)
 * - `prune`: 0 where |w| < threshold
 * - `jitter`: w + a number from −0.05 to 0.05, drawn from `seed`
 */
export interface ConnectionRule {
  /** Default 'bistable'. */
  readonly rule?: ConnectionRuleName;
  /** Rate of bistable (default 0.25), hebbian and oja (default 0.01). */
  readonly eta?: number;
  /** Of hebbian; default 0. */
  readonly decay?: number;
  /** Of homeostatic; default 1. */
  readonly target?: number;
  /** Of prune; default 0.01. */
  readonly threshold?: number;
  /** Of jitter: a whole number, default 0. The same seed gives the same numbers, in every build. */
  readonly seed?: number;
  /** Bounds of the new weights, default 0 and 1. */
  readonly min?: number;
  readonly max?: number;
  /** Of hebbian and oja, which need both: as many elements as there are columns, and rows. */
  readonly pre?: Vec;
  readonly post?: Vec;
  /** For the rules with rows. Default: as pre and post say; for homeostatic what the other one leaves, or one row. */
  readonly rows?: number;
  readonly cols?: number;
}

/** New weights by a rule; `out` may be the weights. */
export interface OptimizeConnectionsOperation {
  <Out extends Vec>(weights: Vec, options: WithOut<ConnectionRule, Out>): Out;
  (weights: Float32Array, options?: WithoutOut<ConnectionRule>): Float32Array;
  (weights: Float32Block, options?: WithoutOut<ConnectionRule>): Float32Block;
  (weights: Vec, options?: ConnectionRule & { readonly out?: Vec }): Vec;
}

/**
 * The operations of a runtime. Accuracy, over all finite inputs and against float64: exp, log, sigmoid and tanh
 * within 2 ULP; what is one IEEE operation is exactly that. NaN in gives NaN out; denormals are kept. The same
 * inputs give the same bits in every build.
 */
export interface Ops {
  /** f(gain · x) for any of the activations. */
  readonly activate: ActivateOperation;
  /**
   * The slope of `activate` at x: gain · f′(gain · x); at a kink that of one side. Its error is absolute, at most
   * 2⁻¹⁹ times the gain (sines and cosines up to |x| = 8192).
   */
  readonly activationGradient: ActivateOperation;
  /** max(x, 0). */
  readonly relu: UnaryOperation;
  /** min(max(x, 0), 6). */
  readonly relu6: UnaryOperation;
  /** x, below 0 0.01 · x. */
  readonly leakyRelu: UnaryOperation;
  /** x, below 0 eˣ − 1. */
  readonly elu: UnaryOperation;
  /** elu with the two constants that keep mean and variance. */
  readonly selu: UnaryOperation;
  /** 1 / (1 + e⁻ˣ). */
  readonly sigmoid: UnaryOperation;
  readonly tanh: UnaryOperation;
  /** ln(1 + eˣ). */
  readonly softplus: UnaryOperation;
  /** x / (1 + |x|). */
  readonly softsign: UnaryOperation;
  /** x · sigmoid(x). */
  readonly silu: UnaryOperation;
  /** x · Φ(x), Φ the normal distribution. */
  readonly gelu: UnaryOperation;
  /** Its approximation with a hyperbolic tangent. */
  readonly geluTanh: UnaryOperation;
  /** x · tanh(softplus(x)). */
  readonly mish: UnaryOperation;
  /** min(max(x + 3, 0), 6) / 6. */
  readonly hardSigmoid: UnaryOperation;
  /** x · hardSigmoid(x). */
  readonly hardSwish: UnaryOperation;
  /** eˣ / Σ eˣ over each row; a row sums to 1 within n · 2⁻²⁴. */
  readonly softmax: RowOperation;
  /** x − ln Σ eˣ over each row. */
  readonly logSoftmax: RowOperation;
  readonly add: BinaryOperation;
  readonly sub: BinaryOperation;
  readonly mul: BinaryOperation;
  readonly div: BinaryOperation;
  /** NaN when either is NaN; −0 is below +0. */
  readonly min: BinaryOperation;
  /** NaN when either is NaN; +0 is above −0. */
  readonly max: BinaryOperation;
  /** x · factor. */
  readonly scale: ScalarOperation;
  /** x + value. */
  readonly addScalar: ScalarOperation;
  readonly axpy: AxpyOperation;
  readonly lerp: LerpOperation;
  readonly clamp: ClampOperation;
  readonly abs: UnaryOperation;
  readonly neg: UnaryOperation;
  readonly square: UnaryOperation;
  readonly sqrt: UnaryOperation;
  readonly exp: UnaryOperation;
  /** The natural logarithm: −∞ at 0, NaN below. */
  readonly log: UnaryOperation;
  /** Σ a[i] · b[i]; 0 when empty. */
  readonly dot: (a: Vec, b: Vec) => number;
  /** a·b / (‖a‖₂·‖b‖₂), from −1 to 1; 0 where either is a zero vector, or empty. */
  readonly cosineSimilarity: (a: Vec, b: Vec) => number;
  /** Σ x[i]; 0 when empty. */
  readonly sum: (x: Vec) => number;
  /** Σ x[i] / n, summed in float64 and rounded once; NaN when empty. */
  readonly mean: (x: Vec) => number;
  /** √Σ x[i]², also where a square alone would overflow or vanish; 0 when empty. */
  readonly norm: (x: Vec) => number;
  /** Σ (x[i] − mean)² / n, of the population, summed in float64 and rounded once; NaN when empty. */
  readonly variance: (x: Vec) => number;
  /** NaN when there is one; ∞ when empty. */
  readonly minValue: (x: Vec) => number;
  /** NaN when there is one; −∞ when empty. */
  readonly maxValue: (x: Vec) => number;
  /** The first index of the largest element, or of the first NaN where there is one; −1 when empty. */
  readonly argmax: (x: Vec) => number;
  /** x / ‖x‖₂; a zero vector stays. `out` may be `x`. */
  readonly normalize: UnaryOperation;
  readonly matmul: MatmulOperation;
  readonly matvec: MatvecOperation;
  /** A copy of `b` for many products: the right operand of `matmul` in the order in which the kernel reads it. */
  readonly packWeights: (b: Vec, shape: PackingShape) => PackedWeights;
  /**
   * Spikes per second: the elements above `threshold` in a window of so many milliseconds. They are compared as
   * float64: the f32 nearest to the default of 0.1 lies above it. NaN is no spike; a window that is not above 0 has 0.
   */
  readonly spikeRate: (spikes: Vec, windowMs: number, threshold?: number) => number;
  /** mean(neurons) · mean(synapses), in float64; 0 when either is empty. They may differ in length. */
  readonly meshEfficiency: (neurons: Vec, synapses: Vec) => number;
  readonly optimizeConnections: OptimizeConnectionsOperation;
}
