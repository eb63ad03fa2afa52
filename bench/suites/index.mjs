// @ts-check
/** Every suite, in the order in which they run. */
import { calls } from './calls.mjs';
import { elementwise } from './elementwise.mjs';
import { load } from './load.mjs';
import { matmul } from './matmul.mjs';
import { memory } from './memory.mjs';
import { networks } from './networks.mjs';
import { reduce } from './reduce.mjs';
import { swarm } from './swarm.mjs';
import { system } from './system.mjs';
import { training } from './training.mjs';

/** @import { Suite } from './types.mjs' */

/** @type {readonly Suite[]} */
export const suites = [load, calls, elementwise, reduce, matmul, networks, training, swarm, memory, system];
