/** Every elementwise operation: how it is called, what it means, and how far it may be off. */
import type { ActivationName, Ops, Vec } from '@sasi/wasm-performance';
import { activationNames } from '#ts/core/abi.js';
import { activationStatement, mathStatement } from './bounds.js';
import * as reference from './reference.js';

export interface ElementwiseCase {
  readonly name: string;
  readonly operands: 1 | 2;
  readonly call: (ops: Ops, a: Vec, b: Vec, out?: Vec) => Vec;
  /** In float64; where the operation has several roundings by definition, with those. */
  readonly reference: (a: number, b: number) => number;
  /** The same where a product that is added to is not rounded, as in the `relaxed` build. */
  readonly fused?: (a: number, b: number) => number;
  readonly maxUlp: number;
  /** Arguments up to this magnitude are within the bound. */
  readonly largest: number;
}

const { fround } = Math;
const factor = -1.5;
const value = 0.7;
const [low, high] = [-0.75, 2.5];
const alpha = 0.3;
const t = 0.3;
const all = Number.MAX_VALUE;

/** One rounding or none: the nearest f32, exactly. */
const unary = (
  name: 'abs' | 'neg' | 'square' | 'sqrt' | 'exp' | 'log',
  { maxUlp, largest } = { maxUlp: 0, largest: all },
): ElementwiseCase => ({
  name,
  operands: 1,
  call: (ops, a, _b, out) => ops[name](a, out),
  reference: (a) => exact(maxUlp, reference.unary[name]!(a, 0, 0)),
  maxUlp,
  largest,
});

const binary = (name: 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max'): ElementwiseCase => ({
  name,
  operands: 2,
  call: (ops, a, b, out) => ops[name](a, b, out),
  reference: (a, b) => fround(reference.binary[name]!(a, b, 0)),
  maxUlp: 0,
  largest: all,
});

const activation = (name: ActivationName): ElementwiseCase => ({
  name: `activate ${name}`,
  operands: 1,
  call: (ops, a, _b, out) => (out === undefined ? ops.activate(name, a) : ops.activate(name, a, { out })),
  reference: (a) => exact(activationStatement(name).maxUlp, reference.activations[name]!(a)),
  ...activationStatement(name),
});

/** A result that must be exact is compared with the nearest f32. */
function exact(maxUlp: number, result: number): number {
  return maxUlp === 0 ? fround(result) : result;
}

export const elementwiseCases: readonly ElementwiseCase[] = [
  ...(['abs', 'neg', 'square', 'sqrt'] as const).map((name) => unary(name)),
  unary('exp', mathStatement('Exp')),
  unary('log', mathStatement('Log')),
  ...(['add', 'sub', 'mul', 'div', 'min', 'max'] as const).map(binary),
  {
    name: 'scale',
    operands: 1,
    call: (ops, a, _b, out) => ops.scale(a, factor, out),
    reference: (a) => fround(a * factor),
    maxUlp: 0,
    largest: all,
  },
  {
    name: 'addScalar',
    operands: 1,
    call: (ops, a, _b, out) => ops.addScalar(a, value, out),
    reference: (a) => fround(a + fround(value)),
    maxUlp: 0,
    largest: all,
  },
  {
    name: 'clamp',
    operands: 1,
    call: (ops, a, _b, out) => ops.clamp(a, low, high, out),
    reference: (a) => Math.min(Math.max(a, low), high),
    maxUlp: 0,
    largest: all,
  },
  {
    name: 'axpy',
    operands: 2,
    call: (ops, a, b, out) => ops.axpy(alpha, a, b, out),
    reference: (a, b) => fround(fround(fround(alpha) * a) + b),
    fused: (a, b) => fround(fround(alpha) * a + b),
    maxUlp: 0,
    largest: all,
  },
  {
    name: 'lerp',
    operands: 2,
    call: (ops, a, b, out) => ops.lerp(a, b, t, out),
    reference: (a, b) => fround(fround(fround(t) * b) + fround(fround(1 - fround(t)) * a)),
    fused: (a, b) => fround(fround(t) * b + fround(fround(1 - fround(t)) * a)),
    maxUlp: 0,
    largest: all,
  },
  ...activationNames.map(activation),
];
