// @ts-check
/** TensorFlow.js with its WebAssembly back end: XNNPACK with SIMD, one thread. */
import { matrixInput, networkInput, networkRows, pairInput, vectorInput } from '../data/tasks.mjs';

/** @import { Contender, Prepared, Sources, Task } from './types.mjs' */
/** @import { RunTask } from '../data/tasks.mjs' */
/** @typedef {any} TensorFlow the benchmark does not install its types */
/** @typedef {any} Tensor */

/**
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadTensorFlow({ peers }) {
  const { tf, setThreadsCount, setWasmPaths } = await importTensorFlow(peers);
  const importedAt = performance.now();
  setThreadsCount(1);
  setWasmPaths?.(new URL('@tensorflow/tfjs-backend-wasm/dist/', peers).href);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  // No checks of arguments on every call.
  tf.enableProdMode();
  if (!(await tf.setBackend('wasm'))) throw new Error('its WebAssembly back end does not start');
  await tf.ready();
  return {
    version: tf.version_core,
    importedAt,
    bound: 'tolerance',
    prepare: (task) => prepare(tf, task),
  };
}

/** @param {string} peers @returns {Promise<{ tf: TensorFlow, setThreadsCount(count: number): void, setWasmPaths?(path: string): void }>} */
async function importTensorFlow(peers) {
  if (peers.startsWith('file:')) {
    const { createRequire } = process.getBuiltinModule('node:module');
    const require = createRequire(peers);
    const tf = require('@tensorflow/tfjs-core');
    // In Node it finds its file by itself.
    const { setThreadsCount } = require('@tensorflow/tfjs-backend-wasm');
    return { tf, setThreadsCount };
  }
  return import(new URL('tfjs.bundle.js', peers).href);
}

/** @type {Record<string, (tf: TensorFlow) => (x: Tensor) => Tensor>} */
const unary = {
  relu: (tf) => tf.relu,
  exp: (tf) => tf.exp,
  sigmoid: (tf) => tf.sigmoid,
  tanh: (tf) => tf.tanh,
  // It has no gelu and no fused silu; this is how its users write them.
  gelu: (tf) => (x) => tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))),
  silu: (tf) => (x) => tf.tidy(() => tf.mul(x, tf.sigmoid(x))),
};

/** @param {TensorFlow} tf @param {Task} task @returns {Prepared | undefined} */
function prepare(tf, task) {
  switch (task.operation) {
    case 'unary': {
      const f = unary[task.name]?.(tf);
      const x = tf.tensor1d(vectorInput(task));
      return f && timed([x], () => f(x));
    }
    case 'binary': {
      const [a, b] = pairInput(task).map((values) => tf.tensor1d(values));
      const f = { add: tf.add, mul: tf.mul }[task.name];
      return f && timed([a, b], () => f(a, b));
    }
    case 'softmax': {
      const x = tf.tensor2d(vectorInput(task), [task.rows, task.n / task.rows]);
      return timed([x], () => tf.softmax(x));
    }
    case 'dot': {
      const [first, second] = pairInput(task);
      const a = tf.tensor2d(first, [1, task.n]);
      const b = tf.tensor2d(second, [task.n, 1]);
      return timed([a, b], () => tf.matMul(a, b));
    }
    case 'sum': {
      const x = tf.tensor1d(pairInput(task)[0]);
      return timed([x], () => tf.sum(x));
    }
    case 'matmul': {
      const [first, second] = matrixInput(task);
      const a = tf.tensor2d(first, [task.m, task.k]);
      const b = tf.tensor2d(second, [task.k, task.n]);
      return timed([a, b], () => tf.matMul(a, b));
    }
    case 'run':
      return network(tf, task);
    default:
      return undefined;
  }
}

/**
 * A layer is one fused call: product, bias and activation.
 * @param {TensorFlow} tf
 * @param {RunTask} task
 */
function network(tf, task) {
  const { layers, weights, biases, activations } = networkInput(task);
  const x = tf.tensor2d(networkRows(task, task.rows), [task.rows, layers[0]]);
  const steps = weights.map((values, i) => ({
    b: tf.tensor2d(values, [layers[i], layers[i + 1]]),
    bias: tf.tensor1d(biases[i]),
    activation: activations[i],
  }));
  return timed([x, ...steps.flatMap(({ b, bias }) => [b, bias])], () => {
    let a = x;
    for (const step of steps) {
      const next = tf.fused.matMul({ a, ...step });
      if (a !== x) a.dispose();
      a = next;
    }
    return a;
  });
}

/**
 * Every result is a new tensor, to be given back: the last one only when the next is there, since it is looked at.
 * @param {Tensor[]} operands
 * @param {() => Tensor} compute
 * @returns {Prepared}
 */
function timed(operands, compute) {
  /** @type {Tensor} */
  let last;
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        last?.dispose();
        last = compute();
      }
    },
    result: () => last.dataSync(),
    dispose() {
      last?.dispose();
      for (const tensor of operands) tensor.dispose();
    },
  };
}
