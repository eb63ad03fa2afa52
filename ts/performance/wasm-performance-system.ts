/**
 * The performance system in one call: a manager with its module loaded, its two layers, and events.
 */
import { show } from '../core/arguments.js';
import { disposeSymbol } from '../core/disposable.js';
import { InvalidArgumentError, WasmPerformanceError } from '../core/errors.js';
import type { HealthReport } from '../metrics/health.js';
import { reportOf } from '../metrics/health.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import { assertListener, callAll } from './call-all.js';
import type { WasmModuleConfig } from './module-config.js';
import { getWasmPerformanceStatus, type WasmPerformanceStatus } from './performance-status.js';
import type { SIMDAccelerationLayer } from './simd-acceleration-layer.js';
import { type ManagerMetrics, type ModuleSwitch, WasmModuleManager } from './wasm-module-manager.js';
import type { WasmPerformanceLayer } from './wasm-performance-layer.js';

/** What `on` tells, by the event's name. */
export interface WasmPerformanceEvents {
  /** Once a second while there is a listener. */
  metrics: ManagerMetrics;
  /** When the status or the kinds of issues have changed: asked once a second while there is a module, and at every switch. */
  health: HealthReport;
  /** After every change of the module. */
  switch: ModuleSwitch;
}

/** A manager with its module loaded, its two layers, and events. */
export interface WasmPerformanceSystem extends Disposable {
  readonly manager: WasmModuleManager;
  readonly performanceLayer: WasmPerformanceLayer;
  readonly simdLayer: SIMDAccelerationLayer;
  /**
   * Of the module in use. Throws `NOT_INITIALIZED` after dispose. Others may share it: do not dispose of it. A switch
   * gives it back, and with its last use go its networks, swarms and blocks: a training under way rejects with
   * `DISPOSED`. What is to outlive a switch belongs on a runtime of `loadRuntime`. Its `metrics()` are of the calls made
   * on it; layers count theirs (`manager.operationMetrics()`), so that none is timed twice.
   */
  readonly runtime: NeuralRuntime;
  /** Whether a module is in use: true until dispose. */
  readonly ready: boolean;
  /** Loads another module beforehand, for a later switch of the manager: true when it is there; never after dispose. */
  preload(module: string): Promise<boolean>;
  /** Synchronous, never throws, plain JSON. */
  status(): WasmPerformanceStatus;
  /**
   * Calls `callback` on each such event; the function returned ends that. No timer keeps a process alive. Throws
   * `INVALID_ARGUMENT` for another name and for what is no function, and `DISPOSED`.
   */
  on<Name extends keyof WasmPerformanceEvents>(
    event: Name,
    callback: (event: WasmPerformanceEvents[Name]) => void,
  ): () => void;
  /** Gives everything back; the last user of a runtime disposes of it. Can be called again. */
  dispose(): void;
}

/**
 * Loads the preferred module, or what takes its place. Rejects with `INVALID_ARGUMENT` for a bad configuration or
 * an unknown `preferredModule`, else with the error of the last candidate; then nothing is left behind.
 */
export async function createWasmPerformanceSystem(
  config: Partial<WasmModuleConfig> = {},
): Promise<WasmPerformanceSystem> {
  const manager = new WasmModuleManager(config);
  try {
    await manager.initializeOrThrow();
  } catch (error) {
    await manager.cleanup();
    throw error;
  }
  return new System(manager);
}

type Listener<Name extends keyof WasmPerformanceEvents> = (event: WasmPerformanceEvents[Name]) => void;

const tickMs = 1000;

class System implements WasmPerformanceSystem {
  readonly manager: WasmModuleManager;
  readonly #metrics = new Set<Listener<'metrics'>>();
  readonly #health = new Set<Listener<'health'>>();
  readonly #switch = new Set<Listener<'switch'>>();
  readonly #endSwitch: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #disposed = false;

  constructor(manager: WasmModuleManager) {
    this.manager = manager;
    this.#endSwitch = manager.onSwitch((change) => {
      callAll(this.#switch, change);
      this.#checkHealth();
      this.#adjustTimer();
    });
  }

  get performanceLayer(): WasmPerformanceLayer {
    return this.manager.getPerformanceLayer();
  }

  get simdLayer(): SIMDAccelerationLayer {
    return this.manager.getSIMDLayer();
  }

  get runtime(): NeuralRuntime {
    return this.manager.getRuntime();
  }

  get ready(): boolean {
    return this.manager.isModuleManagerInitialized();
  }

  preload(module: string): Promise<boolean> {
    return this.#disposed ? Promise.resolve(false) : this.manager.preload(module);
  }

  status(): WasmPerformanceStatus {
    return getWasmPerformanceStatus(this.manager);
  }

  on<Name extends keyof WasmPerformanceEvents>(event: Name, callback: Listener<Name>): () => void {
    const sets: { [N in keyof WasmPerformanceEvents]: Set<Listener<N>> } = {
      metrics: this.#metrics,
      health: this.#health,
      switch: this.#switch,
    };
    // What is no text may throw where it is made one, as a key is.
    if (typeof event !== 'string' || !Object.hasOwn(sets, event)) {
      throw new InvalidArgumentError(
        `on: there is no event ${show(event)}; use 'metrics', 'health' or 'switch'`,
      );
    }
    assertListener('on', callback);
    const listeners = sets[event];
    if (this.#disposed) {
      throw new WasmPerformanceError(
        'DISPOSED',
        'on: the performance system was disposed of; create another one',
      );
    }
    // A function of its own for each call: the same callback given twice is two listeners.
    const listener: Listener<Name> =
      event === 'health'
        ? (onChange(callback as Listener<'health'>, this.#healthReport()) as Listener<Name>)
        : (value) => callback(value);
    listeners.add(listener);
    this.#adjustTimer();
    return () => {
      listeners.delete(listener);
      this.#adjustTimer();
    };
  }

  dispose(): void {
    this.#disposed = true;
    for (const listeners of [this.#metrics, this.#health, this.#switch]) listeners.clear();
    this.#adjustTimer();
    this.#endSwitch();
    void this.manager.cleanup();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  /** One timer while anyone listens to what only time brings, and there is a module of which it can tell. */
  #adjustTimer(): void {
    const needed = this.ready && this.#metrics.size + this.#health.size > 0;
    if (!needed) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#tick(), tickMs);
      // In Node it must not keep the process; a browser's timer is a number.
      (this.#timer as { unref?: () => void }).unref?.();
    }
  }

  #tick(): void {
    // Without a module, or with one that was disposed of elsewhere, there is nothing to measure; health says so.
    const { ready } = this.status();
    if (ready && this.#metrics.size > 0) callAll(this.#metrics, this.manager.getPerformanceMetrics());
    this.#checkHealth();
  }

  #checkHealth(): void {
    if (this.#health.size === 0) return;
    callAll(this.#health, this.#healthReport());
  }

  #healthReport(): HealthReport {
    return reportOf(this.manager.healthIssues());
  }
}

/** Tells `listener` of a report that differs from the one before, the first one from `known`: each has its own. */
function onChange(listener: Listener<'health'>, known: HealthReport): Listener<'health'> {
  let last = summary(known);
  return (health) => {
    const now = summary(health);
    if (now === last) return;
    last = now;
    listener(health);
  };
}

/** What makes a report another one: not its figures, which move with every call. */
function summary({ status, issues }: HealthReport): string {
  return [status, ...issues.map((issue) => issue.code)].join(' ');
}
