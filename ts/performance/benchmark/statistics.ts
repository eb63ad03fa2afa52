/**
 * Order statistics and bootstrap intervals of timing samples.
 */

import { median, medianOrZero, quantile } from '../../metrics/timing.js';

export { median, medianOrZero, quantile };

/** A generator of 32-bit integers: the same seed gives the same stream on every engine. */
export type RandomU32 = () => number;

/** Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (2014), its 32-bit mixing form. */
export function seededRandom(seed: number): RandomU32 {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** The next value of `random`, evenly in [low, high). */
export function uniform(random: RandomU32, low: number, high: number): number {
  return low + (high - low) * (random() / 2 ** 32);
}

/** A ratio of two medians, with the interval that holds it in 95 % of resampled runs. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Fewer samples of a contender have no 95 % interval: even from the smallest to the largest of n values the true median
 * lies in there with a probability of 1 − 2¹⁻ⁿ, which is 94 % for 5; what is resampled of them claims more than that.
 */
export const leastSamples = 7;

const resamples = 2000;

/**
 * median(numerator) / median(denominator) and its 95 % bootstrap interval (percentile method, Efron 1979).
 *
 * `'rounds'`: both lists come from the same rounds, in order, and a round is drawn as a whole, so that what slowed
 * the machine down for one contender and its neighbour cancels. `'independent'`: lists of two runs.
 */
export function ratioInterval(
  numerator: readonly number[],
  denominator: readonly number[],
  random: RandomU32,
  pairing: 'rounds' | 'independent' = 'rounds',
): RatioInterval {
  const ratio = median(numerator) / median(denominator);
  const ratios: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const above = draws(numerator.length, random);
    const below = pairing === 'rounds' ? above : draws(denominator.length, random);
    ratios.push(median(above.map((j) => numerator[j]!)) / median(below.map((j) => denominator[j]!)));
  }
  return { ratio, low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

function draws(count: number, random: RandomU32): number[] {
  return Array.from({ length: count }, () => random() % count);
}

/** The mean of ratios that are worth the same, whichever way round they are written; NaN when there are none. */
export function geometricMean(ratios: readonly number[]): number {
  // A few dozen ratios: their product stays far from overflow.
  const product = ratios.reduce((all, ratio) => all * ratio, 1);
  return ratios.length === 0 ? Number.NaN : product ** (1 / ratios.length);
}
