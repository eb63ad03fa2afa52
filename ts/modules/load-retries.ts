/**
 * Tries a download again after a pause. Everything else that can go wrong with a load goes wrong the same way again.
 */
import { systemClock } from '../metrics/clock.js';
import { failureOf, loadAborted } from './failure.js';
import type { ModuleLoadOptions } from './module-definition.js';

/** Milliseconds before the first further try; doubled before each one after it, up to the longest. */
const firstPause = 50;
const longestPause = 2000;

/** What `load` gives, tried again while there are attempts left and `loadTimeout` is not used up. */
export async function withRetries<T>(
  { retryAttempts, loadTimeout, signal }: Pick<ModuleLoadOptions, 'retryAttempts' | 'loadTimeout' | 'signal'>,
  load: () => Promise<T>,
): Promise<T> {
  const end = systemClock() + loadTimeout;
  let wait = firstPause;
  for (let attempt = 0; ; attempt++) {
    try {
      return await load();
    } catch (error) {
      if (attempt >= retryAttempts || failureOf(error).code !== 'FETCH_FAILED') throw error;
      // There is no time for another try: what became of this one says more than that the time ran out.
      if (systemClock() + wait >= end) throw error;
    }
    await pause(wait, signal);
    wait = Math.min(2 * wait, longestPause);
  }
}

/** Resolves after `milliseconds`; rejects with `ABORTED`, its timer cleared, when `signal` fires first. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(loadAborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
