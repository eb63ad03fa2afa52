/** A histogram of latencies on a logarithmic scale, for people to look at. */

/** From half a microsecond up, two buckets for each doubling; in milliseconds. */
export const bucketEdges: readonly number[] = Array.from({ length: 31 }, (_, i) => 0.0005 * 2 ** (i / 2));

/** A time below so many steps of the clock is not trusted. */
const trustedSteps = 20;
/** Nor is more than this spent on one sample, in milliseconds. */
const longestSample = 4;

export class Latencies {
  /** How long a sample has to take, in milliseconds, for the clock to tell. */
  readonly shortest: number;
  readonly #counts = new Array<number>(bucketEdges.length - 1).fill(0);
  #samples: number[] = [];
  #calls = 0;

  constructor(clockStep: number) {
    this.shortest = Math.min(trustedSteps * clockStep, longestSample);
  }

  add(latency: number, calls: number): void {
    const bucket = bucketEdges.filter((edge) => latency >= edge).length - 1;
    this.#counts[Math.min(Math.max(bucket, 0), this.#counts.length - 1)]! += 1;
    this.#samples.push(latency);
    this.#calls += calls;
    // Enough for percentiles of what is going on now.
    if (this.#samples.length > 4000) this.#samples = this.#samples.slice(-2000);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#samples = [];
    this.#calls = 0;
  }

  summary() {
    const counts = [...this.#counts];
    const samples = counts.reduce((sum, count) => sum + count, 0);
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const callsPerSample = samples === 0 ? 0 : this.#calls / samples;
    return { counts, samples, callsPerSample, p50: at(0.5), p95: at(0.95) };
  }
}
