// @ts-check
/** Many small networks at once. */
import { builds, peers } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Suite } from './types.mjs' */

const layers = [64, 32, 16];
const parameters = 64 * 32 + 32 + 32 * 16 + 16;
const agents = 1000;
/** Without WebAssembly a thousand would take seconds in every round. */
const trained = 100;

/** @type {Suite} */
export const swarm = {
  name: 'swarm',
  about: '1000 agents of 64-32-16',
  cells(seed) {
    const shape = { layers, activation: 'relu', output: 'relu', agents, seed };
    const each = 'simd, run each';
    return [
      {
        suite: 'swarm',
        name: 'runAll, 1000 agents of 64-32-16',
        group: 'a swarm',
        entries: [
          ...builds,
          ...peers,
          {
            id: each,
            options: { name: 'package', variant: 'simd' },
            task: { operation: 'swarm', calls: 'each', ...shape },
          },
        ],
        task: { operation: 'swarm', calls: 'one', ...shape },
        unit: { name: '10⁶ agents/s', perMillisecond: agents / 1e3 },
        limit: { kind: 'read', amount: 4 * agents * parameters },
        requirements: [
          ratio('simd', ['brain.js'], 10),
          ratio('simd', ['limit'], 0.7),
          ratio('simd', [each], 1),
        ],
        note: 'brain.js runs one network after the other, and so does the column "run each"; the limit is reading all weights',
      },
      {
        suite: 'swarm',
        name: `one update of ${trained} agents, 8 rows each`,
        group: 'training a swarm',
        entries: builds,
        task: {
          operation: 'swarmTrain',
          rows: 8,
          ...shape,
          agents: trained,
          activation: 'tanh',
          output: 'sigmoid',
        },
        unit: { name: '10⁶ samples/s', perMillisecond: (8 * trained) / 1e3 },
        limit: { kind: 'flops', amount: 8 * trained * (6 * parameters - 2 * 64 * 32) },
        requirements: [],
      },
    ];
  },
};
