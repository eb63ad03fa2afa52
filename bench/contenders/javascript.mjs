// @ts-check
/**
 * Plain JavaScript, as one would write it by hand. Every loop is a function of its own, and each operation runs in a
 * process of its own: a helper that takes the operation as a parameter goes megamorphic and makes JavaScript slow.
 */
import { matrixInput, networkInput, networkRows, pairInput, vectorInput } from '../data/tasks.mjs';
import { recordTrace, traceFigure } from '../data/trace.mjs';
import { prepareTraining } from './javascript-training.mjs';

/** @import { Contender, Prepared, Task } from './types.mjs' */
/** @import { RunTask } from '../data/tasks.mjs' */
/** @import { Step, TraceCounts } from '../data/trace.mjs' */

/** @type {Record<string, (x: Float32Array, out: Float32Array) => void>} */
const unary = {
  relu(x, out) {
    for (let i = 0; i < x.length; i++) out[i] = Math.max(/** @type {number} */ (x[i]), 0);
  },
  exp(x, out) {
    for (let i = 0; i < x.length; i++) out[i] = Math.exp(/** @type {number} */ (x[i]));
  },
  sigmoid(x, out) {
    for (let i = 0; i < x.length; i++) out[i] = 1 / (1 + Math.exp(-(/** @type {number} */ (x[i]))));
  },
  tanh(x, out) {
    for (let i = 0; i < x.length; i++) out[i] = Math.tanh(/** @type {number} */ (x[i]));
  },
  silu(x, out) {
    for (let i = 0; i < x.length; i++) {
      const value = /** @type {number} */ (x[i]);
      out[i] = value / (1 + Math.exp(-value));
    }
  },
  // The error function by Abramowitz and Stegun 7.1.26, which is what JavaScript programs use: right to 1.5e-7.
  gelu(x, out) {
    for (let i = 0; i < x.length; i++) {
      const value = /** @type {number} */ (x[i]);
      const z = Math.abs(value) * Math.SQRT1_2;
      const t = 1 / (1 + 0.3275911 * z);
      const series =
        t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
      const tail = 0.5 * series * Math.exp(-z * z);
      out[i] = value * (value < 0 ? tail : 1 - tail);
    }
  },
};

/** @param {Float32Array} x @param {Float32Array} out */
function activation(x, out) {
  for (let i = 0; i < x.length; i++) out[i] = Math.tanh(0.5 * /** @type {number} */ (x[i]));
}

/** @type {Record<string, (a: Float32Array, b: Float32Array, out: Float32Array) => void>} */
const binary = {
  add(a, b, out) {
    for (let i = 0; i < out.length; i++) {
      out[i] = /** @type {number} */ (a[i]) + /** @type {number} */ (b[i]);
    }
  },
  mul(a, b, out) {
    for (let i = 0; i < out.length; i++) {
      out[i] = /** @type {number} */ (a[i]) * /** @type {number} */ (b[i]);
    }
  },
};

/** @param {Float32Array} x @param {Float32Array} out @param {number} rows */
function softmax(x, out, rows) {
  const columns = x.length / rows;
  for (let from = 0; from < x.length; from += columns) {
    const end = from + columns;
    let max = Number.NEGATIVE_INFINITY;
    for (let i = from; i < end; i++) {
      const value = /** @type {number} */ (x[i]);
      if (value > max) max = value;
    }
    let sum = 0;
    for (let i = from; i < end; i++) {
      const e = Math.exp(/** @type {number} */ (x[i]) - max);
      out[i] = e;
      sum += e;
    }
    const factor = 1 / sum;
    for (let i = from; i < end; i++) out[i] = /** @type {number} */ (out[i]) * factor;
  }
}

/** @param {Float32Array} a @param {Float32Array} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += /** @type {number} */ (a[i]) * /** @type {number} */ (b[i]);
  return sum;
}

/** @param {Float32Array} x */
function sumUp(x) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += /** @type {number} */ (x[i]);
  return sum;
}

/**
 * Rows of a times columns of b, summed in a local: the fastest of the plain loop orders on V8 from 16 to 256.
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {Float32Array} out
 * @param {{ m: number, n: number, k: number }} shape
 */
function matmul(a, b, out, { m, n, k }) {
  for (let i = 0; i < m; i++) {
    const row = i * k;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0, q = j; p < k; p++, q += n) {
        sum += /** @type {number} */ (a[row + p]) * /** @type {number} */ (b[q]);
      }
      out[i * n + j] = sum;
    }
  }
}

/**
 * A layer, over every row: weights are inputs × outputs.
 * @param {Float32Array} x
 * @param {Float32Array} weights
 * @param {Float32Array} biases
 * @param {Float32Array} out
 * @param {boolean} relu
 */
function layer(x, weights, biases, out, relu) {
  const outputs = biases.length;
  const inputs = weights.length / outputs;
  const rows = x.length / inputs;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < outputs; j++) {
      let sum = /** @type {number} */ (biases[j]);
      for (let i = 0, q = j; i < inputs; i++, q += outputs) {
        sum += /** @type {number} */ (x[row * inputs + i]) * /** @type {number} */ (weights[q]);
      }
      out[row * outputs + j] = relu && sum < 0 ? 0 : sum;
    }
  }
}

/** @param {RunTask} task @returns {Prepared | undefined} */
function prepareNetwork(task) {
  const { weights, biases, activations } = networkInput(task);
  const inputs = networkRows(task, task.rows);
  const outs = biases.map((bias) => new Float32Array(task.rows * bias.length));
  const steps = weights.map((matrix, i) => {
    const out = outs[i];
    const bias = biases[i];
    const activation = activations[i];
    if (out === undefined || bias === undefined || activation === undefined) throw new Error('layers differ');
    return { x: outs[i - 1] ?? inputs, matrix, bias, out, activation };
  });
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        for (const { x, matrix, bias, out, activation } of steps) {
          layer(x, matrix, bias, out, activation === 'relu');
          if (activation !== 'relu' && activation !== 'linear') unary[activation]?.(out, out);
        }
      }
    },
    result: () => outs.at(-1) ?? [],
  };
}

/**
 * Where the engine does not tell what arrays take there is no figure.
 * @param {Extract<Task, { operation: 'trace' }>} task
 * @returns {Prepared | undefined}
 */
function prepareTrace(task) {
  const { memoryUsage } = globalThis.process ?? {};
  if (memoryUsage === undefined) return undefined;
  const { steps, payload } = recordTrace(task);
  const collect = garbageCollector();
  return {
    sample() {
      // Garbage of an earlier sample would count as this one's, or, collected meanwhile, make it seem to take less.
      collect();
      const before = memoryUsage().arrayBuffers;
      return traceFigure(
        replayGarbage(() => memoryUsage().arrayBuffers - before, steps),
        payload,
        task.figure,
      );
    },
  };
}

/** The engine's own, which programs cannot call unless it is exposed. @returns {() => void} */
function garbageCollector() {
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
  return process.getBuiltinModule('node:vm').runInNewContext('gc');
}

/**
 * A new array for every operand and result, as long as somebody holds it, and until the engine notices that nobody
 * does.
 * @param {() => number} arrayBytes what the engine holds for arrays at the moment
 * @param {readonly Step[]} steps
 * @returns {TraceCounts}
 */
export function replayGarbage(arrayBytes, steps) {
  let taken = 0;
  /** @type {Float32Array[]} */
  const kept = [];
  for (const { n, slot } of steps) {
    const x = new Float32Array(n);
    const out = new Float32Array(n);
    activation(x, out);
    taken = Math.max(taken, arrayBytes());
    kept[slot] = out;
  }
  return { taken };
}

/** @param {Task} task @returns {Prepared | undefined} */
function prepare(task) {
  switch (task.operation) {
    case 'unary': {
      const x = vectorInput(task);
      const out = new Float32Array(task.n);
      const f = unary[task.name];
      if (f === undefined) return undefined;
      return {
        run(iterations) {
          for (let i = 0; i < iterations; i++) f(x, out);
        },
        result: () => out,
      };
    }
    case 'binary': {
      const [a, b] = pairInput(task);
      const out = new Float32Array(task.n);
      const f = binary[task.name];
      if (f === undefined) return undefined;
      return {
        run(iterations) {
          for (let i = 0; i < iterations; i++) f(a, b, out);
        },
        result: () => out,
      };
    }
    case 'softmax': {
      const x = vectorInput(task);
      const out = new Float32Array(task.n);
      return {
        run(iterations) {
          for (let i = 0; i < iterations; i++) softmax(x, out, task.rows);
        },
        result: () => out,
      };
    }
    case 'dot': {
      const [a, b] = pairInput(task);
      return reduction(() => dot(a, b));
    }
    case 'sum': {
      const [x] = pairInput(task);
      return reduction(() => sumUp(x));
    }
    case 'matmul':
    case 'matvec': {
      const [a, b] = matrixInput(task);
      const out = new Float32Array(task.m * task.n);
      return {
        run(iterations) {
          for (let i = 0; i < iterations; i++) matmul(a, b, out, task);
        },
        result: () => out,
      };
    }
    case 'activation': {
      const x = vectorInput(task);
      const out = new Float32Array(task.n);
      return {
        run(iterations) {
          for (let i = 0; i < iterations; i++) activation(x, out);
        },
        result: () => out,
      };
    }
    case 'run':
      return prepareNetwork(task);
    case 'train':
      return prepareTraining(task);
    case 'trace':
      return task.way === 'javascript' ? prepareTrace(task) : undefined;
    default:
      return undefined;
  }
}

/** @param {() => number} reduce @returns {Prepared} */
function reduction(reduce) {
  let last = Number.NaN;
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) last = reduce();
    },
    result: () => [last],
  };
}

/** @returns {Contender} */
export function loadJavaScript() {
  return { version: 'loops', importedAt: performance.now(), bound: 'tolerance', prepare };
}
