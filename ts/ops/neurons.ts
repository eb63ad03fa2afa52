/** What is measured of spiking neurons: see cpp/kernels/neurons.h. */
import type { Engine } from '../core/engine.js';
import type { OperationRunner } from './operation.js';
import { anyLengths, createReduction } from './reductions.js';
import type { Vec } from './vec.js';

export function createNeurons(engine: Engine, runner: OperationRunner) {
  const { spike_rate_f32, mesh_efficiency_f32 } = engine.abi;
  const { numbers } = runner;
  const rate = runner.measured('spikeRate');
  const reduce = createReduction(engine, rate, ['spikes'], (spikes, _b, n) =>
    spike_rate_f32(spikes, n, numbers[0]!, numbers[1]!),
  );

  function spikeRate(spikes: Vec, windowMs: number, threshold = 0.1): number {
    if (typeof windowMs !== 'number') runner.refuseNumber(rate, 'windowMs', windowMs);
    if (typeof threshold !== 'number') runner.refuseNumber(rate, 'threshold', threshold);
    numbers[0] = windowMs;
    numbers[1] = threshold;
    return reduce(spikes);
  }

  const meshEfficiency = createReduction(
    engine,
    runner.measured('meshEfficiency'),
    ['neurons', 'synapses'],
    (neurons, synapses, n, m) => mesh_efficiency_f32(neurons, n, synapses, m),
    anyLengths,
  );

  return { spikeRate, meshEfficiency };
}
