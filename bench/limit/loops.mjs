// @ts-check
/**
 * What the engine can do at most, measured instead of computed: multiply and add in registers, copying and reading
 * of linear memory. No kernel can be faster; how near it comes is its share of the limit.
 */
import { code, types, wasmModule } from './wasm-writer.mjs';

/**
 * One turn adds the products of `left` and `right` factors to as many sums. The sums wait for nothing but themselves,
 * for an addition (3 or 4 cycles, of which two start in each), so six keep every machine busy; with the factors and
 * one product they fit into the 15 registers that V8 leaves. Eight sums of 4 × 2 made it spill and lose two thirds;
 * chains x ← x · a + b would need 16 sums and reached 82 % of this.
 */
const left = 3;
const right = 2;
const sums = left * right;

/** Additions and multiplications in one turn of the loop. */
export const flopsPerTurn = sums * 4 * 2;

/** Bytes that are read in one turn of the loop. */
const bytesPerTurn = 8 * 16;

/** What stays in any first-level cache. */
const nearBytes = 4096;

const pages = 512;

/** The memory that copies and reads may use. */
export const memoryBytes = pages * 65536;

const f32x4 = (/** @type {number} */ value) => [...code.f32(value), ...code.splat];

/** @param {number} index of a local @param {number} value */
const constant = (index, value) => [...f32x4(value), ...code.set(index)];

/**
 * The right factors come from memory, from another place in each turn: loads have units of their own and take nothing
 * from the arithmetic, and no engine can take the multiplications out of the loop. Of two factors that merely changed
 * places V8 made six constant products, and the loop did nothing but additions: on a processor that starts two of
 * those and three operations of any kind in a cycle it showed 65 GFLOP/s, where the same instructions in assembly
 * reach 48.
 */
const multiplyAdd = (() => {
  const turns = 0;
  const sum = 1;
  const a = sum + sums;
  const b = a + left;
  const address = b + right;
  const step = (/** @type {number} */ i) => [
    ...[...code.get(sum + i), ...code.get(a + (i % left)), ...code.get(b + Math.floor(i / left))],
    ...[...code.mul, ...code.add, ...code.set(sum + i)],
  ];
  return {
    name: 'multiplyAdd',
    parameters: [types.i32],
    results: [types.f32],
    locals: [...Array.from({ length: sums + left + right }, () => types.v128), types.i32],
    body: [
      ...[0.5, 0.625, -0.75].flatMap((value, i) => constant(a + i, value)),
      ...code.loopWhile(
        [...code.get(turns), ...code.i32(16), ...code.i32Mul, ...code.i32(nearBytes - 16)],
        [...code.i32And, ...code.set(address)],
        ...Array.from({ length: right }, (_, i) => [
          ...[...code.get(address), ...code.load(16 * i), ...code.set(b + i)],
        ]),
        ...Array.from({ length: sums }, (_, i) => step(i)),
        [...code.get(turns), ...code.i32(1), ...code.i32Sub, ...code.tee(turns)],
      ),
      ...code.get(sum),
      ...Array.from({ length: sums - 1 }, (_, i) => [...code.get(sum + 1 + i), ...code.add]).flat(),
      ...code.lane(0),
    ],
  };
})();

const copy = {
  name: 'copy',
  parameters: [types.i32, types.i32, types.i32],
  results: [],
  locals: [],
  body: [...code.get(0), ...code.get(1), ...code.get(2), ...code.memoryCopy],
};

/** Sums up the four-lane vectors from address 0 to `end`, a multiple of `bytesPerTurn`, into eight sums. */
const read = {
  name: 'read',
  parameters: [types.i32],
  results: [types.f32],
  locals: [types.i32, ...Array.from({ length: 8 }, () => types.v128)],
  body: [
    ...code.loopWhile(
      Array.from({ length: 8 }, (_, i) => [
        ...[...code.get(2 + i), ...code.get(1), ...code.load(16 * i), ...code.add, ...code.set(2 + i)],
      ]).flat(),
      [...code.get(1), ...code.i32(bytesPerTurn), ...code.i32Add, ...code.tee(1), ...code.get(0)],
      code.i32LessUnsigned,
    ),
    ...code.get(2),
    ...[1, 2, 3, 4, 5, 6, 7].flatMap((i) => [...code.get(2 + i), ...code.add]),
    ...code.lane(0),
  ],
};

/**
 * @typedef {object} Loops
 * @property {(turns: number) => number} multiplyAdd
 * @property {(to: number, from: number, bytes: number) => void} copy
 * @property {(end: number) => number} read
 * @property {WebAssembly.Memory} memory
 */

/** Throws where the engine has no WebAssembly with SIMD. */
export function compileLoops() {
  const bytes = wasmModule([multiplyAdd, copy, read], pages);
  const loops = /** @type {Loops} */ (
    /** @type {unknown} */ (new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports)
  );
  // Numbers that are neither zero nor denormal, and pages that are really there.
  new Float32Array(loops.memory.buffer).fill(0.5);
  return loops;
}

/**
 * The next length that the reading loop can do.
 * @param {number} bytes
 */
export const readableBytes = (bytes) => Math.max(1, Math.round(bytes / bytesPerTurn)) * bytesPerTurn;
