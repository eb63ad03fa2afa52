// @ts-check
/**
 * Writes small WebAssembly modules byte by byte: loops whose instructions are exactly these, where a compiler would
 * hoist, merge or unroll. Only what the loops need.
 */

/** @param {number} value an unsigned number as LEB128 @returns {number[]} */
export function leb(value) {
  const bytes = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

/** @param {number} value a signed 32-bit number as LEB128 @returns {number[]} */
function signedLeb(value) {
  const bytes = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      bytes.push(byte);
      return bytes;
    }
    bytes.push(byte | 0x80);
  }
}

/** @param {number} value @returns {number[]} */
const float32Bytes = (value) => [...new Uint8Array(Float32Array.of(value).buffer)];

export const types = /** @type {const} */ ({ i32: 0x7f, f32: 0x7d, v128: 0x7b });

/** @param {number} code behind the prefix of vector instructions @param {...number} rest @returns {number[]} */
const vector = (code, ...rest) => [0xfd, ...leb(code), ...rest];

/** Instructions, named as in the specification. */
export const code = {
  /** @param {number} index */ get: (index) => [0x20, ...leb(index)],
  /** @param {number} index */ set: (index) => [0x21, ...leb(index)],
  /** @param {number} index */ tee: (index) => [0x22, ...leb(index)],
  /** @param {number} value */ i32: (value) => [0x41, ...signedLeb(value)],
  /** @param {number} value */ f32: (value) => [0x43, ...float32Bytes(value)],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32And: [0x71],
  i32LessUnsigned: [0x49],
  splat: vector(0x13),
  /** @param {number} lane */ lane: (lane) => vector(0x1f, lane),
  add: vector(0xe4),
  mul: vector(0xe6),
  /** An aligned load. @param {number} offset in bytes */ load: (offset) => vector(0x00, 4, ...leb(offset)),
  memoryCopy: [0xfc, 0x0a, 0x00, 0x00],
  /** Repeats `body` for as long as it leaves something other than 0. @param {number[][]} body */
  loopWhile: (...body) => [0x03, 0x40, ...body.flat(), 0x0d, 0x00, 0x0b],
};

/**
 * @typedef {object} WasmFunction
 * @property {string} name under which it is exported
 * @property {number[]} parameters types
 * @property {number[]} results types
 * @property {number[]} locals types
 * @property {number[]} body instructions, without the closing `end`
 */

/**
 * @param {WasmFunction[]} functions
 * @param {number} pages of the exported `memory`, 64 KiB each
 */
export function wasmModule(functions, pages) {
  const signatures = functions.map(({ parameters, results }) => [
    0x60,
    ...list(parameters),
    ...list(results),
  ]);
  const exports = functions.map(({ name }, index) => [...text(name), 0x00, ...leb(index)]);
  const bodies = functions.map(({ locals, body }) => {
    const bytes = [...items(locals.map((type) => [1, type])), ...body, 0x0b];
    return [...leb(bytes.length), ...bytes];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, items(signatures)),
    ...section(3, items(functions.map((_, index) => leb(index)))),
    ...section(5, [1, 0x00, ...leb(pages)]),
    ...section(7, items([...exports, [...text('memory'), 0x02, 0x00]])),
    ...section(10, items(bodies)),
  ]);
}

/** @param {number} id @param {number[]} content */
const section = (id, content) => [id, ...leb(content.length), ...content];
/** @param {number[][]} parts */
const items = (parts) => [...leb(parts.length), ...parts.flat()];
/** @param {number[]} bytes */
const list = (bytes) => [...leb(bytes.length), ...bytes];
/** @param {string} name */
const text = (name) => list([...new TextEncoder().encode(name)]);
