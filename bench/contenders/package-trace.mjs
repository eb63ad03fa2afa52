// @ts-check
/** What the package takes of memory while it performs a recorded mixture of operations, through its public API. */
import { recordTrace, traceFigure } from '../data/trace.mjs';
import { bytesMadeBy } from './array-counter.mjs';

/** @import { Block, Float32Block, NeuralRuntime, Vec } from '@sasi/wasm-performance' */
/** @import { OtherTask, Prepared } from './types.mjs' */
/** @import { Step, TraceCounts } from '../data/trace.mjs' */

/**
 * Each sample has a runtime of its own: what an earlier one left behind must not count.
 * @param {typeof import('@sasi/wasm-performance')} api
 * @param {NeuralRuntime} runtime whose build is asked
 * @param {Extract<OtherTask, { operation: 'trace' }>} task
 * @returns {Prepared | undefined}
 */
export function prepareTrace(api, { variant }, task) {
  const { way, memoryLimit } = task;
  if (way !== 'pool' && way !== 'arrays') return undefined;
  const replay = way === 'pool' ? replayBlocks : replayArrays;
  const { steps, payload } = recordTrace(task);
  return {
    async sample() {
      const runtime = await api.loadRuntime({ variant, profiling: false, memoryLimit });
      try {
        return traceFigure(replay(runtime, steps), payload, task.figure);
      } finally {
        runtime.dispose();
      }
    },
  };
}

/**
 * Every operand and result lies in a block of the pool.
 * @param {NeuralRuntime} runtime
 * @param {readonly Step[]} steps
 * @returns {Required<TraceCounts>}
 */
export function replayBlocks({ ops, memory }, steps) {
  // What the self-test left unmerged is not part of the trace.
  memory.optimize();
  const before = memory.stats().used;
  let [used, made, byteLength] = [0, 0, 0];
  let [lowest, end] = [Number.POSITIVE_INFINITY, 0];
  /** @type {(Float32Block | undefined)[]} */
  const kept = [];
  for (const { name, n, slot } of steps) {
    kept[slot]?.dispose();
    const x = memory.float32(n);
    const out = memory.float32(n);
    made += bytesMadeBy(() => compute(ops, name, x, out));
    used = Math.max(used, memory.stats().used - before);
    for (const { byteOffset } of [x, out]) {
      lowest = Math.min(lowest, byteOffset);
      end = Math.max(end, byteOffset + 4 * n);
    }
    byteLength = Math.max(byteLength, out.view.buffer.byteLength);
    x.dispose();
    kept[slot] = out;
  }
  byteLength = Math.max(byteLength, exhaust(memory));
  // Nobody keeps what was made although it was not asked for.
  return { taken: steps.length === 0 ? 0 : end - lowest, used, made, kept: made, byteLength };
}

/**
 * Arrays go in, and arrays come out, which the calls make. In the pool there is what single calls need.
 * @param {NeuralRuntime} runtime
 * @param {readonly Step[]} steps
 * @returns {TraceCounts}
 */
export function replayArrays({ ops, memory }, steps) {
  const before = memory.stats().used;
  let [made, alive, most, byteLength] = [0, 0, 0, 0];
  /** @type {number[]} */
  const kept = [];
  for (const { name, n, slot } of steps) {
    alive -= kept[slot] ?? 0;
    const x = new Float32Array(n);
    const result = bytesMadeBy(() => compute(ops, name, x));
    made += result;
    alive += result;
    most = Math.max(most, alive);
    kept[slot] = result;
    byteLength = Math.max(byteLength, byteLengthOf(memory));
  }
  const used = memory.stats().peak - before;
  byteLength = Math.max(byteLength, exhaust(memory));
  return { used, made, kept: most, byteLength };
}

/** Of the whole linear memory. @param {NeuralRuntime['memory']} memory */
function byteLengthOf(memory) {
  const probe = memory.allocate(1);
  const { byteLength } = probe.view.buffer;
  probe.dispose();
  return byteLength;
}

/** Asks until the pool has no more, when a memory that can grow would. @param {NeuralRuntime['memory']} memory */
function exhaust(memory) {
  /** @type {Block[]} */
  const blocks = [];
  try {
    for (;;) blocks.push(memory.allocate(2 ** 18));
  } catch (error) {
    if (/** @type {{ code?: unknown }} */ (error).code !== 'POOL_EXHAUSTED') throw error;
  }
  const byteLength = blocks.at(-1)?.view.buffer.byteLength ?? byteLengthOf(memory);
  for (const block of blocks) block.dispose();
  return byteLength;
}

/** @param {NeuralRuntime['ops']} ops @param {string} name @param {Vec} x @param {Vec} [out] */
function compute(ops, name, x, out) {
  const vec = /** @type {Float32Array} */ (x);
  const into = /** @type {Float32Array | undefined} */ (out);
  if (name === 'add') ops.add(vec, vec, into);
  else if (name === 'softmax') ops.softmax(vec, into === undefined ? {} : { out: into });
  else if (name === 'dot') ops.dot(vec, vec);
  else if (name === 'sigmoid') ops.sigmoid(vec, into);
  else ops.tanh(vec, into);
}
