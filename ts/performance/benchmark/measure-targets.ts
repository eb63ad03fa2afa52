/** Measures what SASI's limits are about: the memory, the layer's activation call by call, and the largest agent. */
import { systemClock } from '../../metrics/clock.js';
import { LatencyHistogram } from '../../metrics/latency-histogram.js';
import { canTime, clockStep } from '../../metrics/timing.js';
import { type FileOptions, fileOptions } from '../../modules/file-options.js';
import { runtimeOperations } from '../../modules/runtime-operations.js';
import { TimeSlices } from '../../networks/event-loop.js';
import { loadRuntime, type NeuralRuntime } from '../../runtime/runtime.js';
import { RuntimeAttachment } from '../runtime-attachment.js';
import type { WasmModuleManager } from '../wasm-module-manager.js';
import { createManagedPerformanceLayer, type WasmPerformanceLayer } from '../wasm-performance-layer.js';
import type { BenchmarkBuild, BenchmarkRatio, BenchmarkTarget } from './report.js';
import { type Contender, type SamplingOptions, sampleInterleaved, throwIfAborted } from './sampler.js';
import { median } from './statistics.js';
import { memoryInUse, memoryTarget, speedupTarget, target, throughputTarget, timeTarget } from './targets.js';

export interface TargetsContext {
  /** The target of the benchmark. */
  readonly manager: WasmModuleManager | undefined;
  /** The benchmark's own runtimes, the preferred build first. */
  readonly loaded: ReadonlyMap<BenchmarkBuild, NeuralRuntime>;
  readonly ratios: readonly BenchmarkRatio[];
  readonly files: FileOptions;
  readonly sampling: SamplingOptions;
  readonly sustainedSeconds: number;
}

/** Empty when no build could be loaded. */
export async function measureTargets(context: TargetsContext): Promise<BenchmarkTarget[]> {
  const { manager, loaded, ratios, sampling, sustainedSeconds } = context;
  const build = buildToMeasure(manager, loaded);
  if (build === undefined) return [];
  const runtime = loaded.get(build)!;
  runtime.memory.reset();
  const calls = await timeCalls(layerOver(runtime), sustainedSeconds, sampling);
  const [spawn = [], inference = []] = await sampleInterleaved(agentContenders(runtime), sampling);
  const step = clockStep();
  const against = (other: BenchmarkRatio['against']): BenchmarkRatio[] =>
    ratios.filter((ratio) => ratio.operation === 'activation' && ratio.against === other);
  return [
    timeTarget('load a runtime', runtime.loadTime.total, step, { build }),
    await measureMemory(context, build),
    timeTarget('neural activation of 1000 floats, p50', calls.latencies.percentile(0.5), step, { build }),
    timeTarget('neural activation of 1000 floats, p99', calls.latencies.percentile(0.99), step, { build }),
    throughputTarget(calls.perSecond, sustainedSeconds, build),
    speedupTarget('SIMD over scalar, neural activation', against('scalar')),
    speedupTarget('SIMD over JavaScript, neural activation', against('javascript')),
    target('spawn an agent 1024-512-256-128', measuredTime(spawn), { build }),
    target('inference of an agent 1024-512-256-128', measuredTime(inference), { build }),
  ];
}

/** The median; null when a clock that is too coarse saw no time pass. */
function measuredTime(samples: readonly number[]): number | null {
  const middle = median(samples);
  return middle > 0 ? middle : null;
}

/** The build that the target's module uses, where it has one: figures of another build would not be the target's. */
function buildToMeasure(
  manager: WasmModuleManager | undefined,
  loaded: ReadonlyMap<BenchmarkBuild, NeuralRuntime>,
): BenchmarkBuild | undefined {
  const used = manager?.isModuleManagerInitialized() ? manager.getRuntime().variant : undefined;
  if (used !== undefined && loaded.has(used)) return used;
  const [first] = loaded.keys();
  return first;
}

/**
 * The memory of the target's module. Without one in use: of a runtime with the target's limit, or with the default
 * one. The benchmark's own runtimes have memories for its operands, which are no part of what is promised.
 */
async function measureMemory(context: TargetsContext, build: BenchmarkBuild): Promise<BenchmarkTarget> {
  const { manager } = context;
  try {
    return manager?.isModuleManagerInitialized() ? memoryInUse(manager) : await memoryToCome(context, build);
  } catch {
    // Its runtime was disposed of elsewhere, or with its limit none can be loaded: the rest was measured all the same.
    return target('memory', null);
  }
}

async function memoryToCome(
  { manager, files }: TargetsContext,
  build: BenchmarkBuild,
): Promise<BenchmarkTarget> {
  const memoryLimit = manager?.exportConfig().memoryLimit;
  const runtime = await loadRuntime({
    variant: build,
    profiling: false,
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...fileOptions(build, files),
  });
  try {
    return memoryTarget(runtime.memory.stats().limit, memoryLimit);
  } finally {
    runtime.dispose();
  }
}

/** SASI's layer over this very runtime. */
function layerOver(runtime: NeuralRuntime): WasmPerformanceLayer {
  const module = {
    runtime,
    ops: runtime.ops,
    operations: runtimeOperations(runtime.ops),
    disposed: false,
    retired: false,
    release() {},
  };
  const source = { load: async () => module, find: () => module };
  return createManagedPerformanceLayer(
    () => ({}),
    new RuntimeAttachment('WasmPerformanceLayer', source, true),
  );
}

const elements = 1000;
const warmUpCalls = 500;
const sliceMs = 10;
/** More than any machine makes in a second: the clock has stopped. */
const mostCallsOfSecond = 5_000_000;

/**
 * Calls of the layer one by one, awaited as an application does, copies in and out included: the time of each, and the
 * calls in the slowest of `seconds` seconds in a row. A second is one of the clock's: the turns that the event loop has
 * meanwhile, and what others do in them, count as time without calls. No times, and null, with a clock that stands still
 * or could be wrong by more than a tenth of a second.
 */
export async function timeCalls(
  layer: Pick<WasmPerformanceLayer, 'calculateNeuralActivation'>,
  seconds: number,
  { signal }: Pick<SamplingOptions, 'signal'>,
): Promise<{ latencies: LatencyHistogram; perSecond: number | null }> {
  const x = Float32Array.from({ length: elements }, (_, i) => i / 100 - 5);
  for (let i = 0; i < warmUpCalls; i++) await layer.calculateNeuralActivation(x);
  const nothing = { latencies: new LatencyHistogram(), perSecond: null };
  if (!canTime(sliceMs)) return nothing;
  const latencies = new LatencyHistogram();
  let perSecond = Number.POSITIVE_INFINITY;
  const slices = new TimeSlices(systemClock);
  try {
    for (let second = 0; second < seconds; second++) {
      const begin = systemClock();
      let sliceStart = begin;
      let now = begin;
      let calls = 0;
      while (now - begin < 1000) {
        if (now - sliceStart >= sliceMs) {
          await slices.turn();
          throwIfAborted(signal);
          now = systemClock();
          sliceStart = now;
        }
        await layer.calculateNeuralActivation(x);
        const end = systemClock();
        if (end < now || calls >= mostCallsOfSecond) return nothing;
        latencies.record(end - now);
        now = end;
        calls++;
      }
      perSecond = Math.min(perSecond, (calls * 1000) / (now - begin));
    }
  } finally {
    slices.close();
  }
  return { latencies, perSecond };
}

/** The largest of SASI's agents. */
const agent = { layers: [1024, 512, 256, 128], activation: 'relu' } as const;

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
