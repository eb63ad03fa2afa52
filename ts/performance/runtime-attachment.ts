/**
 * How a layer gets at its runtime: a manager hands it one, or the layer finds the process's shared one, or loads it.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { OperationRecorder } from '../metrics/operation-recorder.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

export interface RuntimeSource {
  /** Loads, or rejects with the reason why there is none. */
  load(signal: AbortSignal): Promise<LoadedModule>;
  /** One that is loaded already. */
  find(): LoadedModule | undefined;
}

export class RuntimeAttachment {
  #recorder: OperationRecorder;
  readonly #name: string;
  readonly #source: RuntimeSource;
  #current: LoadedModule | undefined;
  #loading: { readonly done: Promise<NeuralRuntime>; readonly cancel: AbortController } | undefined;
  #detached = false;

  /** `name` stands in messages. */
  constructor(name: string, source: RuntimeSource, profiling: boolean) {
    this.#name = name;
    this.#source = source;
    this.#recorder = new OperationRecorder({ profiling });
  }

  /** Counts the operations of this layer alone: others may share the runtime. */
  get recorder(): OperationRecorder {
    return this.#recorder;
  }

  /** Begins to count or ends it; what was counted is kept unless that changes. */
  profile(profiling: boolean): void {
    if (this.#recorder.profiling !== profiling) this.#recorder = new OperationRecorder({ profiling });
  }

  /** The runtime in use, without looking for one. */
  get runtime(): NeuralRuntime | undefined {
    return this.#current?.runtime;
  }

  /** Cleaned up, and not initialised since. */
  get detached(): boolean {
    return this.#detached;
  }

  /** The runtime in use, or one that is loaded already; never one after `detach`. */
  find(): NeuralRuntime | undefined {
    if (this.#current === undefined && !this.#detached) this.#current = this.#source.find();
    return this.#current?.runtime;
  }

  /** As `find`, or loads one. Rejects with `NOT_INITIALIZED` after `detach`. */
  async demand(): Promise<NeuralRuntime> {
    const found = this.find();
    if (found !== undefined) return found;
    if (this.#detached) {
      throw new WasmPerformanceError(
        'NOT_INITIALIZED',
        `${this.#name} was cleaned up; call initialize() before its operations`,
      );
    }
    try {
      return await this.initialize();
    } catch (cause) {
      // The operation was not asked to load; what it lacks is an initialised layer, and the cause says why.
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new WasmPerformanceError('NOT_INITIALIZED', `${this.#name} has no runtime: ${reason}`, { cause });
    }
  }

  /** Attaches, loading if need be; calls at the same time share one load. Rejects with the reason of a failure. */
  initialize(): Promise<NeuralRuntime> {
    this.#detached = false;
    if (this.#current !== undefined) return Promise.resolve(this.#current.runtime);
    if (this.#loading === undefined) {
      const cancel = new AbortController();
      const done = this.#load(cancel.signal).finally(() => {
        if (this.#loading?.cancel === cancel) this.#loading = undefined;
      });
      this.#loading = { done, cancel };
    }
    return this.#loading.done;
  }

  /** Works with `loaded` from now on. Calls under way end on the runtime that they began on. */
  replace(loaded: LoadedModule): void {
    const before = this.#current;
    this.#detached = false;
    this.#current = loaded;
    before?.release();
  }

  /** Gives the runtime back and ends a load under way; nothing attaches again before `initialize` or `replace`. */
  detach(): void {
    this.#detached = true;
    this.#loading?.cancel.abort();
    this.#loading = undefined;
    const before = this.#current;
    this.#current = undefined;
    before?.release();
  }

  async #load(signal: AbortSignal): Promise<NeuralRuntime> {
    const loaded = await this.#source.load(signal);
    if (signal.aborted) {
      loaded.release();
      throw new WasmPerformanceError('ABORTED', `${this.#name} was cleaned up while it was loaded`);
    }
    this.replace(loaded);
    return loaded.runtime;
  }
}
