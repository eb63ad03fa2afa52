// @ts-check
/** ruv-swarm's WebAssembly module. Everything is copied in and out by its bindings; there is no other way. */
import { networkReference } from '../data/references.mjs';
import { matrixInput, networkInput, networkRows, pairInput, vectorInput } from '../data/tasks.mjs';

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
 * Its networks have no biases and one activation for all layers, so the reference has not, either. (Weights that it
 * makes itself would not do: `randomize_weights` changes something that `get_weights` does not tell.)
 * @param {RuvSwarm} ruv
 * @param {RunTask} task
 * @returns {Prepared}
 */
function network(ruv, task) {
  const { layers, weights, activations } = networkInput({
    ...task,
    activation: 'sigmoid',
    output: 'sigmoid',
  });
  const it = new ruv.WasmNeuralNetwork(Uint32Array.from(layers), ruv.ActivationFunction.Sigmoid);
  it.set_weights(Float64Array.from(weights.flatMap((matrix) => Array.from(matrix))));
  const rows = networkRows(task, 1);
  const input = Float64Array.from(rows);
  return {
    ...timed(() => it.run(input), it),
    reference: () => networkReference(rows, { layers, weights, biases: [], activations }),
  };
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
