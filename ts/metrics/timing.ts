/** How long one run of something takes: as many runs in a row as the clock needs to tell. */
import { systemClock } from './clock.js';

/** One way to compute something, ready to be run over and over on its own data. */
export interface Contender {
  /** Computes `iterations` times. The loop is inside, so that no call of a changing function is timed with it. */
  run(iterations: number): void;
}

/** The value at `fraction` of the sorted samples, linearly between neighbours; NaN when there are none. */
export function quantile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** The iterations that fill a sample of `minSampleMs`; the runs on the way warm the engine's compilers up. */
export function calibrate(contender: Contender, minSampleMs: number): number {
  let iterations = 1;
  for (;;) {
    let time = timeRun(contender, iterations);
    // Once more: the first time, a compiler or a pause of the machine may have taken most of it.
    if (time >= minSampleMs) time = Math.min(time, timeRun(contender, iterations));
    if (time >= minSampleMs) return iterations;
    // Towards the target, but at most tenfold: the first runs are slower than the later ones.
    const growth = time > 0 ? (1.2 * minSampleMs) / time : 10;
    iterations = Math.ceil(iterations * Math.min(10, Math.max(1.1, growth)));
  }
}

/** Milliseconds that `iterations` runs take together. */
export function timeRun(contender: Contender, iterations: number): number {
  const start = systemClock();
  contender.run(iterations);
  return systemClock() - start;
}

const quickRounds = 5;
const quickSampleMs = 0.2;

/** Milliseconds per iteration: the median of five samples of 0.2 ms each, a first impression in one or two ms. */
export function timeQuickly(contender: Contender): number {
  const count = calibrate(contender, quickSampleMs);
  return median(Array.from({ length: quickRounds }, () => timeRun(contender, count) / count));
}
