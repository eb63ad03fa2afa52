// @ts-check
/** @import { Unit } from '../suites/types.mjs' */

/** A cost, as the unit shows it. @param {Unit} unit @param {number} cost */
export function inUnit(unit, cost) {
  return 'perMillisecond' in unit ? unit.perMillisecond / cost : unit.factor * cost;
}
