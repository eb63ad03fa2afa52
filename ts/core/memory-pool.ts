/**
 * The memory pool: blocks inside the module's linear memory, under a hard limit.
 *
 * A block is freed by `dispose` (or `using`), by `reset`, or with its runtime. The garbage collector is only a
 * safety net: a block that was forgotten is given back some time after it became unreachable, and counted in
 * `stats().leaked`.
 */
import type { MemoryStats } from '../metrics/runtime-metrics.js';
import { assertSize, show } from './arguments.js';
import { disposeSymbol } from './disposable.js';
import { type Engine, owner } from './engine.js';
import { InvalidArgumentError, ShapeMismatchError, WasmPerformanceError } from './errors.js';

/** Statistics of a pool, in bytes and counts. */
export interface PoolStats extends MemoryStats {
  /** Blocks that were never disposed of and that the garbage collector gave back: each one is a bug. */
  readonly leaked: number;
}

/** A piece of linear memory. After `dispose` every use but `dispose` throws `DISPOSED`. */
export interface Block extends Disposable {
  readonly byteLength: number;
  /** Address in linear memory. */
  readonly byteOffset: number;
  /** The bytes themselves, not a copy. Only good while the block lives. */
  readonly view: Uint8Array;
  readonly disposed: boolean;
  /** Gives the memory back. Calling it again does nothing. */
  dispose(): void;
}

/** Numbers that lie in linear memory: operations read and write them in place, without a copy. */
export interface Float32Block extends Disposable {
  /** In elements. */
  readonly length: number;
  /** The elements themselves, not a copy. Only good while the block lives. */
  readonly view: Float32Array;
  /** Address in linear memory, in bytes. */
  readonly byteOffset: number;
  readonly disposed: boolean;
  /** Copies `values` in, from element `at` (default 0). Throws `SHAPE_MISMATCH` where they do not fit. */
  set(values: ArrayLike<number>, at?: number): this;
  /** A copy of the elements. */
  toArray(): Float32Array;
  /** Gives the memory back. Calling it again does nothing. */
  dispose(): void;
}

/** All memory that the caller takes from the module. Every method throws `DISPOSED` once the runtime is. */
export interface MemoryPool {
  /** `bytes` bytes, all 0, at a multiple of `alignment` (default 16). Throws `POOL_EXHAUSTED`. */
  allocate(bytes: number, alignment?: 16 | 64): Block;
  /** `length` elements, all 0. Throws `POOL_EXHAUSTED`. */
  float32(length: number): Float32Block;
  /** A copy of `values`. Throws `POOL_EXHAUSTED`. */
  float32(values: ArrayLike<number>): Float32Block;
  stats(): PoolStats;
  /** Merges what can be merged; returns the bytes by which the largest free block grew. */
  optimize(): number;
  /** Frees every block of the caller; their handles become disposed. Networks keep theirs. */
  reset(): void;
}

/** What all handles share: where the block is, and whether it still is. */
abstract class PoolBlock {
  protected readonly pool: Pool;
  /** The block is alive while this is the engine's epoch. */
  epoch: number;
  readonly address: number;

  constructor(pool: Pool, address: number) {
    this.pool = pool;
    this.epoch = pool.engine.epoch;
    this.address = address;
  }

  get disposed(): boolean {
    return this.epoch !== this.pool.engine.epoch;
  }

  get byteOffset(): number {
    this.assertLive();
    return this.address;
  }

  dispose(): void {
    if (this.disposed) return;
    this.epoch = -1;
    this.pool.release(this);
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  /** Throws `DISPOSED` unless the block is alive. `operation` is what it was handed to. */
  assertLive(operation = 'block'): void {
    if (!this.disposed) return;
    this.pool.engine.assertAlive(operation);
    throw new WasmPerformanceError(
      'DISPOSED',
      `${operation}: this block was disposed of (by dispose, reset or the end of a scope); allocate a new one`,
    );
  }
}

class ByteBlock extends PoolBlock implements Block {
  readonly byteLength: number;
  #view: Uint8Array | undefined;

  constructor(pool: Pool, address: number, byteLength: number) {
    super(pool, address);
    this.byteLength = byteLength;
  }

  get view(): Uint8Array {
    this.assertLive();
    this.#view ??= this.pool.keep(
      this,
      new Uint8Array(this.pool.engine.heapU8.buffer, this.address, this.byteLength),
    );
    return this.#view;
  }
}

/** The block behind a `Float32Block`; operations read its fields directly. */
export class Float32PoolBlock extends PoolBlock implements Float32Block {
  readonly length: number;
  /** Operations recognise their own blocks by it. */
  readonly engine: Engine;
  #view: Float32Array | undefined;

  constructor(pool: Pool, address: number, length: number) {
    super(pool, address);
    this.length = length;
    this.engine = pool.engine;
  }

  get view(): Float32Array {
    this.assertLive();
    this.#view ??= this.pool.keep(
      this,
      new Float32Array(this.engine.heapF32.buffer, this.address, this.length),
    );
    return this.#view;
  }

  set(values: ArrayLike<number>, at = 0): this {
    this.assertLive('set');
    assertArrayLike('set', values);
    if (!Number.isInteger(at) || at < 0 || at + values.length > this.length) {
      throw new ShapeMismatchError(
        `set: ${values.length} values at ${at} do not fit into a block of ${this.length} elements; ` +
          'give fewer, or a longer block',
      );
    }
    // An array whose buffer was transferred has no elements, and a raw error for who copies them.
    if (values.length > 0) this.engine.heapF32.set(values, (this.address >>> 2) + at);
    return this;
  }

  toArray(): Float32Array {
    this.assertLive('toArray');
    const begin = this.address >>> 2;
    return this.engine.heapF32.slice(begin, begin + this.length);
  }
}

/** What does not fit is for the pool to refuse. */
const anySize = Number.POSITIVE_INFINITY;

/** What the garbage collector hands back of a forgotten block. */
interface Remains {
  readonly address: number;
  readonly epoch: number;
}

export class Pool implements MemoryPool {
  readonly engine: Engine;
  #leaked = 0;
  readonly #forgotten: FinalizationRegistry<Remains>;
  // A view keeps its block alive: who holds only the view must not see the memory given to another.
  readonly #blockOfView = new WeakMap<ArrayBufferView, PoolBlock>();
  /** The blocks made inside each open scope, innermost last. */
  readonly #scopes: PoolBlock[][] = [];

  constructor(engine: Engine) {
    this.engine = engine;
    this.#forgotten = new FinalizationRegistry(({ address, epoch }) => {
      if (epoch !== engine.epoch) return;
      this.#leaked++;
      engine.free(address);
    });
  }

  allocate(bytes: number, alignment: 16 | 64 = 16): Block {
    assertSize('allocate', 'bytes', bytes, anySize);
    if (alignment !== 16 && alignment !== 64) {
      throw new InvalidArgumentError(`allocate: alignment is ${show(alignment)}; give 16 or 64`);
    }
    const address = this.#take(bytes, alignment);
    this.engine.heapU8.fill(0, address, address + bytes);
    return this.#adopt(new ByteBlock(this, address, bytes));
  }

  float32(lengthOrValues: number | ArrayLike<number>): Float32Block {
    if (typeof lengthOrValues === 'number') {
      const block = this.uninitialized(lengthOrValues);
      const begin = block.address >>> 2;
      this.engine.heapF32.fill(0, begin, begin + block.length);
      return block;
    }
    assertArrayLike('float32', lengthOrValues);
    return this.uninitialized(lengthOrValues.length).set(lengthOrValues);
  }

  /** A block for a result: its elements are whatever was there before. */
  uninitialized(length: number): Float32PoolBlock {
    assertSize('float32', 'length', length, anySize);
    return this.#adopt(new Float32PoolBlock(this, this.#take(length * 4, 16), length));
  }

  stats(): PoolStats {
    this.engine.assertAlive('memory.stats');
    const stats = this.engine.poolStats();
    const { available, largestFree } = stats;
    const fragmentation = available === 0 ? 0 : 1 - largestFree / available;
    return { ...stats, fragmentation, leaked: this.#leaked };
  }

  optimize(): number {
    this.engine.assertAlive('memory.optimize');
    return this.engine.abi.pool_optimize() >>> 0;
  }

  reset(): void {
    this.engine.assertAlive('memory.reset');
    this.engine.abi.pool_reset(owner.caller);
    this.engine.beginEpoch();
  }

  /** `work()`; then every block made inside is freed, but for those that can be reached from its result. */
  scope<T>(work: () => T): T {
    this.engine.assertAlive('scope');
    if (typeof work !== 'function') {
      throw new InvalidArgumentError(`scope: work is ${show(work)}; give a function`);
    }
    const made: PoolBlock[] = [];
    this.#scopes.push(made);
    let kept: ReadonlySet<unknown> = new Set();
    try {
      const result = work();
      refusePromise(result);
      kept = reachableBlocks(result);
      return result;
    } finally {
      this.#scopes.pop();
      const outer = this.#scopes.at(-1);
      for (const block of made) {
        if (!kept.has(block)) block.dispose();
        else outer?.push(block);
      }
    }
  }

  /** Called by a block that was disposed of. */
  release(block: PoolBlock): void {
    this.#forgotten.unregister(block);
    this.engine.free(block.address);
  }

  /** Ties the life of `block` to that of a view of it. */
  keep<View extends ArrayBufferView>(block: PoolBlock, view: View): View {
    this.#blockOfView.set(view, block);
    return view;
  }

  #take(bytes: number, alignment: 16 | 64): number {
    this.engine.assertAlive('memory');
    // An empty block has an address of its own too, so that it can be told apart and counted.
    return this.engine.allocate(Math.max(bytes, 1), owner.caller, alignment);
  }

  #adopt<B extends PoolBlock>(block: B): B {
    this.#forgotten.register(block, { address: block.address, epoch: block.epoch }, block);
    this.#scopes.at(-1)?.push(block);
    return block;
  }
}

function assertArrayLike(operation: string, values: ArrayLike<number>): void {
  if (
    typeof values === 'object' &&
    values !== null &&
    Number.isInteger(values.length) &&
    values.length >= 0
  ) {
    return;
  }
  throw new InvalidArgumentError(`${operation}: values are ${show(values)}; give an array of numbers`);
}

/** After its first `await` a function is outside the scope: what it made would be freed under its hands. */
function refusePromise(result: unknown): void {
  const { then } = (result ?? {}) as { readonly then?: unknown };
  if (typeof then !== 'function') return;
  // The promise is abandoned here; what becomes of it must not end the process as an unhandled rejection.
  Promise.resolve(result).catch(() => {});
  throw new InvalidArgumentError(
    'scope: work returned a promise; call scope between the awaits, or dispose of the blocks one by one',
  );
}

/** The blocks in `value`: itself, or in arrays and objects, however deep. */
function reachableBlocks(value: unknown, seen = new Set<unknown>()): ReadonlySet<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value))
    return seen;
  seen.add(value);
  if (!(value instanceof PoolBlock)) {
    for (const inner of Object.values(value)) reachableBlocks(inner, seen);
  }
  return seen;
}
