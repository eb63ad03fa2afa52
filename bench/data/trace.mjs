// @ts-check
/** A mixture of operations as a program performs it, recorded once so that everybody manages the same memory. */
import { uniformNumbers } from './random.mjs';

/** @typedef {{ name: string, n: number, slot: number }} Step `slot`: where its result is kept, in place of an earlier one */

/**
 * What a trace took, in bytes; each way of managing memory tells what it can.
 * @typedef {object} TraceCounts
 * @property {number} [taken] from the first byte to the last one that was ever in use, holes included; or what the engine held
 * @property {number} [used] in live blocks at most, with their headers and their rounding, but without holes
 * @property {number} [made] of arrays on the JavaScript side that the calls made, in all
 * @property {number} [kept] of these at most at once, as long as a result is kept
 * @property {number} [byteLength] of the linear memory, at most
 */

/** Of these a row shows one. `above`: beyond the payload. @typedef {keyof TraceCounts | 'takenAbove' | 'usedAbove'} TraceFigure */

/** Results that are alive at a time: each operation puts its own in the place of an earlier one. */
const slots = 32;

const names = ['tanh', 'add', 'softmax', 'dot', 'sigmoid'];

/** Sizes from ten to forty thousand elements, small ones as likely as large ones. */
const [smallest, largest] = [10, 40_000];

/**
 * @param {{ operations: number, seed: number }} task
 * @returns {{ steps: Step[], payload: number }}
 */
export function recordTrace({ operations, seed }) {
  const next = uniformNumbers(seed);
  const steps = Array.from({ length: operations }, () => {
    const name = /** @type {string} */ (names[Math.floor(next() * names.length)]);
    const n = Math.round(smallest * (largest / smallest) ** next());
    return { name, n, slot: Math.floor(next() * slots) };
  });
  return { steps, payload: payloadOf(steps) };
}

/** The most bytes of operands and results that are alive at once. @param {readonly Step[]} steps */
export function payloadOf(steps) {
  /** @type {number[]} */
  const kept = [];
  let alive = 0;
  let payload = 0;
  for (const { n, slot } of steps) {
    alive -= kept[slot] ?? 0;
    payload = Math.max(payload, alive + 8 * n);
    kept[slot] = 4 * n;
    alive += 4 * n;
  }
  return payload;
}

/**
 * What a row shows of the counts. Throws for what was not counted: no figure is better than one that is made up.
 * @param {TraceCounts} counts
 * @param {number} payload
 * @param {TraceFigure} figure
 */
export function traceFigure(counts, payload, figure) {
  const counted = figure === 'takenAbove' ? 'taken' : figure === 'usedAbove' ? 'used' : figure;
  const bytes = counts[counted];
  if (bytes === undefined) throw new Error(`this trace does not count ${counted}`);
  return counted === figure ? bytes : bytes - payload;
}
