/**
 * The public types of operations. Their overloads say what comes back: with `out` that same object, without it a new
 * one of the kind of the first operand: an array for an array, a block for a block.
 *
 * Sizes are in elements; matrices are row-major. Every operation throws `SHAPE_MISMATCH` when lengths do not fit,
 * `INVALID_ARGUMENT` for anything that is no vector, `DISPOSED` after the runtime or a block was disposed of, and
 * `POOL_EXHAUSTED` when the pool has no room for a new block or for a copy of an array.
 */
import type { ActivationName } from '../core/abi.js';
import type { Float32Block } from '../core/memory-pool.js';
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

export interface ActivateOptions {
  /** The operation is f(gain · x); default 1. */
  readonly gain?: number;
  /** The activation's own parameter, for those that have one. */
  readonly alpha?: number;
}

export interface ActivateOperation {
  <Out extends Vec>(name: ActivationName, x: Vec, options: WithOut<ActivateOptions, Out>): Out;
  (name: ActivationName, x: Float32Array, options?: WithoutOut<ActivateOptions>): Float32Array;
  (name: ActivationName, x: Float32Block, options?: WithoutOut<ActivateOptions>): Float32Block;
  (name: ActivationName, x: Vec, options?: ActivateOptions & { readonly out?: Vec }): Vec;
}

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

/** activation(alpha · op(a) · op(b) + beta · out + bias). `out` may be any operand (at the price of a copy). */
export interface MatmulOperation {
  <Out extends Vec>(a: Vec, b: Vec, shape: WithOut<MatmulShape, Out>): Out;
  (a: Float32Array, b: Vec, shape: WithoutOut<MatmulShape>): Float32Array;
  (a: Float32Block, b: Vec, shape: WithoutOut<MatmulShape>): Float32Block;
  (a: Vec, b: Vec, shape: MatmulShape & { readonly out?: Vec }): Vec;
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
 * The operations of a runtime. Accuracy, over all finite inputs and against float64: exp, log, sigmoid and tanh
 * within 2 ULP; what is one IEEE operation is exactly that. NaN in gives NaN out; denormals are kept. The same
 * inputs give the same bits in every build.
 */
export interface Ops {
  readonly activate: ActivateOperation;
  /** max(x, 0). */
  readonly relu: UnaryOperation;
  /** 1 / (1 + e⁻ˣ). */
  readonly sigmoid: UnaryOperation;
  readonly tanh: UnaryOperation;
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
  /** Σ x[i]; 0 when empty. */
  readonly sum: (x: Vec) => number;
  readonly matmul: MatmulOperation;
  readonly matvec: MatvecOperation;
}
