/** The time limit and the cancellation of one candidate, however many steps and tries it takes. */
import { Deadline } from '../core/loader/deadline.js';
import type { ModuleLoadOptions } from './module-definition.js';

/**
 * What `load` gives. Rejects with `LOAD_TIMEOUT` after `loadTimeout` and with `ABORTED` when the signal fires. The
 * signal that `load` gets fires in both cases; what comes all the same then goes to `discard`. Leaves no timer.
 */
export async function withinTime<T>(
  what: string,
  options: ModuleLoadOptions,
  load: (options: ModuleLoadOptions) => Promise<T>,
  discard: (late: T) => void,
): Promise<T> {
  const deadline = new Deadline(what, options.loadTimeout, options.signal, 'loadTimeout');
  try {
    deadline.throwIfOver();
    const loading = load({ ...options, signal: deadline.signal });
    return await deadline.race(loading).catch((error: unknown) => {
      // Where it is `loading` that failed there is nothing to come.
      loading.then(discard, () => {});
      throw error;
    });
  } finally {
    deadline.clear();
  }
}
