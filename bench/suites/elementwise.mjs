// @ts-check
/** One function over many elements: the activations, softmax, and what memory alone limits. */
import { afresh, everybody, gigaelements, others, peerNames } from './entries.mjs';
import { ratio } from './requirements.mjs';

/** @import { Cell, Requirement, Suite } from './types.mjs' */

const sizes = [1e4, 1e6];

/** The scalar build is an honest baseline: slower than plain JavaScript in no cell. */
const scalarOverJavaScript = ratio('scalar', ['javascript'], 1);

/** @type {Suite} */
export const elementwise = {
  name: 'elementwise',
  about: 'activations, softmax, sums and products of vectors',
  cells: (seed) => [
    ...sizes.flatMap((n) =>
      Object.entries({
        tanh: [
          ratio('simd', ['tfjs-wasm'], 15),
          ratio('simd', ['onnxruntime-web'], 2.5),
          ratio('simd', ['javascript'], 15),
        ],
        sigmoid: [ratio('simd', others, 1.2)],
        exp: [ratio('simd', others, 1.2)],
        gelu: [ratio('simd', others, 1.2)],
        silu: [ratio('simd', others, 1.2)],
      }).map(([name, requirements]) =>
        cell(name, n, { operation: 'unary', name, n, seed }, 'activations', [
          ...requirements,
          ...(n === 1e4 && ['tanh', 'sigmoid'].includes(name) ? [ratio('simd', ['scalar'], 3)] : []),
        ]),
      ),
    ),
    ...sizes.map((n) =>
      cell('softmax', n, { operation: 'softmax', n, rows: 1, seed }, 'softmax', [ratio('simd', others, 1.2)]),
    ),
    {
      ...cell('softmax', 1e4, { operation: 'softmax', n: 1e4, rows: 1000, seed }, 'softmax', [
        ratio('simd', others, 1.2),
      ]),
      name: 'softmax 1000 rows of 10',
      quick: false,
    },
    ...[1e3, 1e6].flatMap((n) =>
      ['relu', 'add', 'mul'].map((name) => ({
        ...cell(
          name,
          n,
          name === 'relu' ? { operation: 'unary', name, n, seed } : { operation: 'binary', name, n, seed },
          n === 1e3 ? 'relu, add, mul, 10³' : 'relu, add, mul, 10⁶',
          [ratio('simd', peerNames, n === 1e3 ? 5 : 1)],
        ),
        ...(n === 1e3 ? { entries: afresh(everybody) } : {}),
      })),
    ),
  ],
};

/**
 * @param {string} name
 * @param {number} n
 * @param {import('../data/tasks.mjs').CheckedTask} task
 * @param {string} group
 * @param {Requirement[]} requirements
 * @returns {Cell}
 */
function cell(name, n, task, group, requirements) {
  const operands = task.operation === 'binary' ? 3 : 2;
  return {
    suite: 'elementwise',
    name: `${name} ${power(n)}`,
    group,
    entries: everybody,
    task,
    unit: gigaelements(n),
    limit: { kind: 'copy', amount: 4 * operands * n },
    requirements: [...requirements, scalarOverJavaScript],
    quick: n === 1e4 && name === 'tanh',
  };
}

/** @param {number} n a power of ten */
export const power = (n) => `10${'⁰¹²³⁴⁵⁶⁷⁸⁹'[Math.round(Math.log10(n))]}`;
