// @ts-check
/** brain.js in plain JavaScript: single inferences and training, one sample after the other. */
import { networkReference } from '../data/references.mjs';
import { networkInput, networkRows, sampleInput, swarmRows } from '../data/tasks.mjs';
import { batches, checkedUpdates, learningRate, momentum } from '../data/training.mjs';

/** @import { Contender, Prepared, Sources, Task } from './types.mjs' */
/** @import { RunTask, Topology } from '../data/tasks.mjs' */
/** @typedef {any} Brain */

/**
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadBrain({ peers }) {
  const brain = await importBrain(peers);
  return {
    version: '1.6.1',
    importedAt: performance.now(),
    bound: 'tolerance',
    prepare: (task) => prepare(brain, task),
  };
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
  switch (task.operation) {
    case 'run':
      return task.rows === 1 ? inference(brain, task) : undefined;
    case 'train':
      return training(brain, task);
    case 'swarm':
      return swarm(brain, task);
    default:
      return undefined;
  }
}

/**
 * It updates after every sample. `trainPattern` is what its `train` calls for each of them, without the bookkeeping
 * around it: the fastest way in.
 * @param {Brain} brain
 * @param {Topology & { rows: number }} task
 * @returns {Prepared}
 */
function training(brain, task) {
  const { rows, layers } = task;
  const it = createNetwork(brain, task, 'sigmoid');
  it.trainOpts.learningRate = learningRate;
  it.trainOpts.momentum = momentum;
  const { inputs, targets } = sampleInput(task, rows * batches, 0);
  const [width = 0, outputs = 0] = [layers[0], layers.at(-1)];
  const patterns = Array.from({ length: rows * batches }, (_, row) => ({
    input: inputs.slice(row * width, (row + 1) * width),
    output: targets.slice(row * outputs, (row + 1) * outputs),
  }));
  let next = 0;
  const step = () => {
    for (let row = 0; row < rows; row++) {
      it.trainPattern(patterns[next]);
      next = (next + 1) % patterns.length;
    }
  };
  const error = () =>
    patterns.reduce((sum, { input, output }) => {
      const found = it.run(input);
      return sum + output.reduce((own, target, i) => own + (target - found[i]) ** 2, 0);
    }, 0);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) step();
    },
    fault() {
      const first = error();
      for (let i = 0; i < checkedUpdates; i++) step();
      const last = error();
      return last < first ? undefined : `the error did not fall: ${first} at first, ${last} in the end`;
    },
  };
}

/** One network after the other. @param {Brain} brain @param {Topology & { agents: number }} task @returns {Prepared} */
function swarm(brain, task) {
  const width = task.layers[0] ?? 0;
  const rows = swarmRows(task);
  const agents = Array.from({ length: task.agents }, (_, agent) => ({
    network: createNetwork(brain, { ...task, seed: task.seed + agent }, 'relu'),
    input: rows.slice(agent * width, (agent + 1) * width),
  }));
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) for (const { network, input } of agents) network.run(input);
    },
    result: () => agents.at(0)?.network.run(agents[0]?.input) ?? [],
    reference: () => networkReference(rows.subarray(0, width), reluNetwork(task)),
  };
}

/** It has one activation for all layers, relu here, the cheaper one. @param {Topology} task */
const reluNetwork = (task) => networkInput({ ...task, activation: 'relu', output: 'relu' });

/**
 * @param {Brain} brain
 * @param {RunTask} task
 * @returns {Prepared}
 */
function inference(brain, task) {
  const it = createNetwork(brain, task, 'relu');
  const input = networkRows(task, 1);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) it.run(input);
    },
    result: () => it.run(input),
    reference: () => networkReference(input, reluNetwork(task)),
  };
}

/**
 * @param {Brain} brain
 * @param {Topology} task
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
