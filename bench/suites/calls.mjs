// @ts-check
/** What a call costs beside its work: on four elements, in blocks and in arrays, with profiling and without. */
import { afresh, builds, everybody, javascript, nanoseconds } from './entries.mjs';

/** @import { OtherTask } from '../contenders/types.mjs' */
/** @import { Cell, Entry, Requirement, Suite } from './types.mjs' */

/** @type {Entry} */
const profiled = {
  id: 'simd, profiling',
  options: { name: 'package', variant: 'simd', profiling: true },
};

/** Milliseconds, as samples are. */
const ns = 1e-6;

/** @type {Requirement} */
const profilingCost = { kind: 'extra', entry: profiled.id, over: 'simd', atMost: 150 * ns };

/** Whoever computes next to nothing beside the call; the others need a microsecond and more, as relu and add show. */
const ownAndPlain = afresh([...builds, profiled, javascript]);

/** @type {Suite} */
export const calls = {
  name: 'calls',
  about: 'the cost of one call on four elements',
  cells(seed) {
    const relu = { operation: /** @type {const} */ ('unary'), name: 'relu', n: 4, seed };
    const tanh = { ...relu, name: 'tanh' };
    const add = { operation: /** @type {const} */ ('binary'), name: 'add', n: 4, seed };
    const softmax = { operation: /** @type {const} */ ('softmax'), n: 4, rows: 1, seed };
    const dot = { operation: /** @type {const} */ ('dot'), n: 4, seed };
    const matmul = { operation: /** @type {const} */ ('matmul'), m: 2, n: 2, k: 2, seed };
    const matvec = { operation: /** @type {const} */ ('matvec'), m: 2, k: 2, n: 1, seed };
    const arrays = { kind: /** @type {const} */ ('arrays') };
    return [
      { ...cell('relu, 4 elements, blocks', relu), quick: true },
      cell('add, 4 elements, blocks', add),
      cell('tanh, 4 elements, blocks', tanh, ownAndPlain),
      cell('dot, 4 elements, blocks', dot, ownAndPlain),
      cell('softmax, 4 elements, blocks', softmax, ownAndPlain),
      cell('matmul, 2×2×2, blocks', matmul, ownAndPlain),
      cell('matmul, 2×2×2, packed', { ...matmul, packed: true }, ownAndPlain),
      cell('matvec, 2×2, blocks', matvec, ownAndPlain),
      cell('relu, 4 elements, arrays', { ...relu, ...arrays }),
      cell('add, 4 elements, arrays', { ...add, ...arrays }),
      cell('relu, 1000 elements, arrays', { ...relu, n: 1000, ...arrays }, ownAndPlain),
      classCell('WasmPerformanceLayer', 'calculateNeuralActivation', seed),
      classCell('SIMDAccelerationLayer', 'simdVectorAdd', seed),
      classCell('ProductionWasmBridge', 'calculateNeuralActivation', seed),
    ];
  },
};

/**
 * @param {string} name
 * @param {import('../data/tasks.mjs').CheckedTask} task
 * @param {Entry[]} [entries]
 * @returns {Cell}
 */
const cell = (name, task, entries = afresh([...everybody, profiled])) => ({
  suite: 'calls',
  name,
  group: 'cost of a call',
  entries,
  task,
  unit: nanoseconds,
  requirements: [
    // Whoever gives arrays has them copied into the pool and out.
    { kind: 'cost', entry: 'simd', atMost: ('kind' in task && task.kind === 'arrays' ? 500 : 60) * ns },
    profilingCost,
  ],
});

/**
 * What profiling costs a call of one of SASI's classes.
 * @param {Extract<OtherTask, { operation: 'classCall' }>['class']} name
 * @param {string} method
 * @param {number} seed
 * @returns {Cell}
 */
const classCell = (name, method, seed) => ({
  suite: 'calls',
  name: `${name}.${method}, 4 elements`,
  group: 'cost of a call',
  entries: afresh([...builds.filter(({ id }) => id === 'simd'), profiled]),
  task: { operation: 'classCall', class: name, n: 4, seed },
  unit: nanoseconds,
  requirements: [profilingCost],
});
