/**
 * The operations of a module over those of a runtime. What is elementwise is worked on in pieces where the pool is too small;
 * anything else throws `POOL_EXHAUSTED` then.
 */
import type { Ops } from '../ops/types.js';
import type { ModuleOperations } from './module-operations.js';

/** One object for all calls: an options object of each call's own would be garbage at once. */
const halfGain = { gain: 0.5 } as const;

export function runtimeOperations(ops: Ops): ModuleOperations {
  return {
    calculateNeuralActivation: (x, out) =>
      out === undefined ? ops.activate('tanh', x, halfGain) : ops.activate('tanh', x, { gain: 0.5, out }),
    optimizeConnections: (w, rule) => ops.optimizeConnections(w, rule) as Float32Array,
    vectorAdd: (a, b) => ops.add(a, b),
    dotProduct: (a, b) => ops.dot(a, b),
    matrixMultiply: (a, b, m, n, k) => ops.matmul(a, b, { m, n, k }),
    spikeRate: (spikes, windowMs) => ops.spikeRate(spikes, windowMs),
    meshEfficiency: (neurons, synapses) => ops.meshEfficiency(neurons, synapses),
  };
}
