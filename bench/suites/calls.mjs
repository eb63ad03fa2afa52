// @ts-check
/** What a call costs beside its work: four elements, in blocks and in arrays, with profiling and without. */
import { everybodyFresh, nanoseconds } from './entries.mjs';

/** @import { Cell, Entry, Suite } from './types.mjs' */

/** @type {Entry} */
const profiled = {
  id: 'simd, profiling',
  options: { name: 'package', variant: 'simd', profiling: true },
  fresh: true,
};

/** Milliseconds, as samples are. */
const ns = 1e-6;

/** @type {Suite} */
export const calls = {
  name: 'calls',
  about: 'the cost of one call on four elements',
  cells(seed) {
    const relu = { operation: /** @type {const} */ ('unary'), name: 'relu', n: 4, seed };
    const add = { operation: /** @type {const} */ ('binary'), name: 'add', n: 4, seed };
    const arrays = { kind: /** @type {const} */ ('arrays') };
    return [
      cell('relu, 4 elements, blocks', relu, 60 * ns, true),
      cell('add, 4 elements, blocks', add, 60 * ns),
      cell('relu, 4 elements, arrays', { ...relu, ...arrays }, 500 * ns),
      cell('add, 4 elements, arrays', { ...add, ...arrays }, 500 * ns),
    ];
  },
};

/**
 * @param {string} name
 * @param {import('../data/tasks.mjs').CheckedTask} task
 * @param {number} atMost
 * @param {boolean} [quick]
 * @returns {Cell}
 */
const cell = (name, task, atMost, quick = false) => ({
  suite: 'calls',
  name,
  group: 'cost of a call',
  entries: [...everybodyFresh, profiled],
  task,
  unit: nanoseconds,
  requirements: [
    { kind: 'cost', entry: 'simd', atMost },
    { kind: 'extra', entry: 'simd, profiling', over: 'simd', atMost: 150 * ns },
  ],
  quick,
});
