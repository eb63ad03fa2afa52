// @ts-check
/** Whether something learns: its first loss is the right one, and it falls. */
import { networkReference } from './references.mjs';
import { networkInput, sampleInput } from './tasks.mjs';

/** @import { Topology } from './tasks.mjs' */

/** What every contender trains with. */
export const learningRate = 0.3;
export const momentum = 0.1;

/** Batches that it goes through in turn. */
export const batches = 16;

/** Updates in which the loss has to fall visibly. */
export const checkedUpdates = 300;

/** In float64, of the first batch. @param {Topology} task @param {number} rows */
export function meanSquaredError(task, rows) {
  const { inputs, targets } = sampleInput(task, rows, 0);
  const { values } = networkReference(inputs, networkInput(task));
  return (
    targets.reduce((sum, target, i) => sum + ((values[i] ?? Number.NaN) - target) ** 2, 0) / targets.length
  );
}

/** @param {() => number} step returns the loss before it @param {number} right the first loss, in float64 */
export function faultOfTraining(step, right) {
  const first = step();
  if (!(Math.abs(first - right) <= 1e-4 * right)) return `its first loss is ${first}, not ${right}`;
  let last = first;
  for (let i = 0; i < checkedUpdates; i++) last = step();
  return last < 0.9 * first ? undefined : `the loss did not fall: ${first} at first, ${last} in the end`;
}
