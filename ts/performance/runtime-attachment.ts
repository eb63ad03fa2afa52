/**
 * How a layer or a bridge gets at its module: a manager hands it one, or it finds the process's shared one, or loads
 * it. After a trap the module is given up, and another one is loaded.
 */

import { WasmPerformanceError } from '../core/errors.js';
import type { HostAbortSignal } from '../core/host-types.js';
import type { VariantName } from '../core/variants.js';
import { type OperationMeter, OperationRecorder } from '../metrics/operation-recorder.js';
import type { Profiling } from '../metrics/runtime-metrics.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { ModuleOperations } from '../modules/module-operations.js';
import { isTrap, TrapRecord } from '../modules/trap-record.js';
import type { NeuralRuntime } from '../runtime/runtime.js';

export interface RuntimeSource {
  /** Loads, or rejects with the reason why there is none. */
  load(signal: HostAbortSignal, excludedTiers: ReadonlySet<VariantName>): Promise<LoadedModule>;
  /** One that is loaded already. */
  find(excludedTiers: ReadonlySet<VariantName>): LoadedModule | undefined;
  /** Whether `load` could give a faster build than this one, which was come across. */
  betters?(found: VariantName): boolean;
  /** Told that its module is retired, where it cares for another one. */
  lost?(): void;
}

/** What an attachment uses, apart from it: it is given back also when nobody can reach the attachment any more. */
interface Use {
  module: LoadedModule | undefined;
}

/**
 * A layer or a bridge that was forgotten without its cleanup() would hold the runtime for ever. Nothing that outlives it
 * works on its use: what a layer, a bridge or a bridge's low-level module does keeps the attachment alive.
 */
const forgotten = new FinalizationRegistry<Use>(({ module }) => module?.release());

export class RuntimeAttachment {
  /** What trapped under this layer; where a manager gives the modules it counts. */
  readonly traps = new TrapRecord();
  #recorder: OperationRecorder;
  #trappedCalls = 0;
  readonly #name: string;
  readonly #source: RuntimeSource;
  readonly #use: Use = { module: undefined };
  /** Whether the current module was come across, not loaded: `initialize` may then load a better one. */
  #found = false;
  #loading: { readonly done: Promise<LoadedModule>; readonly cancel: AbortController } | undefined;
  #detached = false;
  #life = new AbortController();

  /** `name` stands in messages. */
  constructor(name: string, source: RuntimeSource, profiling: Profiling) {
    this.#name = name;
    this.#source = source;
    this.#recorder = new OperationRecorder({ profiling });
    forgotten.register(this, this.#use);
  }

  get #current(): LoadedModule | undefined {
    return this.#use.module;
  }

  set #current(module: LoadedModule | undefined) {
    this.#use.module = module;
  }

  /** Counts the operations of this layer alone: others may share the runtime. */
  get recorder(): OperationRecorder {
    return this.#recorder;
  }

  /** Calls among the recorder's errors that a trap ended. */
  get trappedCalls(): number {
    return this.#trappedCalls;
  }

  /** Counts a call that `meter` timed from `start` on as one that failed with `error`. */
  fail(meter: OperationMeter, start: number, error: unknown): void {
    meter.fail(start);
    if (isTrap(error)) this.#trappedCalls++;
  }

  /** Begins to count or ends it; what was counted is kept unless that changes. */
  profile(profiling: Profiling): void {
    if (this.#recorder.profiling === profiling) return;
    this.#recorder = new OperationRecorder({ profiling });
    this.#trappedCalls = 0;
  }

  /** Forgets what was counted. */
  reset(): void {
    this.#recorder.reset();
    this.#trappedCalls = 0;
  }

  /** The runtime in use, without looking for one. */
  get runtime(): NeuralRuntime | undefined {
    return this.current?.runtime;
  }

  /** The module in use, without looking for one. */
  get current(): LoadedModule | undefined {
    return this.#current?.retired === false ? this.#current : undefined;
  }

  /** Cleaned up, and not initialised since. */
  get detached(): boolean {
    return this.#detached;
  }

  /** Fires at the next `detach`: what works on for a user who has gone is to end. */
  get life(): HostAbortSignal {
    return this.#life.signal;
  }

  /** The module in use, or one that is loaded already; never one after `detach`. */
  find(): LoadedModule | undefined {
    if (this.#current?.retired) this.#giveUp(this.#current);
    if (this.#current === undefined && !this.#detached) {
      this.#current = this.#source.find(this.traps.excludedTiers);
      this.#found = this.#current !== undefined;
    }
    return this.#current;
  }

  /** As `find`, or loads one. Rejects with `NOT_INITIALIZED` after `detach`. */
  async demand(): Promise<LoadedModule> {
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
  initialize(): Promise<LoadedModule> {
    this.#detached = false;
    const { current } = this;
    if (current !== undefined && !this.#mayImprove(current)) return Promise.resolve(current);
    if (this.#loading === undefined) {
      const cancel = new AbortController();
      const done = this.#load(cancel.signal).finally(() => {
        if (this.#loading?.cancel === cancel) this.#loading = undefined;
      });
      this.#loading = { done, cancel };
    }
    return this.#loading.done;
  }

  /** Works with `loaded` from now on. Calls under way end on the module that they began on. */
  replace(loaded: LoadedModule): void {
    const before = this.#current;
    this.#detached = false;
    this.#current = loaded;
    this.#found = false;
    before?.release();
  }

  /**
   * `work` with the operations of `module`, and with `given`, which spares it a closure. When a kernel traps the
   * module is given up, and another one is loaded; the error goes on to the caller.
   */
  run<T, Given = undefined>(
    module: LoadedModule,
    work: (operations: ModuleOperations, given: Given) => T,
    given?: Given,
  ): T {
    try {
      return work(module.operations, given as Given);
    } catch (error) {
      if (isTrap(error) && module === this.#current) this.#giveUp(module);
      throw error;
    }
  }

  /** Gives the module back and ends a load under way; nothing attaches again before `initialize` or `replace`. */
  detach(): void {
    this.#detached = true;
    this.#life.abort();
    this.#life = new AbortController();
    this.#loading?.cancel.abort();
    this.#loading = undefined;
    this.traps.clear();
    const before = this.#current;
    this.#current = undefined;
    before?.release();
  }

  /** The module is retired: it trapped or was disposed of, perhaps under somebody else who shares it. */
  #giveUp(module: LoadedModule): void {
    this.#current = undefined;
    if (!module.disposed) this.traps.add(module.runtime.variant);
    this.#source.lost?.();
    module.release();
    if (this.find() !== undefined) return;
    // What it fails with is told to the next one who initialises or calls.
    this.initialize().catch(() => {});
  }

  #mayImprove({ runtime }: LoadedModule): boolean {
    return this.#found && this.#source.betters?.(runtime.variant) === true;
  }

  async #load(signal: HostAbortSignal): Promise<LoadedModule> {
    const loaded = await this.#source.load(signal, this.traps.excludedTiers).catch((error: unknown) => {
      // What was come across still works.
      if (this.current === undefined || signal.aborted) throw error;
      return this.current;
    });
    if (loaded === this.#current) return loaded;
    if (signal.aborted) {
      loaded.release();
      throw new WasmPerformanceError('ABORTED', `${this.#name} was cleaned up while it was loaded`);
    }
    this.replace(loaded);
    return loaded;
  }
}
