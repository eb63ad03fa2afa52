// @ts-check
/** The part of protobuf's wire format (https://protobuf.dev/programming-guides/encoding) that a model needs. */

/** @param {number} value a whole number ≥ 0 @returns {Uint8Array} */
function varint(value) {
  const bytes = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}

/** @param {Uint8Array[]} parts */
export function concatenate(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {number} field @param {number} value */
export const number = (field, value) => concatenate(varint(field * 8), varint(value));

/** @param {number} field @param {number} value of four bytes */
export const float = (field, value) =>
  concatenate(varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer));

/** A message, bytes, or packed numbers. @param {number} field @param {...Uint8Array} parts */
export function message(field, ...parts) {
  const body = concatenate(...parts);
  return concatenate(varint(field * 8 + 2), varint(body.length), body);
}

/** @param {number} field @param {string} value */
export const text = (field, value) => message(field, new TextEncoder().encode(value));
