/**
 * Counts calls, elements, errors and latencies of each operation, on the caller's thread, in constant memory.
 *
 * An operation fetches its meter once and then brackets each call with `begin` and `end` (or `fail`). That is
 * the hot path: two clock readings and a few stores, no allocation. With profiling off it is two empty calls.
 */
import { type Clock, measureClockResolution, systemClock, systemTracer } from './clock.js';
import { LatencyHistogram } from './latency-histogram.js';
import { coveredSpan, SlidingWindow } from './sliding-window.js';

/** `true`: count and time. `'trace'`: User Timing entries too. `false`: read no clock, keep nothing. */
export type Profiling = boolean | 'trace';

export interface OperationMeter {
  /** The time at which the call began, to be handed to `end` or `fail`. */
  begin(): number;
  /**
   * The call succeeded and worked on `elements` elements. Returns the time at which it ended: `start` where the clock was
   * set back meanwhile.
   */
  end(start: number, elements: number): number;
  /** The call threw. It counts as a call and as an error, with no elements. */
  fail(start: number): void;
}

/** A count per second, over windows that end now. */
export interface Rates {
  readonly lastSecond: number;
  readonly lastTenSeconds: number;
  readonly sinceStart: number;
}

/** Measurements of one operation, or of all together. Times in milliseconds. */
export interface OperationMetrics {
  /** Calls made, the failed ones among them. */
  readonly calls: number;
  readonly elements: number;
  readonly errors: number;
  /** Sum of the latencies of all calls. */
  readonly busyTime: number;
  /** Latency percentiles within 1 %; where one is not above `clockResolution`, it is an upper bound. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly callsPerSecond: Rates;
  readonly elementsPerSecond: Rates;
}

export interface RecorderSnapshot {
  readonly profiling: Profiling;
  /** Milliseconds since the recorder was made or reset; 0 when profiling is off. */
  readonly elapsed: number;
  /** The smallest step of the clock, in milliseconds; null when profiling is off and no clock is read. */
  readonly clockResolution: number | null;
  /** By name, only operations that were called. */
  readonly operations: Readonly<Record<string, OperationMetrics>>;
  readonly total: OperationMetrics;
}

export interface RecorderOptions {
  readonly profiling: Profiling;
  /** For tests; default: `performance.now`, captured at import. */
  readonly clock?: Clock;
}

const silentMeter: OperationMeter = {
  begin: () => 0,
  end: () => 0,
  fail: () => {},
};

export class OperationRecorder {
  readonly profiling: Profiling;
  readonly #clock: Clock;
  readonly #meters = new Map<string, RecordingMeter>();
  // One element, shared with the meters: the time from which the windows count.
  readonly #origin = new Float64Array(1);
  #clockResolution: number | undefined;

  constructor(options: RecorderOptions) {
    this.profiling = options.profiling;
    this.#clock = options.clock ?? systemClock;
    if (options.profiling !== false) this.#origin[0] = this.#clock();
  }

  /** The meter of an operation: fetch it once, not on every call. The same name gives the same meter. */
  meter(operation: string): OperationMeter {
    if (this.profiling === false) return silentMeter;
    let meter = this.#meters.get(operation);
    if (meter === undefined) {
      const label = this.profiling === 'trace' ? `sasi-wasm:${operation}` : undefined;
      meter = new RecordingMeter(this.#clock, this.#origin, label);
      this.#meters.set(operation, meter);
    }
    return meter;
  }

  /** Everything counted so far, as plain JSON. */
  snapshot(): RecorderSnapshot {
    const { profiling } = this;
    const isOff = profiling === false;
    const elapsed = isOff ? 0 : Math.max(0, this.#clock() - this.#origin[0]!);
    if (!isOff) this.#clockResolution ??= measureClockResolution(this.#clock);
    const clockResolution = this.#clockResolution ?? null;
    const used = [...this.#meters].filter(([, { sums }]) => sums[calls]! > 0);
    const metrics = (meters: readonly RecordingMeter[]) => metricsOf(meters, elapsed, clockResolution ?? 0);
    return {
      profiling,
      elapsed,
      clockResolution,
      operations: Object.fromEntries(used.map(([name, meter]) => [name, metrics([meter])])),
      total: metrics(used.map(([, meter]) => meter)),
    };
  }

  /** Forgets everything counted; meters that were fetched stay valid. */
  reset(): void {
    if (this.profiling === false) return;
    this.#origin[0] = this.#clock();
    for (const meter of this.#meters.values()) meter.reset();
  }
}

/** Places in the sums of a meter; the first two are those of a window too. */
const calls = 0;
const elementsSum = 1;
const errors = 2;
const busyTime = 3;

class RecordingMeter implements OperationMeter {
  readonly histogram = new LatencyHistogram();
  readonly window = new SlidingWindow();
  readonly sums = new Float64Array(4);
  readonly #clock: Clock;
  readonly #origin: Float64Array;
  readonly #label: string | undefined;

  /** `label` is the name of its User Timing entries; without one there are none. */
  constructor(clock: Clock, origin: Float64Array, label: string | undefined) {
    this.#clock = clock;
    this.#origin = origin;
    this.#label = label;
  }

  begin(): number {
    return this.#clock();
  }

  end(start: number, elements: number): number {
    const now = Math.max(start, this.#clock());
    const { sums } = this;
    const latency = now - start;
    sums[calls]! += 1;
    sums[elementsSum]! += elements;
    sums[busyTime]! += latency;
    this.histogram.record(latency);
    this.window.add(now - this.#origin[0]!, elements);
    if (this.#label !== undefined) systemTracer(this.#label, start, now, { elements });
    return now;
  }

  fail(start: number): void {
    this.sums[errors]! += 1;
    this.end(start, 0);
  }

  reset(): void {
    this.sums.fill(0);
    this.histogram.reset();
    this.window.reset();
  }
}

/** What meters have counted together; no latency is told to be shorter than the clock can tell. */
function metricsOf(
  meters: readonly RecordingMeter[],
  elapsed: number,
  clockResolution: number,
): OperationMetrics {
  const latencies = new LatencyHistogram();
  for (const { histogram } of meters) latencies.merge(histogram);
  const total = (of: (meter: RecordingMeter) => ArrayLike<number>, place: number): number =>
    meters.reduce((sum, meter) => sum + of(meter)[place]!, 0);
  const sum = (place: number): number => total(({ sums }) => sums, place);
  const rates = (place: number): Rates => {
    const within = (milliseconds: number): number =>
      perSecond(
        total(({ window }) => window.sum(elapsed, milliseconds), place),
        coveredSpan(elapsed, milliseconds),
      );
    return {
      lastSecond: within(1000),
      lastTenSeconds: within(10_000),
      sinceStart: perSecond(sum(place), elapsed),
    };
  };
  const { p50, p95, p99, max } = latencies.summary();
  const bound = sum(calls) === 0 ? 0 : clockResolution;
  return {
    calls: sum(calls),
    elements: sum(elementsSum),
    errors: sum(errors),
    busyTime: sum(busyTime),
    p50: Math.max(p50, bound),
    p95: Math.max(p95, bound),
    p99: Math.max(p99, bound),
    max: Math.max(max, bound),
    callsPerSecond: rates(calls),
    elementsPerSecond: rates(elementsSum),
  };
}

function perSecond(count: number, milliseconds: number): number {
  return milliseconds > 0 ? (count * 1000) / milliseconds : 0;
}
