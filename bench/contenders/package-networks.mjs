// @ts-check
/** This package's networks, trainers and swarms. */

import { networkReference } from '../data/references.mjs';
import { networkInput, networkRows, sampleInput, swarmRows } from '../data/tasks.mjs';
import { batches, faultOfTraining, learningRate, meanSquaredError, momentum } from '../data/training.mjs';

/** @import { NetworkConfig, NeuralRuntime, Vec } from '@sasi/wasm-performance' */
/** @import { OtherTask, Prepared, Task } from './types.mjs' */
/** @import { Reference } from '../data/references.mjs' */
/** @import { RunTask, Topology } from '../data/tasks.mjs' */

/** @template {OtherTask['operation']} Name @typedef {Extract<OtherTask, { operation: Name }>} TaskOf */

/** @param {NeuralRuntime} runtime @param {Task} task @returns {Prepared | undefined} */
export function prepareNetworks(runtime, task) {
  switch (task.operation) {
    case 'run':
      return inference(runtime, task);
    case 'create':
      return creation(runtime, task);
    case 'train':
      return training(runtime, task);
    case 'epoch':
      return epoch(runtime, task);
    case 'products':
      return products(runtime, task);
    case 'swarm':
      return swarm(runtime, task);
    case 'swarmTrain':
      return swarmTraining(runtime, task);
    default:
      return undefined;
  }
}

/** @param {Topology} task @returns {NetworkConfig} */
const configOf = ({ layers, activation, output, seed }) =>
  /** @type {NetworkConfig} */ ({ layers, activation, output, seed });

/** @param {NeuralRuntime} runtime @param {Topology} task */
function networkWith(runtime, task) {
  const network = runtime.createNetwork(configOf(task));
  const { weights, biases } = networkInput(task);
  network.importLayers({ weights, biases });
  return network;
}

/** @param {NeuralRuntime} runtime @param {RunTask} task @returns {Prepared} */
function inference(runtime, task) {
  const { memory } = runtime;
  const { layers, rows } = task;
  const network = networkWith(runtime, task);
  const inputs = memory.float32(networkRows(task, rows));
  const out = memory.float32(rows * (layers.at(-1) ?? 0));
  return {
    run:
      rows === 1
        ? (iterations) => {
            for (let i = 0; i < iterations; i++) network.run(inputs, out);
          }
        : (iterations) => {
            for (let i = 0; i < iterations; i++) network.runBatch(inputs, rows, out);
          },
    result: () => out.view,
    dispose: () => network.dispose(),
  };
}

/** @param {NeuralRuntime} runtime @param {TaskOf<'create'>} task @returns {Prepared} */
function creation(runtime, { layers }) {
  const config = { layers };
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) runtime.createNetwork(config).dispose();
    },
  };
}

/** @param {NeuralRuntime} runtime @param {TaskOf<'train'>} task @returns {Prepared} */
function training(runtime, task) {
  const { rows } = task;
  const network = networkWith(runtime, task);
  const trainer = network.trainer({
    batchSize: rows,
    loss: 'mse',
    optimizer: { kind: 'momentum', learningRate, momentum },
  });
  const data = Array.from({ length: batches }, (_, batch) => {
    const { inputs, targets } = sampleInput(task, rows, batch);
    return { inputs: runtime.memory.float32(inputs), targets: runtime.memory.float32(targets) };
  });
  let next = 0;
  const step = () => {
    const { inputs, targets } = /** @type {typeof data[number]} */ (data[next]);
    next = (next + 1) % batches;
    return trainer.step(inputs, targets, rows);
  };
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) step();
    },
    fault() {
      const { weights, biases } = networkInput(task);
      network.importLayers({ weights, biases });
      next = 0;
      return faultOfTraining(step, meanSquaredError(task, rows));
    },
    dispose: () => network.dispose(),
  };
}

/** @param {NeuralRuntime} runtime @param {TaskOf<'epoch'>} task @returns {Prepared | undefined} */
function epoch(runtime, task) {
  const { batch, layers } = task;
  // Seconds for every sample else.
  const rows = runtime.variant === 'js' ? 10 * batch : task.rows;
  const network = runtime.createNetwork(configOf(task));
  const inputs = networkRows(task, rows);
  const classes = layers.at(-1) ?? 1;
  const labels = Uint8Array.from({ length: rows }, (_, i) => (i * 7) % classes);
  const options = {
    epochs: 1,
    batchSize: batch,
    optimizer: { kind: /** @type {const} */ ('momentum'), learningRate: 0.05 },
  };
  let loss = Number.NaN;
  const run = async () => {
    ({ loss } = await network.train({ inputs, labels, rows }, options));
  };
  return {
    async run(iterations) {
      for (let i = 0; i < iterations; i++) await run();
    },
    ...(rows < task.rows && {
      async sample() {
        const start = performance.now();
        await run();
        return ((performance.now() - start) * task.rows) / rows;
      },
    }),
    fault: () => (loss > 0 && loss < 10 ? undefined : `its loss is ${loss}`),
    dispose: () => network.dispose(),
  };
}

/**
 * The products of one batch: forwards x·W, backwards the gradients of every W, and of what goes into every layer but
 * the first.
 * @param {NeuralRuntime} runtime
 * @param {TaskOf<'products'>} task
 * @returns {Prepared}
 */
function products({ ops, memory }, { layers, rows, batch }) {
  const values = layers.map((width) => memory.float32(batch * width));
  const calls = layers.slice(1).flatMap((outputs, i) => {
    const inputs = layers[i] ?? 0;
    const x = /** @type {typeof values[number]} */ (values[i]);
    const y = /** @type {typeof values[number]} */ (values[i + 1]);
    const w = memory.float32(inputs * outputs);
    const gradient = memory.float32(inputs * outputs);
    const forwards = () => ops.matmul(x, w, { m: batch, n: outputs, k: inputs, out: y });
    const weights = () =>
      ops.matmul(x, y, { m: inputs, n: outputs, k: batch, transposeA: true, out: gradient });
    const backwards = () => ops.matmul(y, w, { m: batch, n: inputs, k: outputs, transposeB: true, out: x });
    return i === 0 ? [forwards, weights] : [forwards, weights, backwards];
  });
  const count = Math.ceil(rows / batch);
  return {
    run(iterations) {
      for (let i = 0; i < iterations * count; i++) for (const call of calls) call();
    },
  };
}

/** @param {NeuralRuntime} runtime @param {Topology & { agents: number }} task */
function swarmWith(runtime, task) {
  return /** @type {any} */ (runtime).createSwarm({ ...configOf(task), agents: task.agents });
}

/** @param {NeuralRuntime} runtime @param {TaskOf<'swarm'>} task @returns {Prepared | undefined} */
function swarm(runtime, task) {
  if (!('createSwarm' in runtime)) return undefined;
  const { memory } = runtime;
  const { agents, layers, calls } = task;
  const [width = 0, classes = 0] = [layers[0], layers.at(-1)];
  const it = swarmWith(runtime, task);
  const rows = swarmRows(task);
  const inputs = memory.float32(rows);
  const out = memory.float32(agents * classes);
  const dispose = () => it.dispose();
  const reference = () => swarmReference(task, rows, (agent) => it.network(agent).exportLayers());
  if (calls === 'one') {
    return {
      run(iterations) {
        for (let i = 0; i < iterations; i++) it.runAll(inputs, out);
      },
      result: () => out.view,
      reference,
      dispose,
    };
  }
  const networks = Array.from(
    { length: agents },
    (_, agent) => /** @type {import('@sasi/wasm-performance').Network} */ (it.network(agent)),
  );
  const single = networks.map((network, agent) => ({
    network,
    input: memory.float32(rows.subarray(agent * width, (agent + 1) * width)),
    out: memory.float32(classes),
  }));
  const all = new Float32Array(agents * classes);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++)
        for (const { network, input, out } of single) network.run(input, out);
    },
    result() {
      for (const [agent, { out }] of single.entries()) all.set(out.view, agent * classes);
      return all;
    },
    reference,
    dispose,
  };
}

/**
 * Of the first, a middle and the last agent.
 * @param {Topology & { agents: number }} task
 * @param {Float32Array} rows
 * @param {(agent: number) => { weights: Float32Array[], biases: Float32Array[] }} layersOf
 * @returns {Reference}
 */
function swarmReference(task, rows, layersOf) {
  const { agents, layers } = task;
  const { activations } = networkInput(task);
  const [width = 0, classes = 0] = [layers[0], layers.at(-1)];
  const checked = [0, Math.floor(agents / 2), agents - 1];
  const references = checked.map((agent) => {
    const input = rows.subarray(agent * width, (agent + 1) * width);
    return networkReference(input, { layers, activations, ...layersOf(agent) });
  });
  const own = (/** @type {number} */ i) => /** @type {Reference} */ (references[Math.floor(i / classes)]);
  return {
    values: Float64Array.from(references.flatMap(({ values }) => Array.from(values))),
    allowed: (i) => own(i).allowed(i % classes),
    indices: Uint32Array.from(
      checked.flatMap((agent) => Array.from({ length: classes }, (_, i) => agent * classes + i)),
    ),
  };
}

/** @param {NeuralRuntime} runtime @param {TaskOf<'swarmTrain'>} task @returns {Prepared | undefined} */
function swarmTraining(runtime, task) {
  if (!('createSwarm' in runtime)) return undefined;
  const { agents, rows } = task;
  const it = swarmWith(runtime, task);
  const trainer = it.trainer({
    batchSize: rows,
    loss: 'mse',
    optimizer: { kind: 'momentum', learningRate: 0.1 },
  });
  const { inputs, targets } = sampleInput(task, rows * agents, 0);
  const place = (/** @type {Float32Array} */ values) => /** @type {Vec} */ (runtime.memory.float32(values));
  const [x, t] = [place(inputs), place(targets)];
  const mean = (/** @type {ArrayLike<number>} */ losses) =>
    Array.from(losses).reduce((sum, loss) => sum + loss, 0) / losses.length;
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) trainer.step(x, t, rows);
    },
    fault() {
      const first = mean(trainer.step(x, t, rows));
      let last = first;
      for (let i = 0; i < 50; i++) last = mean(trainer.step(x, t, rows));
      return last < first ? undefined : `the mean loss did not fall: ${first} at first, ${last} in the end`;
    },
    dispose: () => it.dispose(),
  };
}
