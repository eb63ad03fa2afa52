/**
 * The limits that SASI sets itself, next to what this machine does. Plain JavaScript meets most of them, so they say
 * little about the kernels; `ours` is what this package wants to reach itself.
 */
import { systemClock } from '../../metrics/clock.js';
import { canTell, canTime, nextStep, quantile } from '../../metrics/timing.js';
import { runtimeOperations } from '../../modules/runtime-operations.js';
import { TimeSlices } from '../../networks/event-loop.js';
import type { NeuralRuntime } from '../../runtime/runtime.js';
import { RuntimeAttachment } from '../runtime-attachment.js';
import { createManagedPerformanceLayer, type WasmPerformanceLayer } from '../wasm-performance-layer.js';
import type { BenchmarkRatio, BenchmarkTarget, TargetName } from './report.js';
import { type Contender, type SamplingOptions, sampleInterleaved, throwIfAborted } from './sampler.js';
import { median } from './statistics.js';

interface TargetRow {
  readonly unit: BenchmarkTarget['unit'];
  readonly limit: number;
  readonly ours?: number;
  /** Whether a larger figure is the better one. */
  readonly atLeast?: true;
}

/** In the order in which they are told. */
const rows: { readonly [Name in TargetName]: TargetRow } = {
  'load a runtime': { unit: 'ms', limit: 100, ours: 25 },
  memory: { unit: 'bytes', limit: 52_428_800 },
  'neural activation of 1000 floats, p50': { unit: 'ms', limit: 5, ours: 0.003 },
  'neural activation of 1000 floats, p99': { unit: 'ms', limit: 5 },
  'neural activations per second': { unit: 'calls per second', limit: 1000, ours: 300_000, atLeast: true },
  'SIMD over scalar, neural activation': { unit: 'times', limit: 2, ours: 3, atLeast: true },
  'SIMD over JavaScript, neural activation': { unit: 'times', limit: 2, ours: 10, atLeast: true },
  'spawn an agent 1024-512-256-128': { unit: 'ms', limit: 12 },
  'inference of an agent 1024-512-256-128': { unit: 'ms', limit: 50 },
};

export const targetNames = Object.keys(rows) as TargetName[];

/** The verdict on a figure; null: it was not measured yet. Of an interval its worse end counts. */
export function target(
  name: TargetName,
  measured: number | null,
  interval?: { readonly low: number; readonly high: number },
): BenchmarkTarget {
  const { unit, limit, ours, atLeast } = rows[name];
  const worst = atLeast ? interval?.low : interval?.high;
  const meets = (bound: number): boolean | null => {
    if (measured === null) return null;
    const value = worst ?? measured;
    if (atLeast) return value > bound;
    // The limit of the memory is the memory: reaching it is no more than promised.
    return unit === 'bytes' ? value <= bound : value < bound;
  };
  return {
    name,
    unit,
    limit,
    measured,
    met: meets(limit),
    ...(ours === undefined ? {} : { ours, metOurs: meets(ours) }),
    ...(interval === undefined ? {} : { low: interval.low, high: interval.high }),
  };
}

/** Bytes that the module and blocks took at most while it was measured. */
function mostInUse({ memory }: NeuralRuntime): number {
  const { reserved, peak } = memory.stats();
  return reserved + peak;
}

const elements = 1000;
/** The largest of SASI's agents. */
const agent = { layers: [1024, 512, 256, 128], activation: 'relu' } as const;

export async function measureTargets(
  runtime: NeuralRuntime,
  ratios: readonly BenchmarkRatio[],
  sampling: SamplingOptions,
): Promise<BenchmarkTarget[]> {
  const calls = await timeCalls(layerOver(runtime), sampling);
  const [spawn = [], inference = []] = await sampleInterleaved(agentContenders(runtime), sampling);
  return [
    target('load a runtime', tellable(runtime.loadTime.total)),
    target('memory', mostInUse(runtime)),
    target('neural activation of 1000 floats, p50', tellable(quantile(calls.times, 0.5))),
    target('neural activation of 1000 floats, p99', tellable(quantile(calls.times, 0.99))),
    target('neural activations per second', calls.perSecond),
    speedup('SIMD over scalar, neural activation', ratios, 'scalar'),
    speedup('SIMD over JavaScript, neural activation', ratios, 'javascript'),
    target('spawn an agent 1024-512-256-128', medianOrNull(spawn)),
    target('inference of an agent 1024-512-256-128', medianOrNull(inference)),
  ];
}

/** The time of a single call, or null: the clock cannot tell so short a one, and no limit is claimed to be met. */
export function tellable(milliseconds: number): number | null {
  return canTell(milliseconds) ? milliseconds : null;
}

function medianOrNull(samples: readonly number[]): number | null {
  return samples.length > 0 ? median(samples) : null;
}

/** Of the largest size that was measured. */
function speedup(
  name: TargetName,
  ratios: readonly BenchmarkRatio[],
  against: BenchmarkRatio['against'],
): BenchmarkTarget {
  const own = ratios.filter((ratio) => ratio.operation === 'activation' && ratio.against === against);
  const largest = own.reduce<BenchmarkRatio | undefined>(
    (best, ratio) => (best === undefined || ratio.size > best.size ? ratio : best),
    undefined,
  );
  return target(name, largest?.ratio ?? null, largest);
}

/** SASI's layer over this very runtime. */
function layerOver(runtime: NeuralRuntime): WasmPerformanceLayer {
  const module = {
    runtime,
    ops: runtime.ops,
    operations: runtimeOperations(runtime.ops),
    retired: false,
    retire() {},
    release() {},
  };
  const source = { load: async () => module, find: () => module };
  return createManagedPerformanceLayer(
    () => ({}),
    new RuntimeAttachment('WasmPerformanceLayer', source, true),
  );
}

const warmUpCalls = 500;
const windowMs = 20;
const windows = 25;
/** More than any machine makes in a window: the clock has stopped. */
const mostCallsOfWindow = 1_000_000;

/**
 * Calls of the layer one by one, awaited as an application does, copies in and out included: the time of each, and the
 * calls per second in the slowest of many short windows. Null and no times where the clock cannot tell a window.
 */
async function timeCalls(
  layer: WasmPerformanceLayer,
  { signal }: SamplingOptions,
): Promise<{ times: number[]; perSecond: number | null }> {
  const x = Float32Array.from({ length: elements }, (_, i) => i / 100 - 5);
  for (let i = 0; i < warmUpCalls; i++) await layer.calculateNeuralActivation(x);
  const nothing = { times: [], perSecond: null };
  if (!canTime(windowMs / 10)) return nothing;
  const times: number[] = [];
  let perSecond = Number.POSITIVE_INFINITY;
  const slices = new TimeSlices(systemClock);
  try {
    for (let window = 0; window < windows; window++) {
      // From a step of the clock to one, so that a coarse clock is no error.
      const begin = nextStep();
      if (begin === undefined) return nothing;
      let end = begin;
      let calls = 0;
      while (end - begin < windowMs) {
        if (calls >= mostCallsOfWindow || end < begin) return nothing;
        await layer.calculateNeuralActivation(x);
        const now = systemClock();
        times.push(now - end);
        end = now;
        calls++;
      }
      perSecond = Math.min(perSecond, (calls * 1000) / (end - begin));
      await slices.turn();
      throwIfAborted(signal);
    }
  } finally {
    slices.close();
  }
  return { times, perSecond };
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
