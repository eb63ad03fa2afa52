/**
 * Blocks for the operands of the bridges' operations, kept from call to call: an application's arrays have few lengths,
 * so most calls allocate nothing in the pool. All bridges over one runtime share them, as no two calls run at the same
 * time: however many bridges there are, and whether they were cleaned up or forgotten, together they hold no more.
 */
import type { Float32Block } from '../core/memory-pool.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

/** 64 KiB: what is longer costs more to copy than to allocate. */
const longest = 16 * 1024;
/** Blocks of a runtime that are kept, and elements in them (512 KiB); what was not used for longest goes first. */
const most = 32;
const mostElements = 8 * longest;

/** By place and length; the last one was used last. They go with their runtime. */
const blocksOf = new WeakMap<NeuralRuntime, Map<string, Float32Block>>();

/** One bridge's use of them, which counts how often it found one. */
export class ScratchBlocks {
  #hits = 0;
  #asked = 0;

  /** Share of the operands that found their block, 0..1; 0 before the first. */
  get hitRatio(): number {
    return this.#asked === 0 ? 0 : this.#hits / this.#asked;
  }

  /**
   * A block that holds `values`; undefined for what is too long, or when the pool has no room. `place` tells the
   * operands of one call apart. It is overwritten by the next call, of whichever bridge.
   */
  take(runtime: NeuralRuntime, values: Float32Array, place: number): Float32Block | undefined {
    this.#asked++;
    if (values.length > longest) return undefined;
    let blocks = blocksOf.get(runtime);
    if (blocks === undefined) {
      blocks = new Map();
      blocksOf.set(runtime, blocks);
    }
    const key = `${place}:${values.length}`;
    let block = blocks.get(key);
    if (block === undefined || block.disposed) {
      block = allocate(runtime, blocks, values.length);
      if (block === undefined) return undefined;
    } else {
      this.#hits++;
      blocks.delete(key);
    }
    blocks.set(key, block);
    return block.set(values);
  }

  resetCounts(): void {
    this.#hits = 0;
    this.#asked = 0;
  }

  /** Gives every block of `runtime` back: other bridges over it find new ones. */
  clear(runtime: NeuralRuntime | undefined): void {
    this.resetCounts();
    const blocks = runtime && blocksOf.get(runtime);
    if (blocks === undefined) return;
    for (const block of blocks.values()) block.dispose();
    blocks.clear();
  }
}

function allocate(
  runtime: NeuralRuntime,
  blocks: Map<string, Float32Block>,
  length: number,
): Float32Block | undefined {
  let elements = length;
  for (const block of blocks.values()) elements += block.length;
  for (const [key, oldest] of blocks) {
    if (blocks.size < most && elements <= mostElements) break;
    elements -= oldest.length;
    oldest.dispose();
    blocks.delete(key);
  }
  // The rest of the pool is the application's: a cache takes none of the last of it.
  return runtime.memory.stats().largestFree < 16 * 4 * longest ? undefined : runtime.memory.float32(length);
}
