// @ts-check
/** From nothing to a library that is ready, each time in a new process. */
import { builds, peers } from './entries.mjs';

/** Without brain.js, which has no module to start. A percentile is required of the first build alone. */
const modules = [...builds, ...peers]
  .filter(({ id }) => id !== 'brain.js')
  .map((entry) => (entry.id === 'simd' ? entry : { ...entry, rounds: 7 }));

/** @import { Suite } from './types.mjs' */

/** @type {Suite} */
export const load = {
  name: 'load',
  about: 'from nothing to a library that is ready, in a new process each time',
  cells: () => [
    {
      suite: 'load',
      name: 'start to the first result, code imported',
      group: 'load, cold',
      entries: modules,
      task: { operation: 'load', part: 'start' },
      unit: { name: 'ms', factor: 1 },
      requirements: [{ kind: 'cost', entry: 'simd', atMost: 25, quantile: 0.95 }],
      rounds: 20,
      quick: true,
    },
    {
      suite: 'load',
      name: 'import of the code to the first result',
      group: 'load with import',
      entries: modules,
      task: { operation: 'load', part: 'import' },
      unit: { name: 'ms', factor: 1 },
      requirements: [],
      rounds: 7,
    },
  ],
};
