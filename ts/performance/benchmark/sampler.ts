/**
 * Times contenders against each other in interleaved rounds, without blocking the event loop for long.
 */

import { WasmPerformanceError } from '../../core/errors.js';
import type { HostAbortSignal } from '../../core/host-types.js';
import { systemClock } from '../../metrics/clock.js';
import { type Contender, calibrate, timeRun } from '../../metrics/timing.js';
import { TimeSlices } from '../../networks/event-loop.js';

export type { Contender } from '../../metrics/timing.js';

export interface SamplingOptions {
  /** Samples of each contender. */
  readonly samples: number;
  /** Shortest duration of one sample, in milliseconds. */
  readonly minSampleMs: number;
  readonly signal?: HostAbortSignal | undefined;
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
  const slices = new TimeSlices(systemClock);
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
        const contender = contenders[index]!;
        let time = timeRun(contender, iterations[index]!);
        if (time < minSampleMs / 2) {
          // It has become faster since it was calibrated; the clock cannot tell so short a time.
          iterations[index] = calibrate(contender, minSampleMs);
          time = timeRun(contender, iterations[index]!);
        }
        samples[index]!.push(time / iterations[index]!);
        await breathe();
      }
    }
    return samples;
  } finally {
    slices.close();
  }
}

/** Throws `ABORTED` when `signal` has fired. */
export function throwIfAborted(signal: HostAbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new WasmPerformanceError(
      'ABORTED',
      'the benchmark was cancelled: its signal fired, or what it measures was cleaned up',
    );
  }
}
