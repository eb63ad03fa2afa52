/**
 * Times contenders against each other in interleaved rounds, without blocking the event loop for long.
 */

import { WasmPerformanceError } from '../../core/errors.js';
import type { HostAbortSignal } from '../../core/host-types.js';
import { systemClock } from '../../metrics/clock.js';
import { type Contender, sampleInTurns } from '../../metrics/timing.js';
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
 * Milliseconds per iteration: for each contender `samples` values, in the order of the rounds; none for any of them when
 * the clock cannot tell (see sampleInTurns). Rejects with `ABORTED` soon after `signal` fires.
 */
export async function sampleInterleaved(
  contenders: readonly Contender[],
  { samples: rounds, minSampleMs, signal }: SamplingOptions,
): Promise<number[][]> {
  const slices = new TimeSlices(systemClock);
  try {
    const sampling = sampleInTurns(contenders, rounds, minSampleMs);
    for (;;) {
      const { done, value } = sampling.next();
      if (slices.stepDone()) await slices.turn();
      throwIfAborted(signal);
      if (done) return value;
    }
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
