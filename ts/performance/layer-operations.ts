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

/** The `out` of `calculateNeuralActivation(x, options)`, if one is given. Throws `INVALID_ARGUMENT`, `SHAPE_MISMATCH`. */
export function outOf(options: { readonly out?: Float32Array }, x: Float32Array): Float32Array | undefined {
  const name = 'calculateNeuralActivation';
  // SASI's method takes one argument: what else Array.prototype.map hands it, say, is no option.
  const out = typeof options === 'object' ? options?.out : undefined;
  if (out === undefined) return undefined;
  assertFloat32Array(name, 'out', out);
  if (out.length === x.length) return out;
  throw new ShapeMismatchError(
    `${name}: out has ${out.length} elements, the argument has ${x.length}; give an out of its length`,
  );
}
