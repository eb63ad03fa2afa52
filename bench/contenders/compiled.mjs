// @ts-check
/** Modules that the benchmark compiles for itself: other loops in the place of the scalar build's, and dlmalloc. */
import { matrixInput } from '../data/tasks.mjs';
import { recordTrace, traceFigure } from '../data/trace.mjs';

/** @import { Contender, OtherTask, Prepared, Sources, Task } from './types.mjs' */
/** @import { Step, TraceCounts } from '../data/trace.mjs' */

/** @param {Sources} sources @returns {Promise<Contender>} */
export async function loadCompiled({ compiled }) {
  const [tiles, allocator] = await Promise.all([
    compile(new URL('scalar_tiles.wasm', compiled)).then(instantiate),
    compile(new URL('malloc_trace.wasm', compiled)),
  ]);
  return {
    version: 'clang, -O3',
    importedAt: performance.now(),
    bound: 'contract',
    prepare: (task) => prepare(tiles, () => instantiate(allocator), task),
  };
}

/** @param {URL} url */
async function compile(url) {
  const bytes =
    url.protocol === 'file:'
      ? process.getBuiltinModule('node:fs').readFileSync(url)
      : await (await fetch(url)).arrayBuffer();
  return WebAssembly.compile(bytes);
}

/** @param {WebAssembly.Module} module @returns {Promise<any>} its exports */
async function instantiate(module) {
  // Of the system interface that the linker may ask for, nothing is ever called.
  const imports = Object.fromEntries(
    WebAssembly.Module.imports(module).map(({ module: from }) => [
      from,
      new Proxy({}, { get: () => () => 0 }),
    ]),
  );
  const { exports } = await WebAssembly.instantiate(module, imports);
  if (typeof exports._initialize === 'function') exports._initialize();
  return exports;
}

/** @param {any} tiles @param {() => Promise<any>} newAllocator @param {Task} task @returns {Prepared | undefined} */
function prepare(tiles, newAllocator, task) {
  if (task.operation === 'trace' && task.way === 'malloc') return trace(newAllocator, task);
  if (task.operation !== 'tile') return undefined;
  const { n, tile } = task;
  const product = tiles[tile];
  const view = (/** @type {() => number} */ address) =>
    new Float32Array(tiles.memory.buffer, address(), n * n);
  const [a, b] = matrixInput(task);
  view(tiles.left).set(a);
  view(tiles.right).set(b);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) product(n);
    },
    result: () => view(tiles.result),
  };
}

/**
 * Each sample has an allocator of its own: one that was in use keeps what it took.
 * @param {() => Promise<any>} newAllocator
 * @param {Extract<OtherTask, { operation: 'trace' }>} task
 * @returns {Prepared}
 */
function trace(newAllocator, task) {
  const { steps, payload } = recordTrace(task);
  return {
    sample: async () => traceFigure(replayMalloc(await newAllocator(), steps), payload, task.figure),
  };
}

/**
 * A malloc for every operand and result.
 * @param {{ allocate(bytes: number): number, release(block: number): void, end(): number, used(): number }} allocator that was not used yet
 * @param {readonly Step[]} steps
 * @returns {TraceCounts}
 */
export function replayMalloc({ allocate, release, end, used }, steps) {
  const [start, before] = [end(), used()];
  let most = 0;
  /** @type {(number | undefined)[]} */
  const kept = [];
  for (const { n, slot } of steps) {
    if (kept[slot] !== undefined) release(kept[slot]);
    const x = allocate(4 * n);
    kept[slot] = allocate(4 * n);
    most = Math.max(most, used() - before);
    release(x);
  }
  return { taken: end() - start, used: most };
}
