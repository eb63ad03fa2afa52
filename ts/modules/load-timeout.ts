/** The time limit and the cancellation of a load that this package does not do itself. */
import { WasmPerformanceError } from '../core/errors.js';
import { loadAborted } from './failure.js';
import type { ModuleLoadOptions } from './module-definition.js';

/** The longest delay that timers take; above it they fire at once. */
const longestDelay = 2 ** 31 - 1;

/**
 * What `load` gives. Rejects with `LOAD_TIMEOUT` after `loadTimeout` and with `ABORTED` when the signal fires; what
 * comes after that goes to `discard`. Leaves no timer.
 */
export function withinTime<T>(
  what: string,
  { loadTimeout, signal }: Pick<ModuleLoadOptions, 'loadTimeout' | 'signal'>,
  load: () => Promise<T>,
  discard: (late: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (): void => {
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      end();
      reject(loadAborted());
    };
    const onTimeout = (): void => {
      end();
      const message = `loading ${what} took longer than ${loadTimeout} ms; give a longer loadTimeout`;
      reject(new WasmPerformanceError('LOAD_TIMEOUT', message));
    };
    const timer = loadTimeout <= longestDelay ? setTimeout(onTimeout, loadTimeout) : undefined;
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    load().then(
      (value) => {
        if (over) return discard(value);
        end();
        resolve(value);
      },
      (error) => {
        if (over) return;
        end();
        reject(error);
      },
    );
  });
}
