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

/**
 * What `entry` takes less than `over`, as a share of what that takes.
 * @param {string} entry
 * @param {string} over
 * @param {number} atLeast
 * @param {number} atMost what was promised at best
 * @returns {Requirement}
 */
export const saving = (entry, over, atLeast, atMost) => ({ kind: 'saving', entry, over, atLeast, atMost });
