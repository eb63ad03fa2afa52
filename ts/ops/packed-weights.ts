/** Right operands of products, packed once and used often. */
import { packedColumns } from '../core/abi.js';
import { disposeSymbol } from '../core/disposable.js';
import type { Float32PoolBlock } from '../core/memory-pool.js';

/**
 * The right operand of a product, k × n, in the order in which the kernel reads it. A copy: what it was made from may
 * change or go. Lives in the pool until `dispose`, `reset` or the end of the scope it was made in.
 */
export interface PackedWeights extends Disposable {
  readonly n: number;
  readonly k: number;
  readonly disposed: boolean;
  /** Gives the memory back. Calling it again does nothing. */
  dispose(): void;
}

export class PackedMatrix implements PackedWeights {
  constructor(
    readonly block: Float32PoolBlock,
    readonly n: number,
    readonly k: number,
  ) {}

  get disposed(): boolean {
    return this.block.disposed;
  }

  dispose(): void {
    this.block.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}

/** Elements of a packed k × n matrix. */
export function packedLength(n: number, k: number): number {
  return Math.ceil(n / packedColumns) * packedColumns * k;
}
