/** Checks that the operands of a call fit together; each returns the length of the result. */
import { matmulFlags } from '../core/abi.js';
import { assertSize } from '../core/arguments.js';
import { ShapeMismatchError } from '../core/errors.js';
import type { Operation } from './operation.js';
import { packedLength } from './packed-weights.js';
import { assertLength, type Vec } from './vec.js';

/** Operands of one length: the result is as long. */
export function elementwise({ name, operands }: Operation, a: Vec, b: Vec): number {
  return equalLengths(name, operands, a, b);
}

/** The length of both. */
export function equalLengths(name: string, operands: Operation['operands'], a: Vec, b: Vec): number {
  if (a.length === b.length) return a.length;
  throw new ShapeMismatchError(
    `${name}: lengths differ: ${operands[0]} has ${a.length} elements, ${operands[1]} has ${b.length}; ` +
      'give two of one length',
  );
}

/** One operand in `rows` rows: the result is as long. */
export function wholeRows({ name }: Operation, x: Vec, _b: Vec, _c: Vec | undefined, rows: number): number {
  assertSize(name, 'rows', rows);
  if (x.length === 0 || (rows > 0 && x.length % rows === 0)) return x.length;
  throw new ShapeMismatchError(
    `${name}: ${x.length} elements are not ${rows} whole rows; give a number of rows that divides the length`,
  );
}

/** Weights in rows × columns, where `pre` and `post` are given one for each column and row: the result is as long. */
export function connectionRows(
  { name, operands }: Operation,
  weights: Vec,
  pre: Vec,
  post: Vec | undefined,
  rows: number,
  columns: number,
): number {
  assertSize(name, 'rows', rows);
  assertSize(name, 'cols', columns);
  if (weights.length !== rows * columns) {
    throw new ShapeMismatchError(
      `${name}: weights has ${weights.length} elements, ${rows} rows of ${columns} are ${rows * columns}; ` +
        'give rows and cols that fit',
    );
  }
  if (operands.length > 1) assertLength(name, 'pre', pre.length, columns);
  if (post !== undefined) assertLength(name, 'post', post.length, rows);
  return weights.length;
}

/** op(a) m × k, op(b) k × n, bias n: the result is m × n. */
export function productShape(
  { name }: Operation,
  a: Vec,
  b: Vec,
  bias: Vec | undefined,
  m: number,
  n: number,
  k: number,
  flags: number,
): number {
  assertSize(name, 'm', m);
  assertSize(name, 'n', n);
  assertSize(name, 'k', k);
  // What is packed was compared with n and k before.
  const bLength = (flags & matmulFlags.packedB) !== 0 ? k * n : b.length;
  if (a.length !== m * k || bLength !== k * n) throw productMismatch(name, a.length, bLength, m, n, k, flags);
  if (bias !== undefined) assertLength(name, 'bias', bias.length, n);
  return m * n;
}

/** op(b) k × n, to be packed. */
export function packedShape(
  { name }: Operation,
  b: Vec,
  _b: Vec,
  _c: Vec | undefined,
  _m: number,
  n: number,
  k: number,
): number {
  assertLength(name, 'b', b.length, k * n);
  return packedLength(n, k);
}

/** a m × n, x n, bias m: the result is m long. */
export function vectorProductShape(
  { name }: Operation,
  a: Vec,
  x: Vec,
  bias: Vec | undefined,
  m: number,
  n: number,
): number {
  assertSize(name, 'm', m);
  assertSize(name, 'n', n);
  if (a.length !== m * n || x.length !== n) {
    const rows = m > 0 && a.length % m === 0 ? `${m}x${a.length / m}` : `${a.length} elements`;
    throw new ShapeMismatchError(
      `${name}: dimensions differ: a is ${rows}, x has ${x.length} elements, the shape says ${m}x${n} and ${n}; ` +
        'give m and n that fit both',
    );
  }
  if (bias !== undefined) assertLength(name, 'bias', bias.length, m);
  return m;
}

function productMismatch(
  name: string,
  aLength: number,
  bLength: number,
  m: number,
  n: number,
  k: number,
  flags: number,
): ShapeMismatchError {
  // Named as they are given: m and n are taken to be right, the inner size is what the length leaves.
  const aInner = m > 0 ? aLength / m : 0;
  const bInner = n > 0 ? bLength / n : 0;
  if (!Number.isInteger(aInner) || !Number.isInteger(bInner) || m === 0 || n === 0) {
    return new ShapeMismatchError(
      `${name}: a has ${aLength} elements and b ${bLength}, a product ${m}x${k} by ${k}x${n} needs ` +
        `${m * k} and ${k * n}; give m, n and k that fit both`,
    );
  }
  const a = (flags & matmulFlags.transposeA) !== 0 ? `${aInner}x${m} transposed` : `${m}x${aInner}`;
  const b = (flags & matmulFlags.transposeB) !== 0 ? `${n}x${bInner} transposed` : `${bInner}x${n}`;
  if (aInner !== bInner) {
    return new ShapeMismatchError(
      `${name}: inner dimensions differ: a is ${a}, b is ${b}; ` +
        `k (${k}) must be the columns of the one and the rows of the other`,
    );
  }
  return new ShapeMismatchError(`${name}: k is ${k}, but a is ${a} and b is ${b}; give k: ${aInner}`);
}
