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
