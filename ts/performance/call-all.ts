import { show } from '../core/arguments.js';
import { InvalidArgumentError } from '../core/errors.js';

/** Throws `INVALID_ARGUMENT`, naming the `method` that was given it. */
export function assertListener(method: string, listener: unknown): void {
  if (typeof listener === 'function') return;
  throw new InvalidArgumentError(`${method}: the listener is ${show(listener)}; give a function`);
}

/**
 * Calls every listener with `event`. What one throws is reported as an uncaught error, as for DOM events: it
 * reaches neither the other listeners nor the operation that the event is about.
 */
export function callAll<Event>(listeners: Iterable<(event: Event) => void>, event: Event): void {
  for (const listener of [...listeners]) {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
