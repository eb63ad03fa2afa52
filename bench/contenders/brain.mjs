// @ts-check
/** brain.js in plain JavaScript: single inferences and training, one sample after the other. */
import { networkInput, networkRows } from '../data/tasks.mjs';

/** @import { Contender, Prepared, Sources, Task } from './types.mjs' */
/** @import { RunTask } from '../data/tasks.mjs' */
/** @typedef {any} Brain */

/**
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadBrain({ peers }) {
  const brain = await importBrain(peers);
  return { version: '1.6.1', bound: 'tolerance', prepare: (task) => prepare(brain, task) };
}

/** @param {string} peers @returns {Promise<Brain>} */
async function importBrain(peers) {
  if (peers.startsWith('file:')) {
    return process.getBuiltinModule('node:module').createRequire(peers)('brain.js');
  }
  return (await import(new URL('brain.bundle.js', peers).href)).default;
}

/** @param {Brain} brain @param {Task} task @returns {Prepared | undefined} */
function prepare(brain, task) {
  return task.operation === 'run' && task.rows === 1 ? inference(brain, task) : undefined;
}

/**
 * It has one activation for all layers, relu here, the cheaper one: so its own result is the reference that its
 * network is judged by, with relu in the last layer, too.
 * @param {Brain} brain
 * @param {RunTask} task
 * @returns {Prepared}
 */
function inference(brain, task) {
  const it = createNetwork(brain, task, 'relu');
  const { weights, biases } = networkInput(task);
  const input = networkRows(task, 1);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) it.run(input);
    },
    fault: () => faultOf(it.run(input), expected(input, weights, biases)),
  };
}

/**
 * @param {Brain} brain
 * @param {RunTask} task
 * @param {string} activation
 */
export function createNetwork(brain, task, activation) {
  const { layers, weights, biases } = networkInput(task);
  const it = new brain.NeuralNetwork({
    activation,
    hiddenLayers: layers.slice(1, -1),
    inputSize: layers[0],
    outputSize: layers.at(-1),
  });
  it.sizes = layers;
  it.initialize();
  weights.forEach((matrix, i) => {
    const outputs = biases[i]?.length ?? 0;
    for (let j = 0; j < outputs; j++) {
      it.biases[i + 1][j] = biases[i]?.[j];
      for (let k = 0; k < (layers[i] ?? 0); k++) it.weights[i + 1][j][k] = matrix[k * outputs + j];
    }
  });
  return it;
}

/** @param {Float32Array} input @param {Float32Array[]} weights @param {Float32Array[]} biases */
function expected(input, weights, biases) {
  let values = Array.from(input);
  weights.forEach((matrix, i) => {
    const inputs = values;
    const outputs = biases[i]?.length ?? 0;
    values = Array.from(biases[i] ?? [], (bias, j) =>
      Math.max(
        0,
        inputs.reduce((sum, value, k) => sum + value * (matrix[k * outputs + j] ?? 0), bias),
      ),
    );
  });
  return values;
}

/** @param {ArrayLike<number>} output @param {number[]} right */
function faultOf(output, right) {
  const wrong = right.findIndex((value, i) => !(Math.abs((output[i] ?? Number.NaN) - value) <= 1e-4));
  return wrong < 0 ? undefined : `output ${wrong} is ${output[wrong]}, not ${right[wrong]}`;
}
