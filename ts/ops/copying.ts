/** Calls with arrays among their operands: these go through a temporary block, which is freed whatever happens. */
import { type Engine, owner } from '../core/engine.js';
import { copyIn, copyOut, multipleOfFour, newCopy } from './copy.js';
import { isFloat32Array, type Vec } from './vec.js';

/**
 * The vectors of one call. `b` is `a` for an operation of one operand. Without `out` the call has no vector as its
 * result, or makes one.
 */
export interface Operands {
  readonly a: Vec;
  readonly b: Vec;
  readonly c: Vec | undefined;
  readonly out: Vec | undefined;
}

/**
 * Calls the kernel at these addresses for `length` elements of the result, of which the first is element `begin` of
 * the whole. Throws for a bad status.
 */
export type KernelCall = (
  a: number,
  b: number,
  c: number,
  out: number,
  length: number,
  begin: number,
) => void;

/** 128 KiB: two operands of this size fit into the second-level cache of every current machine. */
const mostElements = 32 * 1024;
/** Where not even this much is free, the pool is exhausted. */
const leastElements = 16;

/**
 * An elementwise call, piece by piece, so that arrays may be longer than the pool is large and what a piece touches
 * stays in the cache. Returns `out`, or without one a new array of `length` elements.
 */
export function runInPieces(engine: Engine, operands: Operands, length: number, call: KernelCall): Vec {
  const { out: given } = operands;
  // A piece of the result must not overwrite what a later piece still reads; what begins where it begins does not.
  const apart = (vec: Vec): Vec =>
    given !== undefined &&
    length > leastElements &&
    vec.byteOffset !== given.byteOffset &&
    overlap(vec, given)
      ? arrayOf(vec).slice()
      : vec;
  const a = apart(operands.a);
  const b = operands.b === operands.a ? a : apart(operands.b);
  const aIsArray = isFloat32Array(a);
  const bIsArray = isFloat32Array(b);
  const slots = aIsArray && bIsArray && a !== b ? 2 : 1;
  const { scratch, elements } = allocateScratch(engine, length, slots);
  // A result of one piece is made when its elements are there: one made before would be filled with zeros first.
  const out = given ?? (length > elements ? new Float32Array(length) : undefined);
  const outIsBlock = out !== undefined && !isFloat32Array(out);
  const bScratch = scratch + (slots - 1) * elements * 4;
  try {
    for (let begin = 0; begin < length; begin += elements) {
      const count = Math.min(elements, length - begin);
      const aAt = aIsArray ? copyIn(engine, a, begin, count, scratch) : a.byteOffset + begin * 4;
      let bAt = aAt;
      if (a !== b) bAt = bIsArray ? copyIn(engine, b, begin, count, bScratch) : b.byteOffset + begin * 4;
      // In the temporary block an operand may be overwritten by its own result.
      const outAt = outIsBlock ? out.byteOffset + begin * 4 : scratch;
      call(aAt, bAt, 0, outAt, count, begin);
      if (out === undefined) return newCopy(engine, outAt, length);
      if (!outIsBlock) copyOut(engine, outAt, out, begin, count);
    }
    return out!;
  } finally {
    engine.free(scratch);
  }
}

/**
 * A call that needs its operands whole: all arrays side by side in one block. Throws `POOL_EXHAUSTED` when they do
 * not fit.
 */
export function runWhole(
  engine: Engine,
  { a, b, c, out }: Operands,
  mayOverwrite: boolean,
  readsOut: boolean,
  call: KernelCall,
): void {
  // Blocks overlap only by being the same one, and copies of arrays overlap nothing.
  const outIsOperand = out === a || out === b || out === c;
  const copiedOut =
    out !== undefined && (isFloat32Array(out) || (outIsOperand && !mayOverwrite)) ? arrayOf(out) : undefined;
  const arrays = [a, b === a ? undefined : b, c].filter((vec) => vec !== undefined && isFloat32Array(vec));
  const elements = [...arrays, copiedOut].reduce((sum, vec) => sum + multipleOfFour(vec?.length ?? 0), 0);
  const scratch = elements === 0 ? 0 : engine.allocate(elements * 4, owner.internal);
  let next = scratch;
  const take = (length: number): number => {
    const address = next;
    next += multipleOfFour(length) * 4;
    return address;
  };
  const place = (vec: Vec): number =>
    isFloat32Array(vec) ? copyIn(engine, vec, 0, vec.length, take(vec.length)) : vec.byteOffset;
  try {
    const aAt = place(a);
    const bAt = b === a ? aAt : place(b);
    const cAt = c === undefined ? 0 : place(c);
    if (copiedOut === undefined) {
      call(aAt, bAt, cAt, out?.byteOffset ?? 0, (out ?? a).length, 0);
    } else {
      const { length } = copiedOut;
      const outAt = take(length);
      if (readsOut) copyIn(engine, copiedOut, 0, length, outAt);
      call(aAt, bAt, cAt, outAt, length, 0);
      copyOut(engine, outAt, copiedOut, 0, length);
    }
  } finally {
    if (scratch !== 0) engine.free(scratch);
  }
}

/** A temporary block of `slots` pieces; smaller pieces than wanted where the pool has little left. */
function allocateScratch(
  engine: Engine,
  length: number,
  slots: number,
): { readonly scratch: number; readonly elements: number } {
  let elements = multipleOfFour(Math.min(length, mostElements));
  while (elements > leastElements) {
    const scratch = engine.abi.pool_allocate(elements * slots * 4, 16, owner.internal) >>> 0;
    if (scratch !== 0) return { scratch, elements };
    elements = Math.max(leastElements, multipleOfFour(elements / 2));
  }
  return { scratch: engine.allocate(elements * slots * 4, owner.internal), elements };
}

/** The elements themselves, of either kind. */
export const arrayOf = (vec: Vec): Float32Array => (isFloat32Array(vec) ? vec : vec.view);

/** Whether the two share memory: arrays may be views of one buffer, or of a block. */
export function overlap(first: Vec, second: Vec): boolean {
  const [a, b] = [arrayOf(first), arrayOf(second)];
  const distance = b.byteOffset - a.byteOffset;
  return a.buffer === b.buffer && distance < a.byteLength && -distance < b.byteLength;
}
