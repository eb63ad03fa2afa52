/** The engine: a running module with views of its memory, and the typed errors that its statuses stand for. */
import type { OperationRecorder } from '../metrics/operation-recorder.js';
import {
  type Abi,
  type ModuleObjects,
  type PoolStatsRecord,
  poolStatNames,
  type StatusName,
  statusNames,
} from './abi.js';
import type { Engine, Owner } from './engine.js';
import { InvalidArgumentError, PoolExhaustedError, WasmPerformanceError } from './errors.js';
import type { VariantName } from './variants.js';

/** A module that runs: its plain exports, what embind registered, and its memory. */
export interface RunningModule {
  readonly abi: Abi;
  readonly objects: ModuleObjects;
  readonly buffer: ArrayBufferLike;
}

const largestU32 = 0xffff_ffff;

export class ModuleEngine implements Engine {
  readonly variant: VariantName;
  readonly abi: Abi;
  readonly objects: ModuleObjects;
  readonly heapF32: Float32Array;
  readonly heapF64: Float64Array;
  readonly heapU32: Uint32Array;
  readonly heapU8: Uint8Array;
  readonly memoryLimit: number;
  readonly resultAddress: number;
  readonly stagingAddress: number;
  readonly recorder: OperationRecorder;
  epoch = 0;
  trapped = false;
  alive = true;

  constructor(variant: VariantName, { abi, objects, buffer }: RunningModule, recorder: OperationRecorder) {
    this.variant = variant;
    this.abi = abi;
    this.objects = objects;
    this.heapF32 = new Float32Array(buffer);
    this.heapF64 = new Float64Array(buffer);
    this.heapU32 = new Uint32Array(buffer);
    this.heapU8 = new Uint8Array(buffer);
    this.memoryLimit = buffer.byteLength;
    this.resultAddress = abi.result_address() >>> 0;
    this.stagingAddress = abi.staging_address() >>> 0;
    this.recorder = recorder;
  }

  beginEpoch(): void {
    this.epoch++;
  }

  allocate(bytes: number, owner: Owner, alignment: 16 | 64 = 16): number {
    // What does not fit into a u32 does not fit into the pool either: let it refuse, and count that.
    const address = this.abi.pool_allocate(Math.min(bytes, largestU32), alignment, owner) >>> 0;
    if (address === 0) throw this.exhausted(bytes);
    return address;
  }

  free(address: number): void {
    if (this.alive) this.check(this.abi.pool_free(address), 'free');
  }

  check(status: number, operation: string): void {
    if (status !== 0) throw this.#statusError(statusNames[status], operation);
  }

  assertAlive(what: string): void {
    if (this.alive) return;
    throw new WasmPerformanceError('DISPOSED', `${what}: the runtime was disposed of; load another one`);
  }

  dispose(): void {
    if (!this.alive) return;
    this.alive = false;
    this.beginEpoch();
  }

  poolStats(): PoolStatsRecord {
    const first = (this.abi.pool_stats() >>> 0) >>> 3;
    const entries = poolStatNames.map((name, index) => [name, this.heapF64[first + index]]);
    return Object.fromEntries(entries) as PoolStatsRecord;
  }

  exhausted(requested?: number): PoolExhaustedError {
    const { available, largestFree, limit } = this.poolStats();
    // A kernel that found no scratch memory does not say how much it wanted: more than there was in one piece.
    return new PoolExhaustedError({ requested: requested ?? largestFree + 1, available, largestFree, limit });
  }

  #statusError(status: StatusName | undefined, operation: string): Error {
    switch (status) {
      case 'poolExhausted':
        return this.exhausted();
      case 'overlap':
        return new InvalidArgumentError(`${operation}: out overlaps an input; give an out of its own`);
      case 'labelOutOfRange':
        return new InvalidArgumentError(
          `${operation}: a label is not below the number of outputs; count classes from 0`,
        );
      case 'notFinite':
        return new InvalidArgumentError(
          `${operation}: the loss or its gradient is not finite, nothing was updated; lower the learning rate`,
        );
      default:
        return new InvalidArgumentError(
          `${operation}: the module refused its operands (${status ?? 'unknown status'}); is a block or a network ` +
            'used that was disposed of?',
        );
    }
  }
}
