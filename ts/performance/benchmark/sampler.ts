/**
 * Times contenders against each other in interleaved rounds, without blocking the event loop for long.
 */
import { WasmPerformanceError } from '../../core/errors.js';
import { systemClock } from '../../metrics/clock.js';
import { TimeSlices } from '../../networks/event-loop.js';
import { median } from './statistics.js';

/** One way to compute something, ready to be run over and over on its own data. */
export interface Contender {
  /** Computes `iterations` times. The loop is inside, so that no call of a changing function is timed with it. */
  run(iterations: number): void;
}

export interface SamplingOptions {
  /** Samples of each contender. */
  readonly samples: number;
  /** Shortest duration of one sample, in milliseconds. */
  readonly minSampleMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Milliseconds per iteration: for each contender `samples` values, in the order of the rounds. In a round every
 * contender is timed once, each round beginning with the next one, so that drift of the machine meets all alike.
 * Rejects with `ABORTED` soon after `signal` fires.
 */
export async function sampleInterleaved(
  contenders: readonly Contender[],
  { samples: rounds, minSampleMs, signal }: SamplingOptions,
): Promise<number[][]> {
  const slices = new TimeSlices();
  const breathe = async (): Promise<void> => {
    if (slices.stepDone()) await slices.turn();
    throwIfAborted(signal);
  };
  try {
    const iterations: number[] = [];
    for (const contender of contenders) {
      iterations.push(calibrate(contender, minSampleMs));
      await breathe();
    }
    const samples: number[][] = contenders.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const index = (round + turn) % contenders.length;
        const count = iterations[index]!;
        samples[index]!.push(timeRun(contenders[index]!, count) / count);
        await breathe();
      }
    }
    return samples;
  } finally {
    slices.close();
  }
}

/** The iterations that fill a sample; the runs on the way there warm the engine's compilers up. */
function calibrate(contender: Contender, minSampleMs: number): number {
  let iterations = 1;
  for (;;) {
    const time = timeRun(contender, iterations);
    if (time >= minSampleMs) return iterations;
    // Towards the target, but at most tenfold: the first runs are slower than the later ones.
    const growth = time > 0 ? (1.2 * minSampleMs) / time : 10;
    iterations = Math.ceil(iterations * Math.min(10, Math.max(1.1, growth)));
  }
}

function timeRun(contender: Contender, iterations: number): number {
  const start = systemClock();
  contender.run(iterations);
  return systemClock() - start;
}

/** Throws `ABORTED` when `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new WasmPerformanceError('ABORTED', 'the benchmark was cancelled by its AbortSignal');
  }
}

const quickRounds = 5;
const quickSampleMs = 0.2;

/** Milliseconds per iteration: the median of five samples of 0.2 ms each, a first impression in one or two ms. */
export function timeQuickly(contender: Contender): number {
  const count = calibrate(contender, quickSampleMs);
  return median(Array.from({ length: quickRounds }, () => timeRun(contender, count) / count));
}
