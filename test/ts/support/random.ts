/** Reproducible numbers for tests. Every test file that uses them says with which seed it ran. */
import fc from 'fast-check';

export const seed = Number(process.env.TEST_SEED ?? 20_261_123);
console.log(`seed ${seed} (TEST_SEED chooses another)`);
fc.configureGlobal({ seed });

/** Sizes around the ends of vectors, tiles and blocks. */
export const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257] as const;

/** A generator of u32: a counter, mixed (the finaliser of MurmurHash3). */
export function randomBits(stream: number): () => number {
  let counter = Math.imul(seed ^ Math.imul(stream, 0x9e37_79b1), 0x85eb_ca6b);
  return () => {
    counter = (counter + 0x9e37_79b9) | 0;
    let x = counter;
    x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
    return (x ^ (x >>> 16)) >>> 0;
  };
}

/** `length` f32 in [low, high). */
export function uniform(stream: number, length: number, low = -4, high = 4): Float32Array {
  const bits = randomBits(stream);
  return Float32Array.from({ length }, () => low + ((high - low) * bits()) / 2 ** 32);
}

const largest = 3.4028234663852886e38;
const smallestNormal = 2 ** -126;
const smallest = 2 ** -149;

/** What kernels trip over, of both signs. */
export const hostileValues: readonly number[] = [
  0,
  smallest,
  3 * smallest,
  smallestNormal - smallest,
  smallestNormal,
  2 ** -24,
  0.5,
  1 - 2 ** -24,
  1,
  1 + 2 ** -23,
  Math.PI,
  9.01,
  17.33,
  88.72283,
  88.72284,
  103.97,
  8192,
  2 ** 24 + 2,
  2 ** 31,
  largest,
  Number.POSITIVE_INFINITY,
]
  .flatMap((value) => [value, -value])
  .concat(Number.NaN);

/** `length` f32 of any bit pattern, hostile values scattered among them. */
export function hostile(stream: number, length: number): Float32Array {
  const bits = randomBits(stream);
  const values = new Float32Array(length);
  const patterns = new Uint32Array(values.buffer);
  for (let i = 0; i < length; i++) {
    if (bits() % 2 === 0) values[i] = hostileValues[bits() % hostileValues.length]!;
    else patterns[i] = bits();
  }
  return values;
}
