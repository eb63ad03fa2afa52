/**
 * Latencies in constant memory: a log-linear histogram, 64 buckets for each power of two.
 *
 * A bucket is 1/64 of its octave wide and is reported by its middle, so that a percentile lies within
 * 1/128 (0.8 %) of the value at that rank. Recording allocates nothing and calls no logarithm: the upper
 * bits of the value as a 32-bit float, exponent and first mantissa bits, are the number of the bucket.
 */

const mantissaBits = 23;
const subBucketBits = 6;
const droppedBits = mantissaBits - subBucketBits;
const exponentBias = 127;

/** 2⁻²⁰ ms is a nanosecond, 2²⁴ ms are four hours and a half. */
const lowestExponent = -20;
const highestExponent = 24;

/** Number of the bucket before the first real one: that one takes what is shorter than 2⁻²⁰ ms. */
const base = ((lowestExponent + exponentBias) << subBucketBits) - 1;
const bucketCount = ((highestExponent - lowestExponent) << subBucketBits) + 1;

// One shared scratch float, not state: each call writes it before it reads it.
const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** Percentiles of what was recorded, in milliseconds; all 0 when nothing was. */
export interface LatencySummary {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export class LatencyHistogram {
  // Doubles, since a 32-bit counter overflows after an hour of calls of a microsecond.
  readonly #counts = new Float64Array(bucketCount);
  // [shortest, longest]; in an array, because a number in a field is allocated anew by some engines.
  readonly #extremes = new Float64Array([Number.POSITIVE_INFINITY, 0]);

  /** Adds one latency in milliseconds. A negative one (a clock that was set back) and NaN count as 0. */
  record(milliseconds: number): void {
    let value = milliseconds;
    if (!(value > 0)) value = 0; // NaN too
    scratchFloat[0] = value;
    let bucket = (scratchBits[0]! >>> droppedBits) - base;
    if (bucket < 0) bucket = 0;
    else if (bucket >= bucketCount) bucket = bucketCount - 1;
    this.#counts[bucket]! += 1;
    const extremes = this.#extremes;
    if (value < extremes[0]!) extremes[0] = value;
    if (value > extremes[1]!) extremes[1] = value;
  }

  /** How many latencies were recorded. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The longest latency, exactly. */
  get max(): number {
    return this.#extremes[1]!;
  }

  /**
   * The latency at rank ⌈fraction · count⌉, within 1 %; 0 when nothing was recorded.
   * Beyond 2²⁴ ms it is the longest one: an upper bound.
   */
  percentile(fraction: number): number {
    return this.#atRanks([fraction])[0]!;
  }

  summary(): LatencySummary {
    const [p50, p95, p99] = this.#atRanks([0.5, 0.95, 0.99]);
    return { p50: p50!, p95: p95!, p99: p99!, max: this.max };
  }

  /** Adds everything that `other` recorded. */
  merge(other: LatencyHistogram): void {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      this.#counts[bucket]! += other.#counts[bucket]!;
    }
    this.#extremes[0] = Math.min(this.#extremes[0]!, other.#extremes[0]!);
    this.#extremes[1] = Math.max(this.#extremes[1]!, other.#extremes[1]!);
  }

  reset(): void {
    this.#counts.fill(0);
    this.#extremes[0] = Number.POSITIVE_INFINITY;
    this.#extremes[1] = 0;
  }

  /** Values at ascending fractions, in one walk over the buckets. */
  #atRanks(fractions: readonly number[]): number[] {
    const count = this.count;
    if (count === 0) return fractions.map(() => 0);
    let bucket = 0;
    let seen = this.#counts[0]!;
    return fractions.map((fraction) => {
      const rank = Math.min(Math.max(1, Math.ceil(fraction * count)), count);
      while (seen < rank) {
        bucket++;
        seen += this.#counts[bucket]!;
      }
      // The extremes are known exactly: a single value, the first and the last come out unrounded.
      return Math.min(Math.max(middleOf(bucket), this.#extremes[0]!), this.#extremes[1]!);
    });
  }
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  if (bucket === bucketCount - 1) return Number.POSITIVE_INFINITY;
  scratchBits[0] = ((bucket + base) << droppedBits) | (1 << (droppedBits - 1));
  return scratchFloat[0]!;
}
