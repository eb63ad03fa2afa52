// @ts-check
/** Modules that the benchmark compiles for itself: other loops in the place of the scalar build's, and dlmalloc. */
import { matrixInput } from '../data/tasks.mjs';
import { recordTrace } from '../data/trace.mjs';

/** @import { Contender, Prepared, Sources, Task } from './types.mjs' */

/** @param {Sources} sources @returns {Promise<Contender>} */
export async function loadCompiled({ compiled }) {
  const [tiles, allocator] = await Promise.all([
    instantiate(new URL('scalar_tiles.wasm', compiled)),
    instantiate(new URL('malloc_trace.wasm', compiled)),
  ]);
  return {
    version: 'clang, -O3',
    importedAt: performance.now(),
    bound: 'contract',
    prepare: (task) => prepare(tiles, allocator, task),
  };
}

/** @param {URL} url @returns {Promise<any>} its exports */
async function instantiate(url) {
  const bytes =
    url.protocol === 'file:'
      ? process.getBuiltinModule('node:fs').readFileSync(url)
      : await (await fetch(url)).arrayBuffer();
  const module = await WebAssembly.compile(bytes);
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

/** @param {any} tiles @param {any} allocator @param {Task} task @returns {Prepared | undefined} */
function prepare(tiles, allocator, task) {
  if (task.operation === 'trace' && task.way === 'malloc') return trace(allocator, task);
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

/** @param {any} allocator @param {{ operations: number, seed: number }} task @returns {Prepared} */
function trace({ allocate, release, end }, task) {
  const { steps, payload } = recordTrace(task);
  const before = end();
  return {
    sample() {
      /** @type {(number | undefined)[]} */
      const kept = [];
      for (const { n, slot } of steps) {
        if (kept[slot] !== undefined) release(kept[slot]);
        const x = allocate(4 * n);
        kept[slot] = allocate(4 * n);
        release(x);
      }
      for (const block of kept) if (block !== undefined) release(block);
      return (end() - before) / payload;
    },
  };
}
