/**
 * How many calls and elements fell into the last seconds: a ring of short buckets, in constant memory.
 */

const bucketMs = 50;
/** A power of two, so that a mask finds the slot: 12.8 seconds, more than the longest window. */
const slots = 256;
const fields = 3;

/**
 * Milliseconds that a window of `windowMs` really covers `elapsed` milliseconds after the start: whole buckets
 * and the one that has begun, so that it is shorter than the window by up to one bucket, never longer.
 */
export function coveredSpan(elapsed: number, windowMs: number): number {
  return Math.max(0, elapsed - firstBucket(elapsed, windowMs) * bucketMs);
}

export class SlidingWindow {
  // For each slot: the number of its bucket since the start, calls, elements.
  readonly #ring = new Float64Array(slots * fields).fill(-1);

  /** Counts one call that ended `elapsed` milliseconds after the start. Allocates nothing. */
  add(elapsed: number, elements: number): void {
    const ring = this.#ring;
    const bucket = bucketAt(elapsed);
    const slot = (bucket & (slots - 1)) * fields;
    if (ring[slot] !== bucket) {
      ring[slot] = bucket;
      ring[slot + 1] = 0;
      ring[slot + 2] = 0;
    }
    ring[slot + 1]! += 1;
    ring[slot + 2]! += elements;
  }

  /**
   * Calls and elements over the last `windowMs` (at most 12 seconds) before `elapsed`, as far as `coveredSpan` reaches.
   */
  sum(elapsed: number, windowMs: number): readonly [calls: number, elements: number] {
    const ring = this.#ring;
    const last = bucketAt(elapsed);
    let calls = 0;
    let elements = 0;
    for (let bucket = firstBucket(elapsed, windowMs); bucket <= last; bucket++) {
      const slot = (bucket & (slots - 1)) * fields;
      if (ring[slot] !== bucket) continue;
      calls += ring[slot + 1]!;
      elements += ring[slot + 2]!;
    }
    return [calls, elements];
  }

  reset(): void {
    this.#ring.fill(-1);
  }
}

/** A 32-bit number is enough for three years of buckets; a clock that was set back gives bucket 0. */
function bucketAt(elapsed: number): number {
  return elapsed > 0 ? (elapsed / bucketMs) | 0 : 0;
}

function firstBucket(elapsed: number, windowMs: number): number {
  return Math.max(0, bucketAt(elapsed) - Math.round(windowMs / bucketMs) + 1);
}
