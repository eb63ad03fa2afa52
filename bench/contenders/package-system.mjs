// @ts-check
/** What SASI feels: its asynchronous activation, second after second. */
import { vectorInput } from '../data/tasks.mjs';
import { prepareTrace } from './package-trace.mjs';

/** @import { NeuralRuntime } from '@sasi/wasm-performance' */
/** @import { OtherTask, Prepared, Task } from './types.mjs' */
/** @import { ActivationTask } from '../data/tasks.mjs' */

/** @typedef {typeof import('@sasi/wasm-performance')} Package */
/** @template {OtherTask['operation']} Name @typedef {Extract<OtherTask, { operation: Name }>} TaskOf */

/** @param {Package} api @param {NeuralRuntime} runtime @param {Task} task @returns {Prepared | Promise<Prepared | undefined> | undefined} */
export function prepareSystem(api, runtime, task) {
  switch (task.operation) {
    case 'activation':
      return activation(runtime, task);
    case 'latency':
      return latency(api, runtime, task);
    case 'sustained':
      return sustained(api, task);
    case 'classCall':
      return classCall(api, runtime, task);
    case 'trace':
      return prepareTrace(api, runtime, task);
    default:
      return undefined;
  }
}

/** @param {NeuralRuntime} runtime @param {ActivationTask} task @returns {Prepared} */
function activation({ ops, memory }, task) {
  const x = memory.float32(vectorInput(task));
  const options = { gain: 0.5, out: memory.float32(task.n) };
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) ops.activate('tanh', x, options);
    },
    result: () => options.out.view,
  };
}

/** Whether a single call can be timed: browsers make their clocks coarse. */
function clockIsFine() {
  const start = performance.now();
  let next = performance.now();
  while (next === start) next = performance.now();
  return next - start < 0.001;
}

/** @param {Package} api @param {NeuralRuntime} runtime @param {TaskOf<'latency'>} task @returns {Promise<Prepared | undefined>} */
async function latency(api, { variant }, task) {
  // With vectors or without them: the layer does not let anybody choose another build.
  if (variant !== 'simd' && variant !== 'scalar') return undefined;
  const { layer, dispose } = await layerOf(api, variant === 'simd');
  const x = vectorInput(task);
  const options = outOptions(task);
  const fine = clockIsFine();
  /** Where the clock is coarse, a time is that of so many calls. */
  const together = fine ? 1 : 1000;
  return {
    async run(iterations) {
      for (let i = 0; i < iterations; i++) await layer.calculateNeuralActivation(x, options);
    },
    async sample(time) {
      /** @type {number[]} */
      const taken = [];
      const end = performance.now() + time;
      for (let now = performance.now(); now < end; ) {
        for (let i = 0; i < together; i++) await layer.calculateNeuralActivation(x, options);
        const then = performance.now();
        taken.push((then - now) / together);
        now = then;
      }
      return api.quantile(taken, task.quantile);
    },
    dispose,
  };
}

/** @param {Package} api @param {TaskOf<'sustained'>} task @returns {Promise<Prepared>} */
async function sustained(api, task) {
  const { layer, dispose } = await layerOf(api);
  const x = vectorInput(task);
  const options = outOptions(task);
  return {
    async sample() {
      let worst = Number.POSITIVE_INFINITY;
      for (let second = 0; second < task.seconds; second++) {
        const start = performance.now();
        let calls = 0;
        for (; performance.now() < start + 1000; calls += 16) {
          for (let i = 0; i < 16; i++) await layer.calculateNeuralActivation(x, options);
        }
        worst = Math.min(worst, calls / (performance.now() - start));
      }
      return 1 / worst;
    },
    dispose,
  };
}

/** @param {{ n: number, out: boolean }} task */
const outOptions = ({ n, out }) => (out ? { out: new Float32Array(n) } : {});

/**
 * With the profiling of the contender.
 * @param {Package} api @param {NeuralRuntime} runtime @param {TaskOf<'classCall'>} task @returns {Promise<Prepared>}
 */
async function classCall(api, runtime, task) {
  const x = vectorInput(task);
  const enableProfiling = runtime.metrics().profiling;
  if (task.class === 'WasmPerformanceLayer') {
    const layer = await initialized(new api.WasmPerformanceLayer({ enableProfiling }));
    return {
      async run(iterations) {
        for (let i = 0; i < iterations; i++) await layer.calculateNeuralActivation(x);
      },
      dispose: () => layer.cleanup(),
    };
  }
  if (task.class === 'SIMDAccelerationLayer') {
    const layer = await initialized(new api.SIMDAccelerationLayer({ enableProfiling }));
    return {
      run(iterations) {
        for (let i = 0; i < iterations; i++) layer.simdVectorAdd(x, x);
      },
      dispose: () => layer.cleanup(),
    };
  }
  const bridge = await initialized(new api.ProductionWasmBridge({ enableProfiling }));
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) bridge.calculateNeuralActivation(x);
    },
    dispose: () => void bridge.cleanup(),
  };
}

/** @template {{ initialize(): Promise<boolean> }} Class @param {Class} one @returns {Promise<Class>} */
async function initialized(one) {
  if (await one.initialize()) return one;
  throw new Error(`${one.constructor.name} does not start`);
}

/** @param {Package} api @param {boolean} [enableSIMD] */
async function layerOf(api, enableSIMD = true) {
  const layer = await initialized(new api.WasmPerformanceLayer({ enableSIMD }));
  return { layer, dispose: () => layer.cleanup() };
}
