// @ts-check
/** Gradient descent with momentum in plain JavaScript: sigmoid in every layer, mean squared error, small batches. */
import { networkInput, sampleInput } from '../data/tasks.mjs';
import { batches, faultOfTraining, learningRate, meanSquaredError, momentum } from '../data/training.mjs';

/** @import { Prepared } from './types.mjs' */
/** @import { Topology } from '../data/tasks.mjs' */

/**
 * @typedef {object} Layer
 * @property {number} inputs
 * @property {number} outputs
 * @property {Float32Array} weights inputs × outputs
 * @property {Float32Array} biases
 * @property {Float32Array} weightSteps the last update
 * @property {Float32Array} biasSteps
 * @property {Float32Array} weightGradients
 * @property {Float32Array} biasGradients
 * @property {Float32Array} values of one row
 * @property {Float32Array} deltas the loss by what goes into the activations
 */

/** @param {Topology} task @returns {Layer[]} */
function layersOf(task) {
  const { layers, weights, biases } = networkInput(task);
  return weights.map((matrix, i) => {
    const inputs = layers[i] ?? 0;
    const outputs = layers[i + 1] ?? 0;
    return {
      inputs,
      outputs,
      weights: Float32Array.from(matrix),
      biases: Float32Array.from(biases[i] ?? []),
      weightSteps: new Float32Array(matrix.length),
      biasSteps: new Float32Array(outputs),
      weightGradients: new Float32Array(matrix.length),
      biasGradients: new Float32Array(outputs),
      values: new Float32Array(outputs),
      deltas: new Float32Array(outputs),
    };
  });
}

/** Row after row of the weights, which is how they lie in memory. @param {Layer} layer @param {Float32Array} x */
function forward({ inputs, outputs, weights, biases, values }, x) {
  values.set(biases);
  for (let i = 0, w = 0; i < inputs; i++) {
    const input = /** @type {number} */ (x[i]);
    for (let j = 0; j < outputs; j++, w++)
      values[j] = /** @type {number} */ (values[j]) + input * /** @type {number} */ (weights[w]);
  }
  for (let j = 0; j < outputs; j++) values[j] = 1 / (1 + Math.exp(-(/** @type {number} */ (values[j]))));
}

/** Sums the gradients of one row, and turns the deltas into those of the layer before. @param {Layer} layer @param {Float32Array} x @param {Float32Array | undefined} before */
function backward({ inputs, outputs, weights, weightGradients, biasGradients, deltas }, x, before) {
  for (let j = 0; j < outputs; j++)
    biasGradients[j] = /** @type {number} */ (biasGradients[j]) + /** @type {number} */ (deltas[j]);
  if (before === undefined) {
    addGradients(x, deltas, weightGradients);
    return;
  }
  for (let i = 0, w = 0; i < inputs; i++) {
    const input = /** @type {number} */ (x[i]);
    let sum = 0;
    for (let j = 0; j < outputs; j++, w++) {
      const delta = /** @type {number} */ (deltas[j]);
      weightGradients[w] = /** @type {number} */ (weightGradients[w]) + input * delta;
      sum += /** @type {number} */ (weights[w]) * delta;
    }
    before[i] = sum * input * (1 - input);
  }
}

/** Of the first layer, whose inputs nobody asks a gradient of. @param {Float32Array} x @param {Float32Array} deltas @param {Float32Array} gradients */
function addGradients(x, deltas, gradients) {
  for (let i = 0, w = 0; i < x.length; i++) {
    const input = /** @type {number} */ (x[i]);
    for (let j = 0; j < deltas.length; j++, w++) {
      gradients[w] = /** @type {number} */ (gradients[w]) + input * /** @type {number} */ (deltas[j]);
    }
  }
}

/** @param {Float32Array} values @param {Float32Array} steps @param {Float32Array} gradients @param {number} scale */
function update(values, steps, gradients, scale) {
  for (let i = 0; i < values.length; i++) {
    const step = momentum * /** @type {number} */ (steps[i]) - scale * /** @type {number} */ (gradients[i]);
    steps[i] = step;
    values[i] = /** @type {number} */ (values[i]) + step;
    gradients[i] = 0;
  }
}

/** @param {Topology & { rows: number }} task @returns {Prepared} */
export function prepareTraining(task) {
  const { rows } = task;
  const layers = layersOf(task);
  const last = layers[layers.length - 1];
  if (last === undefined) throw new Error('there is no layer');
  const width = task.layers[0] ?? 0;
  const data = Array.from({ length: batches }, (_, batch) => {
    const { inputs, targets } = sampleInput(task, rows, batch);
    const views = Array.from({ length: rows }, (_, row) => inputs.subarray(row * width, (row + 1) * width));
    return { views, targets };
  });
  let next = 0;

  /** @param {Float32Array} x @param {Float32Array} targets @param {number} from of the row's targets */
  function learn(x, targets, from) {
    let loss = 0;
    layers.forEach((layer, i) => {
      forward(layer, layers[i - 1]?.values ?? x);
    });
    const { values, deltas, outputs } = /** @type {Layer} */ (last);
    for (let j = 0; j < outputs; j++) {
      const value = /** @type {number} */ (values[j]);
      const error = value - /** @type {number} */ (targets[from + j]);
      loss += error * error;
      deltas[j] = error * value * (1 - value);
    }
    for (let i = layers.length - 1; i >= 0; i--) {
      backward(/** @type {Layer} */ (layers[i]), layers[i - 1]?.values ?? x, layers[i - 1]?.deltas);
    }
    return loss;
  }

  function step() {
    const { views, targets } = /** @type {typeof data[number]} */ (data[next]);
    next = (next + 1) % batches;
    const outputs = targets.length / rows;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      loss += learn(/** @type {Float32Array} */ (views[row]), targets, row * outputs);
    }
    const scale = (2 * learningRate) / targets.length;
    for (const { weights, weightSteps, weightGradients, biases, biasSteps, biasGradients } of layers) {
      update(weights, weightSteps, weightGradients, scale);
      update(biases, biasSteps, biasGradients, scale);
    }
    return loss / targets.length;
  }

  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) step();
    },
    fault() {
      layersOf(task).forEach(({ weights, biases }, i) => {
        const { weights: own, biases: ownBiases, weightSteps, biasSteps } = /** @type {Layer} */ (layers[i]);
        own.set(weights);
        ownBiases.set(biases);
        weightSteps.fill(0);
        biasSteps.fill(0);
      });
      next = 0;
      return faultOfTraining(step, meanSquaredError(task, rows));
    },
  };
}
