/** Finds NaN and infinities in a batch before they can reach the weights. */
import type { Engine } from '../core/engine.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { Batch } from './batches.js';
import type { Widths } from './dataset.js';

/** The parts of a batch that are numbers; labels are checked by their range. */
export type BatchPart = 'inputs' | 'targets';

/** The part of the batch that holds a NaN or an infinity, if any. */
export function badPart(engine: Engine, batch: Batch, widths: Widths): BatchPart | undefined {
  if (!allFinite(engine, batch.inputs, batch.rows * widths.inputs)) return 'inputs';
  const hasTargets = batch.targets !== 0;
  return hasTargets && !allFinite(engine, batch.targets, batch.rows * widths.outputs) ? 'targets' : undefined;
}

/** The first row of the batch with such a value in `part`, where there is one. */
export function badBatchRow(engine: Engine, part: BatchPart, batch: Batch, widths: Widths): number {
  const columns = part === 'inputs' ? widths.inputs : widths.outputs;
  const begin = batch[part] >>> 2;
  return firstBadRow(engine.heapF32.subarray(begin, begin + batch.rows * columns), batch.rows, columns);
}

/** The first row from `from` up to `end` that holds a NaN or an infinity, or -1. */
export function firstBadRow(values: ArrayLike<number>, end: number, columns: number, from = 0): number {
  for (let row = from; row < end; row++) {
    const rowEnd = (row + 1) * columns;
    for (let index = row * columns; index < rowEnd; index++) {
      // x - x is 0 for every finite x and NaN for all others.
      if (values[index]! - values[index]! !== 0) return row;
    }
  }
  return -1;
}

/** The error that names such a row. */
export function badRowError(operation: string, part: BatchPart, row: number | string): InvalidArgumentError {
  return new InvalidArgumentError(
    `${operation}: row ${row} of the ${part} holds NaN or an infinity; correct or remove it (no update was made)`,
  );
}

/**
 * Costs one pass of the fastest kernel: a sum is finite only if all its terms are. Finite terms may
 * overflow it all the same; then each value is looked at.
 */
function allFinite(engine: Engine, address: number, count: number): boolean {
  engine.check(engine.abi.sum_f32(address, count), 'step');
  if (Number.isFinite(engine.heapF64[engine.resultAddress >>> 3]!)) return true;
  const begin = address >>> 2;
  return firstBadRow(engine.heapF32.subarray(begin, begin + count), count, 1) < 0;
}
