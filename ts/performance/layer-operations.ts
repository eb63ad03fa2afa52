/**
 * The operations of the compatibility layers, over any runtime: checks of the arguments, and work in pieces for
 * what is larger than the pool.
 */
import { InvalidArgumentError, ShapeMismatchError, WasmPerformanceError } from '../core/errors.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

/** Throws `INVALID_ARGUMENT` unless `value` is a Float32Array, of whichever realm. */
export function assertFloat32Array(operation: string, name: string, value: unknown): void {
  if (Object.prototype.toString.call(value) === '[object Float32Array]') return;
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

const floatBytes = 4;
/** Room that a block takes besides its elements, at most: alignment and bookkeeping. */
const blockOverhead = 128;
/** Below this there is no use in trying: what is missing is not a question of size. */
const smallestPiece = 64;
/** Asking the pool costs more than a small operation: only what is larger is measured before it is tried. */
const largeBytes = 1 << 20;

/**
 * Calls `work` for consecutive ranges that cover 0..length. `arrays`: how many arrays of a range's length `work`
 * has in the pool at a time. One range where that fits, else as many as are needed: there is no limit to the
 * length but the pool's smallest usable piece. Throws what `work` throws.
 */
export function inPieces(
  { memory }: NeuralRuntime,
  length: number,
  arrays: number,
  work: (from: number, to: number) => void,
): void {
  const bytes = length * floatBytes * arrays;
  const fits = (): number => {
    const { largestFree } = memory.stats();
    return Math.floor((largestFree / arrays - blockOverhead) / floatBytes);
  };
  let piece = bytes > largeBytes ? Math.min(length, fits()) : length;
  for (let from = 0; from < length || length === 0; ) {
    const to = Math.min(length, from + Math.max(piece, smallestPiece));
    try {
      work(from, to);
      if (length === 0) return;
      from = to;
    } catch (error) {
      const exhausted = error instanceof WasmPerformanceError && error.code === 'POOL_EXHAUSTED';
      if (!exhausted || piece <= smallestPiece) throw error;
      piece = Math.max(smallestPiece, Math.min(piece >> 1, fits()));
    }
  }
}

/** A view of the range; the array itself where that is all of it, as it nearly always is: a view costs its making. */
function part(values: Float32Array, from: number, to: number): Float32Array {
  return from === 0 && to === values.length ? values : values.subarray(from, to);
}

/** tanh(0.5·x), elementwise, into a new array. */
export function neuralActivation(runtime: NeuralRuntime, x: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  inPieces(runtime, x.length, 2, (from, to) => {
    runtime.ops.activate('tanh', part(x, from, to), { gain: 0.5, out: part(out, from, to) });
  });
  return out;
}

export function vectorAdd(runtime: NeuralRuntime, a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length);
  inPieces(runtime, a.length, 3, (from, to) => {
    runtime.ops.add(part(a, from, to), part(b, from, to), part(out, from, to));
  });
  return out;
}
