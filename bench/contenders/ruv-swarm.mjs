// @ts-check
/** ruv-swarm's WebAssembly module. Everything is copied in and out by its bindings; there is no other way. */
import { matrixInput, networkRows, pairInput, vectorInput } from '../data/tasks.mjs';

/** @import { Contender, Prepared, Sources, Task } from './types.mjs' */
/** @import { RunTask } from '../data/tasks.mjs' */
/** @typedef {any} RuvSwarm */

/**
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadRuvSwarm({ peers }) {
  const ruv = await import(new URL('ruv-swarm/wasm/ruv_swarm_wasm.js', peers).href);
  const importedAt = performance.now();
  const url = new URL('ruv-swarm/wasm/ruv_swarm_wasm_bg.wasm', peers);
  if (url.protocol === 'file:') {
    ruv.initSync({ module: process.getBuiltinModule('node:fs').readFileSync(url) });
  } else {
    await ruv.default({ module_or_path: url });
  }
  return { version: '1.0.20', importedAt, bound: 'tolerance', prepare: (task) => prepare(ruv, task) };
}

/** @param {RuvSwarm} ruv @param {Task} task @returns {Prepared | undefined} */
function prepare(ruv, task) {
  switch (task.operation) {
    case 'unary': {
      if (!['relu', 'sigmoid', 'tanh', 'gelu'].includes(task.name)) return undefined;
      const ops = new ruv.SimdVectorOps();
      const x = vectorInput(task);
      return timed(() => ops.apply_activation(x, task.name), ops);
    }
    case 'binary': {
      if (task.name !== 'add') return undefined;
      const ops = new ruv.SimdVectorOps();
      const [a, b] = pairInput(task);
      return timed(() => ops.vector_add(a, b), ops);
    }
    case 'dot': {
      const ops = new ruv.SimdVectorOps();
      const [a, b] = pairInput(task);
      return timed(() => [ops.dot_product(a, b)], ops);
    }
    case 'matmul': {
      // Beyond, a single product takes longer than a sample should.
      if (task.m * task.n * task.k > 2 ** 27) return undefined;
      const ops = new ruv.SimdMatrixOps();
      const [a, b] = matrixInput(task);
      return timed(() => ops.matrix_multiply(a, b, task.m, task.k, task.n), ops);
    }
    case 'run':
      return task.rows === 1 ? network(ruv, task) : undefined;
    default:
      return undefined;
  }
}

/**
 * Its networks have no biases, one activation for all layers and an order of weights of their own: the result cannot
 * be the same, so what is checked is that it is a result.
 * @param {RuvSwarm} ruv
 * @param {RunTask} task
 * @returns {Prepared}
 */
function network(ruv, task) {
  const it = new ruv.WasmNeuralNetwork(Uint32Array.from(task.layers), ruv.ActivationFunction.Sigmoid);
  it.randomize_weights(-0.3, 0.3);
  const input = Float64Array.from(networkRows(task, 1));
  const { run, dispose } = timed(() => it.run(input), it);
  return { run, dispose, fault: () => faultOf(it.run(input), task.layers.at(-1) ?? 0) };
}

/** @param {Float64Array} output @param {number} length */
function faultOf(output, length) {
  const fine = output.length === length && output.every((value) => value > 0 && value < 1);
  return fine ? undefined : 'the outputs are no values of a sigmoid';
}

/**
 * @param {() => ArrayLike<number>} compute
 * @param {{ free(): void }} owner
 * @returns {Required<Pick<Prepared, 'run' | 'result' | 'dispose'>>}
 */
function timed(compute, owner) {
  /** @type {ArrayLike<number>} */
  let last = [];
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) last = compute();
    },
    result: () => last,
    dispose: () => owner.free(),
  };
}
