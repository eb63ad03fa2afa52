// @ts-check
/**
 * What a cell asks every contender to do, as plain JSON that travels between processes; its data, made from the seed
 * in each of them; and the right result.
 */
import { uniformArray } from './random.mjs';
import {
  binaryReference,
  dotReference,
  matmulReference,
  networkReference,
  softmaxReference,
  sumReference,
  unaryReference,
} from './references.mjs';

/** @import { Reference } from './references.mjs' */

/**
 * @typedef {{ seed: number }} Seeded
 * @typedef {Seeded & { operation: 'unary', name: string, n: number, kind?: 'arrays' }} UnaryTask
 * @typedef {Seeded & { operation: 'binary', name: string, n: number, kind?: 'arrays' }} BinaryTask
 * @typedef {Seeded & { operation: 'softmax', n: number, rows: number }} SoftmaxTask
 * @typedef {Seeded & { operation: 'dot' | 'sum', n: number }} ReduceTask
 * @typedef {Seeded & { operation: 'matmul', m: number, n: number, k: number, packed?: boolean }} MatmulTask `packed`: the right operand was packed before
 * @typedef {Seeded & { operation: 'matvec', m: number, k: number, n: number }} MatvecTask `n`: 1
 * @typedef {Seeded & { layers: number[], activation: string, output: string }} Topology
 * @typedef {Topology & { operation: 'run', rows: number }} RunTask one row: a single inference; more: a batch
 * @typedef {Seeded & { operation: 'activation', n: number }} ActivationTask tanh(0.5 · x)
 * @typedef {Seeded & { operation: 'tile', tile: string, m: number, n: number, k: number }} TileTask a square product
 * @typedef {ActivationTask | TileTask | UnaryTask | BinaryTask | SoftmaxTask | ReduceTask | MatmulTask | MatvecTask | RunTask} CheckedTask
 */

/** @param {{ n: number, seed: number }} task */
export const vectorInput = ({ n, seed }) => uniformArray(n, seed, -8, 8);

/** @param {{ n: number, seed: number }} task @returns {[Float32Array, Float32Array]} */
export const pairInput = ({ n, seed }) => [uniformArray(n, seed, -1, 1), uniformArray(n, seed + 1, -1, 1)];

/** @param {MatmulTask | MatvecTask | TileTask} task @returns {[Float32Array, Float32Array]} */
export const matrixInput = ({ m, n, k, seed }) => [
  uniformArray(m * k, seed, -1, 1),
  uniformArray(k * n, seed + 1, -1, 1),
];

/**
 * Weights of the size that initialisers give, so that no activation saturates.
 * @param {Topology} task
 * @returns {{ layers: number[], weights: Float32Array[], biases: Float32Array[], activations: string[] }}
 */
export function networkInput({ layers, seed, activation, output }) {
  const shapes = layers.slice(1).map((outputs, i) => ({ inputs: layers[i] ?? 0, outputs }));
  return {
    layers,
    weights: shapes.map(({ inputs, outputs }, i) => {
      const bound = Math.sqrt(3 / inputs);
      return uniformArray(inputs * outputs, seed + 10 + i, -bound, bound);
    }),
    biases: shapes.map(({ outputs }, i) => uniformArray(outputs, seed + 50 + i, -0.1, 0.1)),
    activations: shapes.map((_, i) => (i === shapes.length - 1 ? output : activation)),
  };
}

/** @param {Topology} task @param {number} rows */
export const networkRows = ({ layers, seed }, rows) => uniformArray(rows * (layers[0] ?? 0), seed, -1, 1);

/** One row for each agent. @param {Topology & { agents: number }} task */
export const swarmRows = (task) => networkRows(task, task.agents);

/**
 * Rows to learn from: what a smooth function makes of the inputs, between 0.1 and 0.9.
 * @param {Topology} task
 * @param {number} rows
 * @param {number} batch which of many
 */
export function sampleInput({ layers, seed }, rows, batch) {
  const [width = 0, outputs = 0] = [layers[0], layers.at(-1)];
  const inputs = uniformArray(rows * width, seed + 1000 + batch, -1, 1);
  const targets = Float32Array.from({ length: rows * outputs }, (_, i) => {
    const row = Math.floor(i / outputs);
    const first = row * width + (i % outputs);
    return 0.5 + 0.2 * ((inputs[first] ?? 0) + (inputs[first + 1] ?? 0));
  });
  return { inputs, targets };
}

/** @param {CheckedTask} task @returns {Reference} */
export function referenceOf(task) {
  switch (task.operation) {
    case 'unary':
      return unaryReference(task.name, vectorInput(task));
    case 'activation':
      return unaryReference(
        'tanh',
        vectorInput(task).map((x) => 0.5 * x),
      );
    case 'binary':
      return binaryReference(task.name, ...pairInput(task));
    case 'softmax':
      return softmaxReference(vectorInput(task), task.rows);
    case 'dot':
      return dotReference(...pairInput(task));
    case 'sum':
      return sumReference(pairInput(task)[0]);
    case 'matmul':
    case 'matvec':
    case 'tile':
      return matmulReference(...matrixInput(task), task);
    case 'run':
      return networkReference(networkRows(task, task.rows), networkInput(task));
  }
}
