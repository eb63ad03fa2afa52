/**
 * The sizes of a matrix product from what `simdMatrixMultiply` is given.
 */
import { show } from '../core/arguments.js';
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import { sizeError } from '../ops/operation.js';

export interface MatrixShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * `inner` left out: k = length of a / rows, which must be whole, and b has at least k·cols elements. With `inner`
 * a is m×k and b is k×n, exactly. Throws `INVALID_ARGUMENT` or `SHAPE_MISMATCH`, naming the lengths.
 */
export function matrixShape(
  operation: string,
  aLength: number,
  bLength: number,
  rows: number,
  cols: number,
  inner: number | undefined,
): MatrixShape {
  for (const [name, value] of Object.entries({ rows, cols, k: inner ?? 0 })) {
    if (Number.isSafeInteger(value) && value >= 0) continue;
    throw new InvalidArgumentError(`${operation}: ${name} is ${show(value)}; give a whole number, 0 or more`);
  }
  if (inner !== undefined) {
    if (aLength === rows * inner && bLength === inner * cols) return { m: rows, n: cols, k: inner };
    throw new ShapeMismatchError(
      `${operation}: a has ${aLength} elements and b has ${bLength}; ` +
        `${rows}x${inner} times ${inner}x${cols} needs ${rows * inner} and ${inner * cols}`,
    );
  }
  const k = rows === 0 ? 0 : aLength / rows;
  if (!Number.isInteger(k) || (rows === 0 && aLength > 0)) {
    throw new ShapeMismatchError(
      `${operation}: a has ${aLength} elements, which ${rows} rows do not divide; give as many rows as a has`,
    );
  }
  if (bLength < k * cols) {
    throw new ShapeMismatchError(
      `${operation}: inner dimensions differ: a is ${rows}x${k}, so b needs ${k * cols} elements for ` +
        `${cols} columns, it has ${bLength}`,
    );
  }
  return { m: rows, n: cols, k };
}

/** An array for the product. Its sizes may be of any size where the inner one is 0: throws `INVALID_ARGUMENT`. */
export function newProduct(operation: string, m: number, n: number): Float32Array {
  try {
    return new Float32Array(m * n);
  } catch (error) {
    throw sizeError(error as RangeError, operation);
  }
}
