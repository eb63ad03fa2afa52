/** Time limit and cancellation of a load. */
import { WasmPerformanceError } from '../errors.js';

/** The longest delay that timers take; above it they fire at once. */
const longestDelay = 2 ** 31 - 1;

export class Deadline {
  readonly #over: Promise<never>;
  readonly #release: () => void;
  #error: WasmPerformanceError | undefined;
  #controller: AbortController | undefined;

  /** `timeout` in milliseconds; `option` is what its user calls it. */
  constructor(
    what: string,
    timeout: number,
    callersSignal: AbortSignal | undefined,
    option: 'timeout' | 'loadTimeout' = 'timeout',
  ) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort = (): void => {};
    this.#over = new Promise<never>((_, reject) => {
      const end = (error: WasmPerformanceError): void => {
        this.#error = error;
        reject(error);
        this.#controller?.abort(error);
      };
      onAbort = () => end(abortError(what, callersSignal?.reason));
      if (callersSignal?.aborted) onAbort();
      callersSignal?.addEventListener('abort', onAbort);
      if (timeout <= longestDelay)
        timer = setTimeout(() => end(timeoutError(what, timeout, option)), timeout);
    });
    this.#over.catch(() => {}); // It may be over while nobody races it.
    this.#release = () => {
      clearTimeout(timer);
      callersSignal?.removeEventListener('abort', onAbort);
    };
  }

  /** What `work` gives, or `ABORTED` or `LOAD_TIMEOUT` as soon as it is over; then `work` may settle unseen. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#over, work]);
  }

  /** Aborted as soon as it is over, for what waits. Made when asked for: a file needs none, and in Node the first costs. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#error !== undefined) this.#controller.abort(this.#error);
    return this.#controller.signal;
  }

  /** Between steps: late work must not go on. */
  throwIfOver(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Leaves no timer and no listener behind. */
  clear(): void {
    this.#release();
  }
}

function abortError(what: string, reason: unknown): WasmPerformanceError {
  return new WasmPerformanceError(
    'ABORTED',
    `loading ${what} was aborted by its signal; load again when wanted`,
    {
      cause: reason,
    },
  );
}

function timeoutError(what: string, timeout: number, option: string): WasmPerformanceError {
  return new WasmPerformanceError(
    'LOAD_TIMEOUT',
    `loading ${what} took longer than ${timeout} ms; give a longer ${option}`,
  );
}
