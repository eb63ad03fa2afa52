/**
 * The module manager: chooses and loads a module, hands it to the two layers, changes it without losing a call,
 * and reports what really runs.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { systemClock, timeSince } from '../metrics/clock.js';
import { type HealthIssue, reportOf } from '../metrics/health.js';
import type { OperationMetrics } from '../metrics/operation-recorder.js';
import { failureOf } from '../modules/failure.js';
import { knownModules } from '../modules/known-modules.js';
import { type ChosenModule, loadChain, type Selection } from '../modules/load-chain.js';
import type { LoadedModule, ModuleLoadOptions, ModuleSelectionEntry } from '../modules/module-definition.js';
import { selectFrom, selectModule } from '../modules/select-module.js';
import { TrapRecord } from '../modules/trap-record.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import type { BenchmarkTarget } from './benchmark/report.js';
import { borrow } from './borrowed-module.js';
import { assertListener, callAll } from './call-all.js';
import { meanLatency, perBusySecond } from './call-totals.js';
import { LoadQueue } from './load-queue.js';
import { ManagedLayers } from './managed-layers.js';
import type {
  AvailableModule,
  ManagerHealth,
  ManagerMetrics,
  ModuleStatus,
  ModuleSwitch,
} from './manager-types.js';
import {
  agree,
  chosenBy,
  copyOf,
  defaultModuleConfig,
  loadedBy,
  mergeConfig,
  type WasmModuleConfig,
} from './module-config.js';
import { moduleIssues } from './module-health.js';
import { type ModuleMetrics, moduleMetrics, noModuleMetrics } from './module-metrics.js';
import { moduleReport } from './module-report.js';
import { moduleStatus } from './module-status.js';
import { PreloadedModules } from './preloaded-modules.js';
import type { SIMDAccelerationLayer } from './simd-acceleration-layer.js';
import type { WasmPerformanceLayer } from './wasm-performance-layer.js';

export type * from './manager-types.js';

interface ActiveModule extends ChosenModule {
  readonly since: number;
  /** What it was loaded with: the configuration may have changed since. */
  readonly config: WasmModuleConfig;
}

/** Chooses and loads a module, hands it to two layers, and changes it without losing a call. */
export class WasmModuleManager {
  #config: WasmModuleConfig;
  readonly #layers: ManagedLayers;
  readonly #listeners = new Set<(change: ModuleSwitch) => void>();
  #active: ActiveModule | undefined;
  #selection: readonly ModuleSelectionEntry[] = [];
  /** Cleaned up, and not initialised since. */
  #detached = false;
  readonly #loads = new LoadQueue();
  #initializing: Promise<void> | undefined;
  #failedLoads = 0;
  #lastError: string | undefined;
  readonly #traps = new TrapRecord();
  #targets: readonly BenchmarkTarget[] = [];
  readonly #preloaded = new PreloadedModules();

  /** Loads nothing. Throws `INVALID_ARGUMENT` for a bad value or an unknown `preferredModule`. */
  constructor(config: Partial<WasmModuleConfig> = {}) {
    this.#config = mergeConfig(defaultModuleConfig, config);
    const source = {
      load: () => this.#lend(),
      find: () => this.#lendAtOnce(),
      lost: () => this.#replaceRetired(),
    };
    this.#layers = new ManagedLayers(source, () => this.#config, this.#config.enableProfiling);
  }

  /**
   * Loads the preferred module or what takes its place; with one in use only when updateConfig() asked for another.
   * Never rejects: false when nothing could be loaded, and what was in use stays.
   */
  async initialize(): Promise<boolean> {
    try {
      await this.initializeOrThrow();
      return true;
    } catch {
      return false;
    }
  }

  /** As `initialize`, but rejects with the error of the last candidate. Calls at the same time are one load. */
  initializeOrThrow(): Promise<void> {
    this.#detached = false;
    this.#replaceRetired();
    if (agree(this.#usable?.config, this.#config, chosenBy)) return Promise.resolve();
    if (this.#initializing === undefined) {
      const done = this.#loads
        .run(async (signal) => {
          if (agree(this.#usable?.config, this.#config, chosenBy)) return;
          await this.#install(() => selectModule(this.#loadOptions(signal)), signal);
        })
        .finally(() => {
          if (this.#initializing === done) this.#initializing = undefined;
        });
      this.#initializing = done;
    }
    return this.#initializing;
  }

  /**
   * Changes to the module of that name, or with `'auto'` to the fastest. False, with nothing changed, when there is
   * none, or after cleanup(); false, with the old one still in use and `lastError` set, when it cannot be loaded. The
   * layers' calls under way end on the module they began on; networks made on its runtime end with it.
   */
  async switchModule(name: string): Promise<boolean> {
    const definition = knownModules().find((module) => module.name === name);
    if (this.#detached || (definition === undefined && name !== 'auto')) return false;
    try {
      await this.#loads.run(async (signal) => {
        const isSame = definition !== undefined && this.#usable?.definition === definition;
        if (isSame && agree(this.#usable?.config, this.#config, loadedBy)) return;
        const options = this.#loadOptions(signal);
        await this.#install(
          definition === undefined
            ? () => selectModule({ ...options, preferredModule: name })
            : async () => this.#preloaded.take(definition, options) ?? loadChain([definition], options),
          signal,
        );
      });
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Loads the module of that name beforehand and keeps it until cleanup(), so that a switch to it takes no time. False
   * when there is none or it cannot be loaded; the module in use stays.
   */
  async preload(name: string): Promise<boolean> {
    const definition = knownModules().find((module) => module.name === name);
    return (
      definition !== undefined && this.#preloaded.keep(definition, this.#loadOptions(this.#loads.signal))
    );
  }

  getModuleStatus(): ModuleStatus {
    return moduleStatus(this.#usable, {
      selection: this.#selection,
      errorCount: this.#failedLoads + this.#layers.calls.errors,
      lastError: this.#reason,
    });
  }

  /** Of the operations of both layers; all 0 while no module is loaded. */
  getModuleMetrics(): ModuleMetrics {
    const usable = this.#usable;
    if (usable === undefined) return noModuleMetrics;
    return moduleMetrics(usable.loaded, this.#layers.calls, timeSince(usable.since));
  }

  getPerformanceMetrics(): ManagerMetrics {
    const { calls, performance, simd } = this.#layers;
    return {
      ...performance.getPerformanceMetrics(),
      ...this.getModuleMetrics(),
      averageLatency: meanLatency(calls),
      throughput: perBusySecond(calls.elements, calls),
      simd: simd.getPerformanceMetrics(),
    };
  }

  /** Every module that this version knows, in the order in which they are considered. */
  getAvailableModules(): AvailableModule[] {
    return knownModules().map((module) => ({
      name: module.name,
      description: module.description,
      version: module.version,
      capabilities: [...module.capabilities],
      memoryRequirement: module.memoryRequirement,
      loadPriority: module.loadPriority,
      available: module.isAvailable(this.#config),
    }));
  }

  /** The same object for the manager's whole life, whatever the module. */
  getPerformanceLayer(): WasmPerformanceLayer {
    return this.#layers.performance;
  }

  /** The same object for the manager's whole life, whatever the module. */
  getSIMDLayer(): SIMDAccelerationLayer {
    return this.#layers.simd;
  }

  /** The runtime of the module in use; a switch ends it with its networks and blocks. Throws `NOT_INITIALIZED`. */
  getRuntime(): NeuralRuntime {
    if (this.#usable !== undefined) return this.#usable.loaded.runtime;
    const reason = this.#reason ?? 'call initialize() first';
    throw new WasmPerformanceError('NOT_INITIALIZED', `WasmModuleManager has no module: ${reason}`);
  }

  healthCheck(): ManagerHealth {
    const metrics = this.getModuleMetrics();
    const { status, issues } = reportOf(this.healthIssues());
    const module = this.#usable?.definition.name ?? 'none';
    return { status, module, metrics, issues: issues.map((issue) => issue.message) };
  }

  /** What `healthCheck` tells, with codes, values and limits. */
  healthIssues(): readonly HealthIssue[] {
    return moduleIssues(this.#usable?.loaded, this.#layers.attachments, {
      thresholds: this.#config.healthThresholds,
      traps: this.#traps,
      missing: this.#reason,
    });
  }

  /** Status, metrics and health in a few lines for people. */
  getPerformanceReport(): string {
    return moduleReport(
      this.getModuleStatus(),
      this.getPerformanceMetrics(),
      this.healthCheck(),
      this.memoryLimit(),
    );
  }

  /** Bytes: what the module in use was loaded with; without one, what the next one will be. */
  memoryLimit(): number {
    return (this.#usable?.config ?? this.#config).memoryLimit;
  }

  /** SASI's limits as the last benchmark measured them; empty before. */
  measuredTargets(): readonly BenchmarkTarget[] {
    return this.#targets;
  }

  /** Called by a benchmark of this manager. */
  noteTargets(targets: readonly BenchmarkTarget[]): void {
    this.#targets = targets;
  }

  /** Counts and times of the layers' operations. */
  operationMetrics(): Readonly<Record<string, OperationMetrics>> {
    return this.#layers.operations;
  }

  /** A copy of the configuration in use. */
  exportConfig(): WasmModuleConfig {
    return copyOf(this.#config);
  }

  /**
   * Changes the configuration for the next initialize() or switchModule(), which load anew when the module in use was
   * loaded with another one. Throws `INVALID_ARGUMENT`.
   */
  updateConfig(changes: Partial<WasmModuleConfig>): void {
    this.#config = mergeConfig(this.#config, changes);
    // A load under way began with the old one: the next initialize() is a load of its own.
    this.#initializing = undefined;
  }

  isModuleManagerInitialized(): boolean {
    return this.#usable !== undefined;
  }

  /**
   * Calls `listener` after every change of the module in use, cleanup() among them; the function returned ends that.
   * Throws `INVALID_ARGUMENT`.
   */
  onSwitch(listener: (change: ModuleSwitch) => void): () => void {
    assertListener('onSwitch', listener);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Gives the module back, ends a load under way and detaches the layers; all of it is done when the call returns.
   * Can be called again; initialize() starts anew.
   */
  cleanup(): Promise<void> {
    this.#detached = true;
    this.#loads.cancel();
    this.#initializing = undefined;
    this.#layers.cleanup();
    const active = this.#active;
    this.#active = undefined;
    this.#selection = [];
    this.#failedLoads = 0;
    this.#lastError = undefined;
    this.#traps.clear();
    this.#preloaded.release();
    active?.loaded.release();
    if (active !== undefined) this.#tellChange(active, undefined);
    return Promise.resolve();
  }

  #loadOptions(signal: AbortSignal): WasmModuleConfig & ModuleLoadOptions & { readonly signal: AbortSignal } {
    return { ...this.#config, signal, excludedTiers: this.#traps.excludedTiers };
  }

  /** Loads by `select` and puts what it chose to use; rejects with the reason, recorded, when it chose nothing. */
  async #install(
    select: () => Promise<Selection>,
    signal: AbortSignal,
    before: ActiveModule | undefined = this.#active,
  ): Promise<void> {
    const config = this.#config;
    // It rejects where the preferred module is none any more.
    const { entries, chosen, error } = await select().catch(
      (reason: unknown): Selection => ({ entries: [], error: reason }),
    );
    if (signal.aborted) {
      chosen?.loaded.release();
      throw new WasmPerformanceError('ABORTED', 'the manager was cleaned up while a module was loaded');
    }
    if (chosen === undefined) {
      const { code, message } = failureOf(error);
      this.#failedLoads++;
      this.#lastError = code === undefined ? message : `${code}: ${message}`;
      if (this.#active === undefined) this.#selection = entries;
      throw error;
    }
    const isFirst = before === undefined;
    this.#active = { ...chosen, since: systemClock(), config };
    this.#selection = entries;
    this.#lastError = undefined;
    this.#layers.use(this.#active.loaded, config.enableProfiling, isFirst);
    before?.loaded.release();
    this.#tellChange(before, this.#active);
  }

  /** For a layer that was detached by its own cleanup() and is initialised again, or waits for the module after a trap. */
  async #lend(): Promise<LoadedModule> {
    if (!this.#detached) await this.initializeOrThrow();
    if (this.#active === undefined) {
      throw new WasmPerformanceError(
        'NOT_INITIALIZED',
        'the manager was cleaned up; call its initialize() first',
      );
    }
    return borrow(this.#active.loaded);
  }

  #lendAtOnce(): LoadedModule | undefined {
    this.#replaceRetired();
    return this.#active === undefined ? undefined : borrow(this.#active.loaded);
  }

  /**
   * The module in use trapped: it is rebuilt once, after that the next one takes its place; or it was disposed of: it is
   * rebuilt. Until then there is none, and asynchronous operations wait.
   */
  #replaceRetired(): void {
    const active = this.#active;
    if (!active?.loaded.retired) return;
    this.#preloaded.dropRetired();
    if (active.loaded.disposed) this.#lastError = this.#reason;
    else this.#traps.add(active.loaded.runtime.variant);
    this.#active = undefined;
    active.loaded.release();
    const rebuilt = this.#loads.run(async (signal) => {
      if (this.#active !== undefined) return;
      const { definition } = active;
      await this.#install(() => selectFrom(definition, this.#loadOptions(signal)), signal, active);
    });
    // What it fails with is `lastError`, and is told to the next one who calls.
    rebuilt.catch(() => {
      if (this.#active === undefined && !this.#detached) this.#tellChange(active, undefined);
    });
  }

  #tellChange(from: ActiveModule | undefined, to: ActiveModule | undefined): void {
    callAll(this.#listeners, {
      from: from?.definition.name ?? 'none',
      to: to?.definition.name ?? 'none',
      tier: to?.loaded.runtime.variant ?? null,
    });
  }

  /** The module in use, if it is of any use: somebody else who shares its runtime may have ended that. */
  get #usable(): ActiveModule | undefined {
    return this.#active?.loaded.retired ? undefined : this.#active;
  }

  /** Why there is no module, or the last failed load. */
  get #reason(): string | undefined {
    if (this.#active?.loaded.disposed) {
      return 'DISPOSED: somebody disposed of the runtime, which is shared; call initialize()';
    }
    return this.#lastError;
  }
}
