// @ts-check
/** The engine's own limit, as if it were a library: the same amount of work, done as fast as this engine can. */
import { compileLoops, flopsPerTurn, memoryBytes, readableBytes } from '../limit/loops.mjs';

/** @import { Contender } from './types.mjs' */
/** @import { Loops } from '../limit/loops.mjs' */

/** @returns {Contender} */
export function loadLimit() {
  const loops = compileLoops();
  return {
    version: 'multiply and add in registers, copy and read of linear memory',
    importedAt: performance.now(),
    bound: 'tolerance',
    prepare(task) {
      return task.operation === 'limit' ? { run: kinds[task.kind](loops, task.amount) } : undefined;
    },
  };
}

/** @type {Record<'flops' | 'copy' | 'read', (loops: Loops, amount: number) => (iterations: number) => unknown>} */
const kinds = {
  /** Additions and multiplications. One call for all iterations: what a call costs is not the question here. */
  flops: (loops, amount) => (iterations) => {
    loops.multiplyAdd(Math.max(1, Math.round((iterations * amount) / flopsPerTurn)));
  },
  /** Bytes read and written, half of them each: a copy of the size of all operands together. */
  copy(loops, amount) {
    const half = Math.round(Math.min(amount, memoryBytes) / 2);
    return (iterations) => {
      for (let i = 0; i < iterations; i++) loops.copy(memoryBytes / 2, 0, half);
    };
  },
  /** Bytes read. */
  read(loops, amount) {
    const end = readableBytes(Math.min(amount, memoryBytes));
    return (iterations) => {
      for (let i = 0; i < iterations; i++) loops.read(end);
    };
  },
};
