/**
 * The clock that every measurement reads, in fractional milliseconds.
 *
 * `performance` and its methods are captured once, when this file is imported: a test runner that
 * replaces the global afterwards (fake timers) does not change what is measured.
 */

/** Reads a time in milliseconds. Only differences between two readings mean anything. */
export type Clock = () => number;

/** Writes what User Timing keeps of one call; times are readings of `systemClock`. */
export type Tracer = (name: string, start: number, end: number, detail: object) => void;

/** Options as User Timing level 3 has them. */
interface HostPerformance {
  now?(): number;
  mark?(name: string, options: { startTime: number }): unknown;
  measure?(name: string, options: { start: number; end: number; detail: object }): unknown;
}

const host = (globalThis as { readonly performance?: HostPerformance }).performance;
const now = host?.now?.bind(host) ?? Date.now;
const measure = host?.measure?.bind(host);
const mark = host?.mark?.bind(host);

/**
 * `performance.now`, or `Date.now` where the engine has none. A test runner's stub that gives no number is a clock that
 * stands still: that is seen here once, and costs no reading anything.
 */
export const systemClock: Clock = now() >= 0 ? now : () => 0;

/** Milliseconds from one reading of `systemClock` to another, by default to now; 0 where it was set back meanwhile. */
export function timeSince(begin: number, end = systemClock()): number {
  return Math.max(0, end - begin);
}

/**
 * A `measure` over the call and a `mark` of the same name where it began, where the engine has them. Both are written
 * when the call has ended, by its own times: what writing them takes is not in its latency, and the mark of another
 * call of that name is never taken for this one's.
 */
export const systemTracer: Tracer = (name, start, end, detail) => {
  try {
    measure?.(name, { start, end, detail });
    mark?.(name, { startTime: start });
  } catch {
    // A host without the options of User Timing level 3: the call itself must not suffer. `measure` comes first since it
    // is the one that throws; a mark alone would stand at the end of the call.
  }
};

/** How long to look for small steps, in milliseconds. */
const searchTime = 1;
/** In so many readings a clock that moves has moved twice: at 20 ns each they take two steps of 100 ms. */
export const mostReadings = 10_000_000;
/** The last clock that stood still: looking for its steps takes half a second, and is done once for all who read it. */
let standing: Clock | undefined;

/**
 * The smallest step between two different readings of `clock`, in milliseconds, or 0 when it does not
 * move. Browsers coarsen their clocks, some to 100 ms: there the search ends with the second step.
 */
export function measureClockResolution(clock: Clock): number {
  let smallest = 0;
  let steps = 0;
  if (clock === standing) return 0;
  const begin = clock();
  let previous = begin;
  for (let reading = 0; reading < mostReadings; reading++) {
    const current = clock();
    if (current === previous) continue;
    const step = current - previous;
    if (step > 0) smallest = Math.min(step, smallest || step);
    steps++;
    previous = current;
    if (steps >= 2 && current - begin > searchTime) break;
  }
  if (smallest === 0) standing = clock;
  return smallest;
}
