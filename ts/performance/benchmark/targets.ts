/**
 * The limits that SASI sets itself, next to what this machine does. Plain JavaScript meets most of them, so they
 * say little about the kernels; they are here because SASI asks for them.
 */
import type { NeuralRuntime } from '../../runtime/runtime.js';
import type { BenchmarkCell, BenchmarkTarget } from './report.js';
import { type Contender, type SamplingOptions, sampleInterleaved } from './sampler.js';
import { median } from './statistics.js';

/** The largest of SASI's agents. */
const agent = { layers: [1024, 512, 256, 128], activation: 'relu' } as const;

export async function measureTargets(
  runtime: NeuralRuntime,
  cells: readonly BenchmarkCell[],
  sampling: SamplingOptions,
): Promise<BenchmarkTarget[]> {
  const targets = [atMost('load a runtime', 100, runtime.loadTime.total)];
  const latency = activationMedian(cells, runtime.variant);
  if (latency !== undefined) {
    targets.push(atMost('neural activation, largest size measured', 5, latency));
    const callsPerSecond = 1000 / latency;
    targets.push({
      name: 'neural activation, largest size measured',
      unit: 'calls per second',
      limit: 1000,
      measured: callsPerSecond,
      met: callsPerSecond > 1000,
    });
  }
  const [spawn = [], inference = []] = await sampleInterleaved(agentContenders(runtime), sampling);
  targets.push(atMost('spawn an agent 1024-512-256-128', 12, median(spawn)));
  targets.push(atMost('inference of an agent 1024-512-256-128', 50, median(inference)));
  return targets;
}

function agentContenders(runtime: NeuralRuntime): readonly Contender[] {
  const network = runtime.createNetwork(agent);
  const input = new Float32Array(1024).fill(0.5);
  return [
    {
      run(iterations) {
        for (let i = 0; i < iterations; i++) runtime.createNetwork(agent).dispose();
      },
    },
    {
      run(iterations) {
        for (let i = 0; i < iterations; i++) network.run(input);
      },
    },
  ];
}

function activationMedian(cells: readonly BenchmarkCell[], build: string): number | undefined {
  const own = cells.filter((c) => c.operation === 'activation' && c.build === build && c.median !== null);
  return own.sort((a, b) => b.size - a.size)[0]?.median ?? undefined;
}

function atMost(name: string, limit: number, measured: number): BenchmarkTarget {
  return { name, unit: 'ms', limit, measured, met: measured < limit };
}
