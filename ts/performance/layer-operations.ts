/** Checks of what the layers' operations are given. */
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import { isFloat32Array } from '../ops/vec.js';

/** Throws `INVALID_ARGUMENT` unless `value` is a Float32Array, of whichever realm. */
export function assertFloat32Array(operation: string, name: string, value: unknown): void {
  if (isFloat32Array(value)) return;
  const given = value === null ? 'null' : Object.prototype.toString.call(value).slice(8, -1);
  throw new InvalidArgumentError(`${operation}: ${name} is ${given}; give a Float32Array`);
}

/** Throws `INVALID_ARGUMENT`, naming the first element that is NaN or infinite. */
export function assertFinite(operation: string, values: Float32Array): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  throw new InvalidArgumentError(
    `${operation}: element ${index} is ${values[index]}; give finite numbers, or leave out validateInputs`,
  );
}

/** Throws `SHAPE_MISMATCH` unless `a` and `b` are equally long. */
export function assertSameLength(operation: string, a: Float32Array, b: Float32Array): void {
  if (a.length === b.length) return;
  throw new ShapeMismatchError(
    `${operation}: lengths differ: a has ${a.length} elements, b has ${b.length}; give equally long arrays`,
  );
}
