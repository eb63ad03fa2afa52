// @ts-check
/** Many elements to one. */

import { power } from './elementwise.mjs';
import { everybody, gigaelements } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Suite } from './types.mjs' */

/** @type {Suite} */
export const reduce = {
  name: 'reduce',
  about: 'dot products and sums',
  cells: (seed) =>
    /** @type {const} */ (['dot', 'sum']).flatMap((operation) =>
      [1e4, 1e6].map((n) => ({
        suite: 'reduce',
        name: `${operation} ${power(n)}`,
        group: operation,
        entries: everybody,
        task: { operation, n, seed },
        unit: gigaelements(n),
        limit: { kind: /** @type {const} */ ('read'), amount: (operation === 'dot' ? 8 : 4) * n },
        requirements: [
          ...(operation === 'dot' ? [ratio('simd', ['tfjs-wasm'], 5)] : []),
          ...(operation === 'dot' && n === 1e4 ? [ratio('simd', ['scalar'], 3)] : []),
          ratio('scalar', ['javascript'], 1),
        ],
      })),
    ),
};
