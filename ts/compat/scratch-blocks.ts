/**
 * Blocks for the operands of a bridge's operations, kept from call to call: an application's arrays have few lengths,
 * so most calls allocate nothing in the pool.
 */
import type { Float32Block } from '../core/memory-pool.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

/** 64 KiB: what is longer costs more to copy than to allocate. */
const longest = 16 * 1024;
/** Blocks that are kept; the one that was not used for longest goes first. */
const most = 8;

export class ScratchBlocks {
  /** By place and length; the last one was used last. */
  readonly #blocks = new Map<string, Float32Block>();
  #runtime: NeuralRuntime | undefined;
  #hits = 0;
  #asked = 0;

  /** Share of the operands that found their block, 0..1; 0 before the first. */
  get hitRatio(): number {
    return this.#asked === 0 ? 0 : this.#hits / this.#asked;
  }

  /**
   * A block that holds `values`; undefined for what is too long, or when the pool has no room. `place` tells the
   * operands of one call apart. It is overwritten by the next call.
   */
  take(runtime: NeuralRuntime, values: Float32Array, place: number): Float32Block | undefined {
    this.#asked++;
    if (values.length > longest) return undefined;
    if (this.#runtime !== runtime) {
      // Those of a runtime that trapped went with it.
      this.#blocks.clear();
      this.#runtime = runtime;
    }
    const key = `${place}:${values.length}`;
    let block = this.#blocks.get(key);
    if (block === undefined || block.disposed) {
      block = this.#allocate(runtime, values.length);
      if (block === undefined) return undefined;
    } else {
      this.#hits++;
      this.#blocks.delete(key);
    }
    this.#blocks.set(key, block);
    return block.set(values);
  }

  resetCounts(): void {
    this.#hits = 0;
    this.#asked = 0;
  }

  /** Gives every block back. */
  clear(): void {
    for (const block of this.#blocks.values()) block.dispose();
    this.#blocks.clear();
    this.#runtime = undefined;
    this.resetCounts();
  }

  #allocate(runtime: NeuralRuntime, length: number): Float32Block | undefined {
    const [oldest] = this.#blocks;
    if (this.#blocks.size >= most && oldest !== undefined) {
      oldest[1].dispose();
      this.#blocks.delete(oldest[0]);
    }
    // The rest of the pool is the application's: a cache takes none of the last of it.
    return runtime.memory.stats().largestFree < 16 * 4 * longest ? undefined : runtime.memory.float32(length);
  }
}
