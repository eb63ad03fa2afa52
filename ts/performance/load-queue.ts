/** Loads of one manager: one after the other, until a cleanup ends them. */
import { WasmPerformanceError } from '../core/errors.js';

export class LoadQueue {
  /** Settled when the loads before are over, however they ended. */
  #last: Promise<unknown> = Promise.resolve();
  #cancel = new AbortController();

  /** Fires with the next `cancel`. */
  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Runs `work` after the loads before it. Rejects as it does, or with `ABORTED` when it was cancelled before its turn. */
  run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this;
    const done = this.#last.then(() => {
      if (signal.aborted) {
        throw new WasmPerformanceError('ABORTED', 'the manager was cleaned up before the load');
      }
      return work(signal);
    });
    this.#last = done.catch(() => {});
    return done;
  }

  /** Ends the load under way and those that wait; later ones are not concerned. */
  cancel(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
  }
}
