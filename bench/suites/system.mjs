// @ts-check
/** The figures that SASI asks for: its asynchronous activation, how fast, how steadily, and what SIMD brings. */

import { power } from './elementwise.mjs';
import { afresh, builds, gigaelements, javascript, microseconds } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Cell, Suite } from './types.mjs' */

const layer = afresh(builds.filter(({ id }) => id === 'simd'));

/** @type {Suite} */
export const system = {
  name: 'system',
  about: "SASI's targets: latency, operations in every second, what SIMD brings",
  cells: (seed) => [
    latency(0.5, 3e-3, seed),
    latency(0.5, 3e-3, seed, true),
    latency(0.99, 5, seed),
    sustained(seed),
    sustained(seed, true),
    ...[1e3, 1e4, 1e5, 1e6].map((n) => ({
      suite: 'system',
      name: `neural activation ${power(n)}`,
      group: 'SASI: SIMD gain',
      entries: [...builds, javascript],
      task: { operation: /** @type {const} */ ('activation'), n, seed },
      unit: gigaelements(n),
      limit: { kind: /** @type {const} */ ('copy'), amount: 8 * n },
      requirements: [ratio('simd', ['scalar'], 3), ratio('simd', ['javascript'], 10)],
    })),
  ],
};

/** @param {boolean} out */
const call = (out) => `calculateNeuralActivation, 1000 floats${out ? ' into a given array' : ''}`;

/** @param {number} quantile @param {number} atMost milliseconds @param {number} seed @param {boolean} [out] @returns {Cell} */
const latency = (quantile, atMost, seed, out = false) => ({
  suite: 'system',
  name: `${call(out)}, p${100 * quantile}`,
  group: 'SASI: latency',
  entries: afresh(builds),
  task: { operation: 'latency', n: 1000, out, quantile, seed },
  unit: microseconds,
  requirements: [{ kind: 'cost', entry: 'simd', atMost }],
  quick: quantile === 0.5 && !out,
});

/** @param {number} seed @param {boolean} [out] @returns {Cell} */
const sustained = (seed, out = false) => ({
  suite: 'system',
  name: `${call(out)}, the worst second of 10`,
  group: 'SASI: each second',
  entries: layer,
  task: { operation: 'sustained', n: 1000, out, seconds: 10, seed },
  unit: { name: 'per second', perMillisecond: 1000 },
  requirements: [{ kind: 'cost', entry: 'simd', atMost: 1 / 300 }],
  rounds: 1,
});
