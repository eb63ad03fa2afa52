// @ts-check
/** Training: small batches of a small network, and a pass over as many images as MNIST has. */
import { builds, javascript, peers } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Suite } from './types.mjs' */

/** Images in a sample: a tenth of MNIST, or every round would take seconds. */
const images = 6000;

/** @type {Suite} */
export const training = {
  name: 'training',
  about: 'updates of 64-128-10, and an epoch of MNIST',
  cells: (seed) => [
    {
      suite: 'training',
      name: '64-128-10, sigmoid, momentum, batch 32',
      group: 'training',
      entries: [...builds, ...peers, javascript],
      task: {
        operation: 'train',
        layers: [64, 128, 10],
        activation: 'sigmoid',
        output: 'sigmoid',
        rows: 32,
        seed,
      },
      unit: { name: '10³ samples/s', perMillisecond: 32 },
      // Forwards, and twice as much backwards, but for the gradient of the inputs.
      limit: { kind: 'flops', amount: 32 * (6 * (64 * 128 + 128 * 10) - 2 * 64 * 128) },
      requirements: [ratio('simd', ['brain.js'], 50)],
      note: 'brain.js updates after every sample; the others have no training in their wasm builds',
      quick: true,
    },
    epoch(seed),
  ],
};

/** @param {number} seed @returns {import('./types.mjs').Cell} */
function epoch(seed) {
  const shape = {
    layers: [784, 128, 10],
    activation: 'relu',
    output: 'softmax',
    rows: images,
    batch: 64,
    seed,
  };
  const products = 'simd, its products alone';
  return {
    suite: 'training',
    name: 'MNIST 784-128-10, an epoch of 60 000, batch 64',
    group: 'an epoch of MNIST',
    entries: [
      ...builds,
      {
        id: products,
        options: { name: 'package', variant: 'simd' },
        task: { operation: 'products', ...shape },
      },
    ],
    task: { operation: 'epoch', ...shape },
    unit: { name: 'ms', factor: 60_000 / images },
    limit: { kind: 'flops', amount: images * (6 * (784 * 128 + 128 * 10) - 2 * 784 * 128) },
    requirements: [ratio('simd', [products], 0.5)],
    note: `a tenth of it is timed, and a tenth of that in the js build; the other column is ops.matmul on the same matrices`,
  };
}
