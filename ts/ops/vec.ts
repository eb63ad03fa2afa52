/** What operations take: arrays, which are copied in and out, and blocks, which are used where they lie. */
import type { Engine } from '../core/engine.js';
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import type { Float32Block, Float32PoolBlock, Pool } from '../core/memory-pool.js';

/** Numbers that an operation takes: an array, which is copied, or a block, which is used where it lies. */
export type Vec = Float32Array | Float32Block;

/**
 * The live block behind `value`, or undefined for a Float32Array. Throws `DISPOSED` for a block that is no longer
 * alive and `INVALID_ARGUMENT` for anything else, a block of another runtime included. `operation` and `operand` are
 * named in the message.
 */
export function blockOf(
  engine: Engine,
  value: Vec,
  operation: string,
  operand: string,
): Float32PoolBlock | undefined {
  const block = value as Float32PoolBlock;
  if (block != null && block.engine === engine) {
    if (block.epoch !== engine.epoch) block.assertLive(operation);
    return block;
  }
  if (isFloat32Array(value)) return undefined;
  throw notVec(value, operation, operand);
}

/** Whether `value` is a block of this engine that is alive, and may be used as it is. */
export function isLive(engine: Engine, value: Vec | undefined): value is Float32PoolBlock {
  const block = value as Float32PoolBlock | undefined;
  return block?.engine === engine && block.epoch === engine.epoch;
}

/** Of a block that is live. */
export const addressOf = (block: Vec): number => (block as Float32PoolBlock).address;

/** By the tag: an array may come from another realm, where `instanceof` is false. */
export function isFloat32Array(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && (value as Float32Array)[Symbol.toStringTag] === 'Float32Array';
}

/** 0 for what is no vector: it is refused when it is used. */
export function lengthOf(value: Vec | undefined): number {
  return isFloat32Array(value) || (value as Float32PoolBlock | undefined)?.engine ? value!.length : 0;
}

/** A result of the kind of the first operand: a block when that is one. */
export function newResult(pool: Pool, first: Float32PoolBlock | undefined, length: number): Vec {
  return first === undefined ? new Float32Array(length) : pool.uninitialized(length);
}

/** Throws `SHAPE_MISMATCH` unless an operand, or `out`, is as long as it must be. */
export function assertLength(operation: string, operand: string, given: number, wanted: number): void {
  if (given === wanted) return;
  throw new ShapeMismatchError(
    `${operation}: ${operand} has ${given} elements, ${wanted} are wanted; give one of that length`,
  );
}

function notVec(value: unknown, operation: string, operand: string): InvalidArgumentError {
  const wanted = 'a Float32Array or a float32 block of this runtime';
  if (typeof (value as Partial<Float32PoolBlock> | null)?.engine === 'object') {
    return new InvalidArgumentError(
      `${operation}: ${operand} is a block of another runtime; give ${wanted}, such as other.toArray()`,
    );
  }
  const kind = typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
  return new InvalidArgumentError(
    `${operation}: ${operand} is of type ${kind}; give ${wanted}, such as Float32Array.from(values)`,
  );
}
