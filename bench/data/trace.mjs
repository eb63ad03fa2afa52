// @ts-check
/** A mixture of operations as a program performs it, recorded once so that everybody manages the same memory. */
import { uniformNumbers } from './random.mjs';

/** Results that are alive at a time: each operation puts its own in the place of an earlier one. */
const slots = 32;

const names = ['tanh', 'add', 'softmax', 'dot', 'sigmoid'];

/** Sizes from ten to forty thousand elements, small ones as likely as large ones. */
const [smallest, largest] = [10, 40_000];

/**
 * @param {{ operations: number, seed: number }} task
 * @returns {{ steps: { name: string, n: number, slot: number }[], payload: number }} payload: the most bytes of
 *   operands and results that are alive at once
 */
export function recordTrace({ operations, seed }) {
  const next = uniformNumbers(seed);
  const kept = new Float64Array(slots);
  let alive = 0;
  let payload = 0;
  const steps = Array.from({ length: operations }, () => {
    const name = /** @type {string} */ (names[Math.floor(next() * names.length)]);
    const n = Math.round(smallest * (largest / smallest) ** next());
    const slot = Math.floor(next() * slots);
    alive -= kept[slot] ?? 0;
    payload = Math.max(payload, alive + 8 * n);
    kept[slot] = 4 * n;
    alive += 4 * n;
    return { name, n, slot };
  });
  return { steps, payload };
}
