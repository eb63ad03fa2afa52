// @ts-check
const value = new Float32Array(1);
const bits = new Uint32Array(value.buffer);

/** Half of the distance between 1 and the next float32. */
export const epsilon = 2 ** -24;

/**
 * The distance of float32 numbers at `x`: the unit of an error in ULP.
 * @param {number} x
 */
export function spacing(x) {
  value[0] = x;
  const exponent = ((bits[0] ?? 0) >>> 23) & 0xff;
  return 2 ** (Math.max(exponent, 1) - 150);
}
