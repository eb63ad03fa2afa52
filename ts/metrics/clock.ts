/**
 * The clock that every measurement reads, in fractional milliseconds.
 *
 * `performance` and its methods are captured once, when this file is imported: a test runner that
 * replaces the global afterwards (fake timers) does not change what is measured.
 */

/** Reads a time in milliseconds. Only differences between two readings mean anything. */
export type Clock = () => number;

/** Writes one User Timing entry; times are readings of `systemClock`. */
export type Tracer = (name: string, start: number, end: number, elements: number) => void;

interface HostPerformance {
  now?(): number;
  mark?(name: string, options: { startTime: number }): unknown;
  measure?(name: string, options: { start: number; end: number; detail: { elements: number } }): unknown;
}

const host = (globalThis as { readonly performance?: HostPerformance }).performance;
const now = typeof host?.now === 'function' ? host.now.bind(host) : undefined;
const measure = typeof host?.measure === 'function' ? host.measure.bind(host) : undefined;
const mark = typeof host?.mark === 'function' ? host.mark.bind(host) : undefined;

/** `performance.now`, or `Date.now` where the engine has none. */
export const systemClock: Clock = now ?? Date.now;

/** One `measure` for each call, else one `mark` at its start; undefined where the engine has neither. */
export const systemTracer: Tracer | undefined = makeTracer();

function makeTracer(): Tracer | undefined {
  // Entries count from the origin of performance.now: without that clock they would lie.
  if (now === undefined) return undefined;
  if (measure !== undefined) {
    return (name, start, end, elements) => {
      measure(name, { start, end, detail: { elements } });
    };
  }
  if (mark !== undefined) {
    return (name, start) => {
      mark(name, { startTime: start });
    };
  }
  return undefined;
}

/** How long to look for small steps, in milliseconds; and how many readings at most if the clock stands still. */
const searchTime = 1;
const mostReadings = 1_000_000;

/**
 * The smallest step between two different readings of `clock`, in milliseconds, or 0 when it does not
 * move. Browsers coarsen their clocks, some to 100 ms: there the search ends with the second step.
 */
export function measureClockResolution(clock: Clock): number {
  let smallest = 0;
  let steps = 0;
  const begin = clock();
  let previous = begin;
  for (let reading = 0; reading < mostReadings; reading++) {
    const current = clock();
    if (current === previous) continue;
    const step = current - previous;
    if (step > 0 && (smallest === 0 || step < smallest)) smallest = step;
    steps++;
    previous = current;
    if (steps >= 2 && current - begin > searchTime) break;
  }
  return smallest;
}
