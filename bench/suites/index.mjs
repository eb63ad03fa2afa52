// @ts-check
/** Every suite, in the order in which they run. */
import { calls } from './calls.mjs';
import { elementwise } from './elementwise.mjs';
import { matmul } from './matmul.mjs';
import { networks } from './networks.mjs';
import { reduce } from './reduce.mjs';

/** @import { Suite } from './types.mjs' */

/** @type {readonly Suite[]} */
export const suites = [calls, elementwise, reduce, matmul, networks];
