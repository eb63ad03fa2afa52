// @ts-check
/** The data of every cell: from a seed, the same in every process and engine. */

/**
 * Marsaglia's xorshift (2003) with the triple (13, 17, 5), started by a multiplication that keeps small seeds apart.
 * @param {number} seed
 * @returns {() => number} evenly in [0, 1), in steps that a float32 holds
 */
export function uniformNumbers(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  };
}

/**
 * @param {number} length
 * @param {number} seed
 * @param {number} low
 * @param {number} high
 */
export function uniformArray(length, seed, low, high) {
  const next = uniformNumbers(seed);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = low + (high - low) * next();
  return values;
}
