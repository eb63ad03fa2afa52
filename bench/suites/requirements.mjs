// @ts-check
/** What a figure has to be, written down. */

/** @import { Requirement } from './types.mjs' */

/**
 * The speed of `entry` over that of the fastest of `over`.
 * @param {string} entry
 * @param {readonly string[]} over
 * @param {number} atLeast
 * @returns {Requirement}
 */
export const ratio = (entry, over, atLeast) => ({ kind: 'ratio', entry, over, atLeast });
