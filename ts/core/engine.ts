/**
 * The loaded module as the layers above see it: its exports, views of its memory, and the few
 * helpers that every call needs. Made by the loader, one for each runtime.
 */
import type { OperationRecorder } from '../metrics/operation-recorder.js';
import type { Abi, ModuleObjects, PoolStatsRecord } from './abi.js';
import type { PoolExhaustedError } from './errors.js';
import type { VariantName } from './variants.js';

/** Who a block of the pool belongs to: `pool_reset` frees all of one owner. */
export const owner = { internal: 0, caller: 1, network: 2 } as const;
export type Owner = (typeof owner)[keyof typeof owner];

export interface Engine {
  readonly variant: VariantName;
  readonly abi: Abi;
  readonly objects: ModuleObjects;
  /** Views of the whole linear memory. It never grows, so they are never detached. */
  readonly heapF32: Float32Array;
  readonly heapF64: Float64Array;
  readonly heapU32: Uint32Array;
  readonly heapU8: Uint8Array;
  /** Bytes of the whole linear memory. */
  readonly memoryLimit: number;
  /** Byte address of the result slot (see bindings/abi.h). */
  readonly resultAddress: number;
  /** Byte address of `stagingElements` floats (see staging_address in bindings/abi.h). */
  readonly stagingAddress: number;
  /**
   * Number of times that all blocks of the caller were freed at once, by `reset` or `dispose`: the handle of a
   * block remembers in which epoch it was made, and is dead in any other.
   */
  readonly epoch: number;
  beginEpoch(): void;
  /** Counts every public operation; a recorder that keeps nothing when profiling is off. */
  readonly recorder: OperationRecorder;
  /** The address of a new block. Throws `PoolExhaustedError`. */
  allocate(bytes: number, owner: Owner, alignment?: 16 | 64): number;
  free(address: number): void;
  /** The error for what the pool could not give; bytes, where they are known. */
  exhausted(requested?: number): PoolExhaustedError;
  /** The pool's statistics at this moment. */
  poolStats(): PoolStatsRecord;
  /** Throws the typed error that belongs to a status other than `ok`. */
  check(status: number, operation: string): void;
  /** Whether the engine stopped a kernel: the memory may be damaged. */
  trapped: boolean;
  /** False once the runtime was disposed of. */
  readonly alive: boolean;
  /** Throws `DISPOSED` then, naming `what` was used. */
  assertAlive(what: string): void;
  dispose(): void;
}
