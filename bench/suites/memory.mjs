// @ts-check
/** What the management of memory costs in memory: most in use over most that was really needed at once. */

import { builds } from './entries.mjs';

/** @import { Suite } from './types.mjs' */

const operations = 10_000;

/** @type {Suite} */
export const memory = {
  name: 'memory',
  about: 'memory in use over payload, on 10 000 mixed operations',
  cells(seed) {
    const trace = { operation: /** @type {const} */ ('trace'), operations, seed };
    return [
      {
        suite: 'memory',
        name: 'most in use over most needed, 10 000 operations',
        group: 'memory over payload',
        entries: [
          ...builds,
          {
            id: 'simd, arrays',
            options: { name: 'package', variant: 'simd' },
            task: { ...trace, way: 'arrays' },
          },
          { id: 'malloc', options: { name: 'compiled' }, task: { ...trace, way: 'malloc' } },
          {
            id: 'javascript',
            options: { name: 'javascript' },
            task: { ...trace, way: 'javascript' },
            fresh: true,
          },
        ],
        task: { ...trace, way: 'pool' },
        unit: { name: '×', factor: 1 },
        requirements: [],
        // When an engine collects arrays is its own affair, and not the same twice.
        rounds: 3,
        note: 'the builds: blocks of the pool; arrays: the same with Float32Arrays, which each call copies into the pool and out; malloc: a dlmalloc and free for each; plain JS: an array for each, until the engine collects it',
      },
    ];
  },
};
