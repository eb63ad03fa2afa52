// @ts-check
/** Products of matrices: square ones of every size, and the lopsided ones that networks are made of. */
import { everybody, gigaflops, javascript } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Cell, Requirement, Suite } from './types.mjs' */

/** Of tfjs-wasm, the fastest peer; and of what the engine can do. */
const required = /** @type {Record<number, { overTensorFlow: number, ofLimit?: number }>} */ ({
  8: { overTensorFlow: 8 },
  16: { overTensorFlow: 8 },
  32: { overTensorFlow: 2.5 },
  64: { overTensorFlow: 1.2, ofLimit: 0.75 },
  128: { overTensorFlow: 1.2, ofLimit: 0.83 },
  256: { overTensorFlow: 1.2, ofLimit: 0.88 },
  512: { overTensorFlow: 1.2, ofLimit: 0.88 },
  1024: { overTensorFlow: 1.2, ofLimit: 0.88 },
});

/** Where both builds find everything in the cache: the gain of vectors alone. */
const inCache = [32, 64, 128];

const lopsided = [
  [1, 784, 128],
  [32, 784, 128],
  [256, 64, 10],
  [1000, 3, 1000],
  [128, 1, 128],
  [1, 1024, 1024],
];

/** @type {Suite} */
export const matmul = {
  name: 'matmul',
  about: 'products of matrices, square and lopsided',
  cells: (seed) => [
    ...Object.entries(required).map(([size, { overTensorFlow, ofLimit }]) => {
      const n = Number(size);
      /** @type {Requirement[]} */
      const requirements = [ratio('simd', ['tfjs-wasm'], overTensorFlow)];
      if (ofLimit !== undefined) requirements.push(ratio('simd', ['limit'], ofLimit));
      if (inCache.includes(n)) requirements.push(ratio('simd', ['scalar'], 3));
      return product(n, n, n, seed, n < 64 ? 'matmul, small' : 'matmul, 64 … 1024', requirements);
    }),
    ...[64, 256].map((n) => scalarLoops(n, seed)),
    ...lopsided.map(([m = 0, k = 0, n = 0]) =>
      product(m, n, k, seed, 'matmul, lopsided', [ratio('simd', ['tfjs-wasm'], 1.2)]),
    ),
  ],
};

const tiles = ['1x4', '2x2', '2x4', '4x2', '3x3', '3x4', '4x4', 'triple loop'];

/**
 * Whether the scalar build is as good as it can be: beside other tiles, and what clang makes of three plain loops.
 * @param {number} n
 * @param {number} seed
 * @returns {Cell}
 */
function scalarLoops(n, seed) {
  const shape = { m: n, n, k: n, seed };
  const flops = 2 * n ** 3;
  return {
    suite: 'matmul',
    table: 'scalar loops',
    name: `${n}×${n}×${n}, without vectors`,
    group: 'scalar loops',
    entries: [
      { id: 'scalar', options: { name: 'package', variant: 'scalar' } },
      ...tiles.map((tile) => ({
        id: tile,
        options: { name: /** @type {const} */ ('compiled') },
        task: { operation: /** @type {const} */ ('tile'), tile, ...shape },
      })),
    ],
    task: { operation: 'matmul', ...shape },
    unit: gigaflops(flops),
    requirements: [ratio('scalar', tiles, 0.9)],
  };
}

/**
 * Multiplications at most that plain JavaScript is asked for. At 1024×1024×1024 it would take seconds in every round to
 * say what 512×512×512 says, so that the scalar build has nothing there that it could be slower than.
 */
const mostInJavaScript = 2 ** 28;

/**
 * @param {number} m
 * @param {number} n
 * @param {number} k
 * @param {number} seed
 * @param {string} group
 * @param {Requirement[]} requirements beside that the scalar build is slower than plain JavaScript nowhere
 * @returns {Cell}
 */
function product(m, n, k, seed, group, requirements) {
  const flops = 2 * m * n * k;
  const task = { operation: /** @type {const} */ ('matmul'), m, n, k, seed };
  const inJavaScript = m * n * k <= mostInJavaScript;
  return {
    suite: 'matmul',
    name: `${m}×${k}×${n}`,
    group,
    // As networks do it: the weights are packed once, and not timed.
    entries: [
      ...everybody.filter(({ id }) => inJavaScript || id !== javascript.id),
      { id: 'simd, packed', options: { name: 'package', variant: 'simd' }, task: { ...task, packed: true } },
    ],
    task,
    unit: gigaflops(flops),
    limit: { kind: 'flops', amount: flops },
    requirements: [...requirements, ...(inJavaScript ? [ratio('scalar', [javascript.id], 1)] : [])],
    quick: m === n && m === 64,
  };
}
