// @ts-check
/** Inference of small networks. */
import { builds, everybody, microseconds } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Suite } from './types.mjs' */

const layers = [64, 128, 10];
const parameters = 64 * 128 + 128 + 128 * 10 + 10;

/** @type {Suite} */
export const networks = {
  name: 'networks',
  about: 'inference of 64-128-10, one row and 256',
  cells: (seed) => [
    {
      suite: 'networks',
      name: 'one inference, 64-128-10',
      group: 'one inference',
      entries: everybody,
      task: { operation: 'run', rows: 1, layers, activation: 'relu', output: 'sigmoid', seed },
      unit: microseconds,
      limit: { kind: 'flops', amount: 2 * parameters },
      requirements: [
        ratio('simd', ['tfjs-wasm'], 20),
        ratio('simd', ['brain.js'], 8),
        ratio('simd', ['ruv-swarm'], 40),
      ],
      note: 'brain.js: relu in the last layer, too; ruv-swarm: sigmoid in all layers, no biases',
      quick: true,
    },
    {
      suite: 'networks',
      name: 'batch of 256, 64-128-10',
      group: 'a batch of 256',
      entries: everybody,
      task: { operation: 'run', rows: 256, layers, activation: 'relu', output: 'linear', seed },
      unit: { name: '10⁶/s', perMillisecond: 256 / 1e3 },
      limit: { kind: 'flops', amount: 2 * 256 * parameters },
      requirements: [ratio('simd', ['tfjs-wasm'], 4)],
    },
    {
      suite: 'networks',
      name: 'creation and disposal, 64-32-16',
      group: 'network creation',
      entries: builds,
      task: { operation: 'create', layers: [64, 32, 16] },
      unit: microseconds,
      requirements: [{ kind: 'cost', entry: 'simd', atMost: 20e-3 }],
    },
  ],
};
