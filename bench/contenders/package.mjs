// @ts-check
/** This package, through its public API alone. */
import { matrixInput, pairInput, vectorInput } from '../data/tasks.mjs';
import { prepareNetworks } from './package-networks.mjs';
import { prepareSystem } from './package-system.mjs';

/** @import { NeuralRuntime, Vec } from '@sasi/wasm-performance' */
/** @import { Contender, ContenderOptions, Prepared, Sources, Task } from './types.mjs' */
/** @import { BinaryTask, MatmulTask, MatvecTask, ReduceTask, SoftmaxTask, UnaryTask } from '../data/tasks.mjs' */

/** Room for three matrices of 1024 × 1024 and what a product needs beside them. */
const memoryLimit = 64 * 2 ** 20;

/**
 * Throws the package's own error when it has no such build or the engine cannot run it.
 * @param {ContenderOptions} options
 * @param {Sources} sources
 * @returns {Promise<Contender>}
 */
export async function loadPackage({ variant: name = 'simd', profiling = false }, sources) {
  /** @type {typeof import('@sasi/wasm-performance')} */
  const api = await import(sources.package);
  const importedAt = performance.now();
  // Whether there is such a build is for the package to say: an earlier one may not have it.
  const variant = /** @type {'simd'} */ (name);
  const runtime = await api.loadRuntime({ variant, profiling, memoryLimit });
  return {
    version: api.version,
    importedAt,
    // Fused multiplication and addition differs from machine to machine, so that build promises no bits.
    bound: name === 'relaxed' ? 'tolerance' : 'contract',
    prepare(task) {
      runtime.memory.reset();
      return (
        prepareOperation(runtime, task) ?? prepareNetworks(runtime, task) ?? prepareSystem(api, runtime, task)
      );
    },
  };
}

/** Additions and multiplications that the js build may take in a sample: seconds in every round else. */
const mostWithoutWasm = 2 ** 26;

/** @param {NeuralRuntime} runtime @param {Task} task @returns {Prepared | undefined} */
function prepareOperation(runtime, task) {
  switch (task.operation) {
    case 'unary':
      return unary(runtime, task);
    case 'binary':
      return binary(runtime, task);
    case 'softmax':
      return softmax(runtime, task);
    case 'dot':
    case 'sum':
      return reduction(runtime, task);
    case 'matmul':
      return matmul(runtime, task);
    case 'matvec':
      return matvec(runtime, task);
    default:
      return undefined;
  }
}

/** @param {Vec} vec */
const contents = (vec) => ('view' in vec ? vec.view : vec);

/** Blocks in the pool, or arrays that every call copies. @param {NeuralRuntime} runtime @param {boolean} arrays */
const placer =
  ({ memory }, arrays) =>
  (/** @type {Float32Array} */ values) =>
    arrays ? values : memory.float32(values);

/** @param {NeuralRuntime} runtime @param {UnaryTask} task @returns {Prepared | undefined} */
function unary(runtime, task) {
  const { ops } = runtime;
  const place = placer(runtime, task.kind === 'arrays');
  const x = place(vectorInput(task));
  const out = place(new Float32Array(task.n));
  const shorthand = shorthands(runtime)[task.name];
  const name = /** @type {Parameters<typeof ops.activate>[0]} */ (task.name);
  const options = { out };
  return {
    run:
      shorthand !== undefined
        ? (iterations) => {
            for (let i = 0; i < iterations; i++) shorthand(x, out);
          }
        : (iterations) => {
            for (let i = 0; i < iterations; i++) ops.activate(name, x, options);
          },
    result: () => contents(out),
  };
}

/** @param {NeuralRuntime} runtime @returns {Record<string, ((x: Vec, out: Vec) => Vec) | undefined>} */
const shorthands = ({ ops: { relu, sigmoid, tanh, exp } }) => ({ relu, sigmoid, tanh, exp });

/** @param {NeuralRuntime} runtime @param {BinaryTask} task @returns {Prepared | undefined} */
function binary(runtime, task) {
  const place = placer(runtime, task.kind === 'arrays');
  const [a, b] = pairInput(task).map(place);
  const out = place(new Float32Array(task.n));
  const { add, mul } = runtime.ops;
  const operation = { add, mul }[task.name];
  if (operation === undefined || a === undefined || b === undefined) return undefined;
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) operation(a, b, out);
    },
    result: () => contents(out),
  };
}

/** @param {NeuralRuntime} runtime @param {SoftmaxTask} task @returns {Prepared} */
function softmax({ ops, memory }, task) {
  const x = memory.float32(vectorInput(task));
  const options = { rows: task.rows, out: memory.float32(task.n) };
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) ops.softmax(x, options);
    },
    result: () => options.out.view,
  };
}

/** @param {NeuralRuntime} runtime @param {ReduceTask} task @returns {Prepared} */
function reduction({ ops, memory }, task) {
  const [first, second] = pairInput(task);
  const a = memory.float32(first);
  let last = Number.NaN;
  if (task.operation === 'sum') {
    return {
      run(iterations) {
        for (let i = 0; i < iterations; i++) last = ops.sum(a);
      },
      result: () => [last],
    };
  }
  const b = memory.float32(second);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) last = ops.dot(a, b);
    },
    result: () => [last],
  };
}

/** @param {NeuralRuntime} runtime @param {MatvecTask} task @returns {Prepared} */
function matvec({ ops, memory }, task) {
  const { m, k: n } = task;
  const [matrix, vector] = matrixInput(task);
  const w = memory.float32(matrix);
  const x = memory.float32(vector);
  const shape = { m, n, out: memory.float32(m) };
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) ops.matvec(w, x, shape);
    },
    result: () => shape.out.view,
  };
}

/** @param {NeuralRuntime} runtime @param {MatmulTask} task @returns {Prepared | undefined} */
function matmul({ ops, memory, variant }, task) {
  const { m, n, k } = task;
  if (variant === 'js' && 2 * m * n * k > mostWithoutWasm) return undefined;
  const [first, second] = matrixInput(task);
  const a = memory.float32(first);
  const b = memory.float32(second);
  const shape = { m, n, k, out: memory.float32(m * n) };
  const right = task.packed ? ops.packWeights(b, { n, k }) : b;
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) ops.matmul(a, right, shape);
    },
    result: () => shape.out.view,
  };
}
