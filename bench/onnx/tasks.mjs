// @ts-check
/** The model of a task, and what is fed to it. */
import { matrixInput, networkInput, networkRows, pairInput, vectorInput } from '../data/tasks.mjs';
import { onnxModel } from './model.mjs';

/** @import { Task } from '../contenders/types.mjs' */
/** @import { MatmulTask, RunTask } from '../data/tasks.mjs' */
/** @import { Node, Tensor } from './model.mjs' */

/**
 * @typedef {object} Graph
 * @property {Uint8Array} model
 * @property {Record<string, Tensor>} feeds
 */

/** @type {Record<string, Pick<Node, 'operator' | 'domain' | 'floats'>>} */
const unary = {
  relu: { operator: 'Relu' },
  exp: { operator: 'Exp' },
  sigmoid: { operator: 'Sigmoid' },
  tanh: { operator: 'Tanh' },
  gelu: { operator: 'Gelu' },
  // onnxruntime's own fused form: x · sigmoid(alpha · x).
  silu: { operator: 'QuickGelu', domain: 'com.microsoft', floats: { alpha: 1 } },
};

/** @type {Record<string, string>} */
const binary = { add: 'Add', mul: 'Mul' };

/** @param {Task} task @returns {Graph | undefined} undefined: there is no such operator */
export function onnxGraph(task) {
  switch (task.operation) {
    case 'unary': {
      const node = unary[task.name];
      const x = vector(vectorInput(task));
      return node && graph([{ ...node, inputs: ['x'], output: 'y' }], { x }, {}, [task.n]);
    }
    case 'binary': {
      const operator = binary[task.name];
      const [a, b] = pairInput(task).map(vector);
      if (operator === undefined || a === undefined || b === undefined) return undefined;
      return graph([{ operator, inputs: ['a', 'b'], output: 'y' }], { a, b }, {}, [task.n]);
    }
    case 'softmax': {
      const shape = [task.rows, task.n / task.rows];
      const x = { shape, values: vectorInput(task) };
      return graph([{ operator: 'Softmax', inputs: ['x'], output: 'y' }], { x }, {}, shape);
    }
    case 'dot': {
      const [a, b] = pairInput(task);
      return product({ m: 1, n: 1, k: task.n }, a, b);
    }
    case 'matmul':
      return product(task, ...matrixInput(task));
    case 'run':
      return network(task);
    default:
      return undefined;
  }
}

/** @param {Float32Array} values @returns {Tensor} */
const vector = (values) => ({ shape: [values.length], values });

/**
 * @param {Node[]} nodes
 * @param {Record<string, Tensor>} feeds
 * @param {Record<string, Tensor>} stored
 * @param {number[]} output
 * @returns {Graph}
 */
function graph(nodes, feeds, stored, output) {
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  return { model: onnxModel({ nodes, inputs, stored, output }), feeds };
}

/**
 * b is stored in the model, so that it is packed once: the fastest that onnxruntime offers.
 * @param {Pick<MatmulTask, 'm' | 'n' | 'k'>} shape
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function product({ m, n, k }, a, b) {
  const stored = { b: { shape: [k, n], values: b } };
  const feeds = { a: { shape: [m, k], values: a } };
  return graph([{ operator: 'MatMul', inputs: ['a', 'b'], output: 'y' }], feeds, stored, [m, n]);
}

/** @param {RunTask} task */
function network(task) {
  const { layers, weights, biases, activations } = networkInput(task);
  /** @type {Record<string, Tensor>} */
  const stored = {};
  const nodes = weights.flatMap((values, i) => {
    const last = i === weights.length - 1;
    const name = unary[activations[i] ?? '']?.operator;
    const bias = /** @type {Float32Array} */ (biases[i]);
    stored[`w${i}`] = { shape: [values.length / bias.length, bias.length], values };
    stored[`b${i}`] = vector(bias);
    const out = last ? 'y' : `x${i + 1}`;
    const sum = name === undefined ? out : `s${i}`;
    const gemm = { operator: 'Gemm', inputs: [`x${i}`, `w${i}`, `b${i}`], output: sum };
    return name === undefined ? [gemm] : [gemm, { operator: name, inputs: [sum], output: out }];
  });
  const x0 = { shape: [task.rows, layers[0] ?? 0], values: networkRows(task, task.rows) };
  return graph(nodes, { x0 }, stored, [task.rows, layers.at(-1) ?? 0]);
}
