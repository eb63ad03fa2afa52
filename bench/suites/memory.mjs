// @ts-check
/**
 * What the management of memory costs in memory, on the same 10 000 mixed operations for everybody. docs/measurements.md
 * says how each figure is counted.
 */

import { recordTrace } from '../data/trace.mjs';
import { afresh, builds } from './entries.mjs';
import { saving } from './requirements.mjs';

/** @import { TraceFigure } from '../data/trace.mjs' */
/** @import { Entry, Requirement, Suite, Unit } from './types.mjs' */

const operations = 10_000;
/** The default of the package. */
const memoryLimit = 50 * 2 ** 20;

/** @type {Unit} */
const kibibytes = { name: 'KiB', factor: 1 / 1024 };

/** The seed's promise: 30 to 50 % less memory. @param {string} over */
const promise = (over) => saving('simd', over, 0.3, 0.5);

/** @param {string} entry @param {number} bytes @returns {Requirement} */
const atMost = (entry, bytes) => ({ kind: 'cost', entry, atMost: bytes });

/** @type {Suite} */
export const memory = {
  name: 'memory',
  about: 'memory beyond payload, copies and the limit, on 10 000 mixed operations',
  cells(seed) {
    const { payload } = recordTrace({ operations, seed });
    const most = `${(payload / 1024).toFixed(0)} KiB`;
    /** @param {TraceFigure} figure */
    const traces = (figure) => {
      const task = /** @type {const} */ ({ operation: 'trace', operations, figure, memoryLimit, seed });
      /** @type {Entry} */
      const arrays = {
        id: 'simd, arrays',
        options: { name: 'package', variant: 'simd' },
        task: { ...task, way: 'arrays' },
      };
      /** @type {Entry} */
      const malloc = { id: 'malloc', options: { name: 'compiled' }, task: { ...task, way: 'malloc' } };
      /** @type {Entry} */
      const garbage = {
        id: 'javascript',
        options: { name: 'javascript' },
        task: { ...task, way: 'javascript' },
      };
      return { pool: { ...task, way: /** @type {const} */ ('pool') }, arrays, malloc, garbage };
    };
    /** @param {TraceFigure} figure @param {('arrays' | 'malloc' | 'garbage')[]} beside @param {readonly Entry[]} [own] */
    const row = (figure, beside, own = builds) => {
      const { pool, ...ways } = traces(figure);
      // Each in a process of its own: what one leaves behind, or how it counts, is not to meet another.
      const entries = afresh([...own, ...beside.map((way) => ways[way])]);
      return { suite: 'memory', group: 'memory over payload', entries, task: pool };
    };
    const simd = builds.filter(({ id }) => id === 'simd');
    const limit = `${memoryLimit / 1024} KiB`;
    return [
      {
        ...row('taken', ['malloc', 'garbage']),
        name: 'memory taken over payload',
        unit: { name: '×', factor: 1 / payload },
        requirements: [promise('malloc'), promise('javascript')],
        // When an engine collects arrays is its own affair, and not the same twice.
        rounds: 3,
        note: `10 000 operations, of whose operands and results at most ${most} are alive at once; the builds: a block of the pool for each operand and result; malloc: a dlmalloc and free; both from the first byte to the last that was ever in use, holes included; plain JS: an array for each, until the engine collects it`,
      },
      {
        ...row('takenAbove', ['malloc', 'garbage']),
        name: 'memory taken above payload',
        unit: kibibytes,
        requirements: [promise('malloc'), promise('javascript')],
        rounds: 3,
      },
      {
        ...row('usedAbove', ['malloc']),
        name: 'peak of live blocks above payload',
        unit: kibibytes,
        requirements: [promise('malloc')],
        rounds: 1,
        note: 'headers and rounding, without holes: what memory.stats() counts as used',
      },
      {
        ...row('used', ['arrays'], simd),
        name: 'pool in use, at most',
        unit: kibibytes,
        requirements: [],
        rounds: 1,
        note: 'arrays: Float32Arrays go in and come out; in the pool there is what one call at a time needs',
      },
      {
        ...row('kept', ['arrays'], simd),
        name: 'copies on the JavaScript side, at most at once',
        unit: kibibytes,
        requirements: [atMost('simd', 0)],
        rounds: 1,
        note: "arrays that the calls made, as long as the trace keeps them; beside them there are the caller's own operands",
      },
      {
        ...row('made', ['arrays'], simd),
        name: 'copies on the JavaScript side, in all',
        unit: kibibytes,
        requirements: [atMost('simd', 0)],
        rounds: 1,
      },
      {
        ...row('byteLength', ['arrays']),
        name: 'byte length of the memory, at most',
        unit: kibibytes,
        requirements: ['simd', 'scalar', 'js', 'simd, arrays'].map((id) => atMost(id, memoryLimit)),
        rounds: 1,
        note: `memory.buffer.byteLength after each operation, and once the pool refuses more; the limit is ${limit}`,
      },
    ];
  },
};
