/**
 * How long one run of something takes, as far as the clock can tell.
 *
 * A clock may be coarse (browsers: up to 100 ms) or stand still (a test runner's fake one, captured at import). So a
 * sample begins with a step of the clock, ends after another one, and counts the runs between: its error is a sixteenth
 * of it, not a step. Where that would take too long nothing is measured, and 0 says so.
 */
import { measureClockResolution, mostReadings, systemClock } from './clock.js';

/** One way to compute something, ready to be run over and over on its own data. */
export interface Contender {
  /** Computes `iterations` times. The loop is inside, so that no call of a changing function is timed with it. */
  run(iterations: number): void;
}

/** The value at `fraction` of the sorted samples, linearly between neighbours; NaN when there are none. */
export function quantile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = fraction * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** The median, or 0, "not measured", when there are no samples. */
export function medianOrZero(samples: readonly number[]): number {
  return samples.length > 0 ? median(samples) : 0;
}

let measuredStep: number | undefined;

/** Looks at a clock whose steps seem coarse: two steps alone may both be pauses of the machine. */
const mostLooks = 3;
const coarseStepMs = 1;

/** The smallest step of the clock in milliseconds, or 0 when it stands still; looked for once, in a few of its steps. */
export function clockStep(): number {
  measuredStep ??= smallestStep();
  return measuredStep;
}

function smallestStep(): number {
  let step = measureClockResolution(systemClock);
  for (let looks = 1; looks < mostLooks && step > coarseStepMs; looks++) {
    step = Math.min(step, measureClockResolution(systemClock));
  }
  return step;
}

/** A sample may grow to so many times of what was asked, where the clock is coarse. */
const mostGrowth = 20;
/** Steps of a sample: between two alone, a clock whose steps a browser jitters would tell little. */
const stepsOfSample = 2;

/** Whether samples of `minSampleMs` can be taken in bounded time: the clock moves, in steps of at most ten times that. */
export function canTime(minSampleMs: number): boolean {
  return clockStep() > 0 && stepsOfSample * clockStep() <= mostGrowth * minSampleMs;
}

/** The time of a single call is told from so many steps of the clock on: then it is right within a quarter. */
export const stepsOfCall = 4;

/** Whether so short a time, of a call or of few, says anything. */
export function canTell(milliseconds: number): boolean {
  // A time that is 0 costs no look at the clock: where no call is timed, there is none.
  return milliseconds > 0 && clockStep() > 0 && milliseconds >= stepsOfCall * clockStep();
}

/** The reading after the clock's next step; undefined when none comes. */
export function nextStep(): number | undefined {
  const before = systemClock();
  for (let reading = 0; reading < mostReadings; reading++) {
    const now = systemClock();
    if (now !== before) return now;
  }
  return undefined;
}

export interface Sample {
  /** Milliseconds of one iteration, or 0: it could not be measured. */
  readonly time: number;
  /** How many there were. */
  readonly iterations: number;
}

const notMeasured: Sample = { time: 0, iterations: 0 };
/** Runs between two readings of the clock, as a share of those before them: the error of a sample. */
const partsOfSample = 16;
/** No iteration takes less than a nanosecond; after the first thousand of a step the clock is to have moved in time. */
const shortestIterationMs = 1e-6;
const freeIterations = 1000;

/**
 * Runs `contender` for `minSampleMs` and, where the clock is coarse, to its next step. `expected`: the iterations that
 * this took before; without them the sample is one that warms the engine's compilers up, too. Ends also when the clock
 * stops or is set back on the way.
 */
export function takeSample(contender: Contender, minSampleMs: number, expected = 0): Sample {
  if (!canTime(minSampleMs)) return notMeasured;
  const length = Math.max(minSampleMs, stepsOfSample * clockStep());
  const mostIterationsOfStep = freeIterations + clockStep() / shortestIterationMs;
  const begin = nextStep();
  if (begin === undefined) return notMeasured;
  let iterations = 0;
  let part = Math.max(1, Math.floor(expected / partsOfSample));
  let last = begin;
  let iterationsOfStep = 0;
  for (;;) {
    contender.run(part);
    const now = systemClock();
    iterations += part;
    if (now - begin >= length) return { time: (now - begin) / iterations, iterations };
    iterationsOfStep = now === last ? iterationsOfStep + part : 0;
    if (now < last || iterationsOfStep > mostIterationsOfStep) return notMeasured;
    last = now;
    part = Math.max(part, Math.floor(iterations / partsOfSample));
  }
}

/** The iterations that fill a sample, or 0 when it could not be measured. */
export function calibrate(contender: Contender, minSampleMs: number): number {
  const { iterations } = takeSample(contender, minSampleMs);
  // Once more: the first time, a compiler or a pause of the machine may have taken most of it.
  return iterations === 0 ? 0 : takeSample(contender, minSampleMs, iterations).iterations;
}

/**
 * Milliseconds per iteration of each contender, `rounds` samples of at least `minSampleMs` in the order of the rounds.
 * In a round every contender is sampled once, each round beginning with the next one, so that drift of the machine
 * meets all alike. It yields between samples. No samples for anybody when the clock cannot tell: half a comparison
 * is none.
 */
export function* sampleInTurns(
  contenders: readonly Contender[],
  rounds: number,
  minSampleMs: number,
): Generator<void, number[][], void> {
  const none = (): number[][] => contenders.map(() => []);
  if (!canTime(minSampleMs)) return none();
  const iterations: number[] = [];
  for (const contender of contenders) {
    const calibrated = calibrate(contender, minSampleMs);
    if (calibrated === 0) return none();
    iterations.push(calibrated);
    yield;
  }
  const samples = none();
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length;
      const sample = takeSample(contenders[index]!, minSampleMs, iterations[index]);
      if (sample.time === 0) return none();
      iterations[index] = sample.iterations;
      samples[index]!.push(sample.time);
      yield;
    }
  }
  return samples;
}

/** `sampleInTurns` without a pause. */
export function sampleAtOnce(
  contenders: readonly Contender[],
  rounds: number,
  minSampleMs: number,
): number[][] {
  const sampling = sampleInTurns(contenders, rounds, minSampleMs);
  for (;;) {
    const { done, value } = sampling.next();
    if (done) return value;
  }
}

const warmUpMs = 0.6;
const mostWarmUpMs = 50;
/** What an engine begins by interpreting is one call in a sample: two of those agree without being the engine's last word. */
const fewestWarmUpIterations = 64;
/** A sample that takes less than this share of the one before has become faster. */
const fasterShare = 0.8;

/** Runs `contender` until it no longer becomes faster: the engine has compiled it as well as it will soon. */
function warmUp(contender: Contender): void {
  let iterations = 0;
  let spent = 0;
  let before = Number.POSITIVE_INFINITY;
  while (spent < mostWarmUpMs) {
    const sample = takeSample(contender, warmUpMs);
    iterations += sample.iterations;
    spent += sample.time * sample.iterations;
    const hasSettled = iterations >= fewestWarmUpIterations && sample.time > fasterShare * before;
    if (hasSettled || sample.time === 0) return;
    before = sample.time;
  }
}

const quickRounds = 5;
const quickSampleMs = 0.2;

/** Whether `timeQuickly` can measure anything. */
export function canTimeQuickly(): boolean {
  return canTime(quickSampleMs);
}

/**
 * Milliseconds per iteration of each, or 0 for all when nothing could be measured: a first impression in some 3 ms each,
 * and in up to 50 ms where the engine interprets what is called a few times (the wasm2js build).
 * It is the shortest of five samples of 0.2 ms: what a pause of the machine or a compiler that is not done adds is not
 * theirs, and of so few samples it would be in most. With a clock of 1 ms steps it takes ten times as long; with steps
 * above 2 ms nothing is measured.
 */
export function timeQuickly(contenders: readonly Contender[]): number[] {
  if (canTimeQuickly()) contenders.forEach(warmUp);
  return sampleAtOnce(contenders, quickRounds, quickSampleMs).map((samples) =>
    samples.length > 0 ? Math.min(...samples) : 0,
  );
}
