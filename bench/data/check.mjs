// @ts-check
/** How far a result is from the reference, and whether its speed may count. */
import { spacing } from './float32.mjs';

/** @import { Reference } from './references.mjs' */

/**
 * @typedef {object} Accuracy
 * @property {boolean} correct
 * @property {number | null} maxError the largest absolute error; null when a result was no number
 * @property {number | null} maxUlp the largest error in units of the last place of the right result
 * @property {number} checked elements
 */

/**
 * What is asked of others: right to four digits. Enough to tell a wrong result from an inexact one; how exact it is
 * stands beside the speed.
 */
const tolerance = 1e-4;

/**
 * @param {ArrayLike<number>} result
 * @param {Reference} reference
 * @param {'contract' | 'tolerance'} bound the package's own stated bound, or the one for everybody else
 * @returns {Accuracy}
 */
export function checkResult(result, { values, allowed, indices }, bound) {
  let correct = indices !== undefined || result.length === values.length;
  let maxError = 0;
  let maxUlp = 0;
  for (let i = 0; i < values.length; i++) {
    const right = values[i] ?? Number.NaN;
    const error = Math.abs((result[indices?.[i] ?? i] ?? Number.NaN) - right);
    const limit =
      bound === 'contract' ? allowed(i) : Math.max(allowed(i), tolerance * Math.max(1, Math.abs(right)));
    if (!(error <= limit)) correct = false;
    // Math.max keeps NaN once it is there: a comparison would forget it at the next element.
    maxError = Math.max(maxError, error);
    maxUlp = Math.max(maxUlp, error / spacing(right));
  }
  return { correct, maxError: finite(maxError), maxUlp: finite(maxUlp), checked: values.length };
}

/** NaN and infinity are no JSON. @param {number} value */
const finite = (value) => (Number.isFinite(value) ? value : null);
