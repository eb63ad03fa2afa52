/** The runtime: one loaded build with its memory, operations and networks, and what it tells about itself. */
import { disposeSymbol } from '../core/disposable.js';
import type { Engine } from '../core/engine.js';
import { type Candidate, type LoadedEngine, type LoadOptions, loadEngine } from '../core/loader.js';
import { type MemoryPool, Pool } from '../core/memory-pool.js';
import type { VariantName } from '../core/variants.js';
import { type HealthReport, type HealthThresholds, healthReport } from '../metrics/health.js';
import { OperationRecorder } from '../metrics/operation-recorder.js';
import { type LoadTime, type RuntimeMetrics, runtimeMetrics } from '../metrics/runtime-metrics.js';
import { createNetwork, loadNetwork } from '../networks/network.js';
import { createSwarm } from '../networks/swarm.js';
import type { Network, NetworkConfig, NetworkFormat, Swarm, SwarmConfig } from '../networks/types.js';
import { createOps } from '../ops/create-ops.js';
import type { Ops } from '../ops/types.js';

export type { Candidate } from '../core/loader.js';

/** What `loadRuntime` takes. */
export interface RuntimeOptions extends LoadOptions {}

/** After `dispose` every use but `dispose` throws `DISPOSED`. */
export interface NeuralRuntime extends Disposable {
  /** The build that runs. */
  readonly variant: VariantName;
  /** Every build that was considered, in order, and what became of it. */
  readonly selection: readonly Candidate[];
  /** Where the load spent its time, in milliseconds. */
  readonly loadTime: LoadTime;
  readonly memory: MemoryPool;
  readonly ops: Ops;
  /** Throws `INVALID_ARGUMENT` for a configuration that is none and `POOL_EXHAUSTED` when there is no room. */
  createNetwork(config: NetworkConfig): Network;
  /** Many networks of one topology in one block. Throws as `createNetwork`. */
  createSwarm(config: SwarmConfig): Swarm;
  /**
   * The network of a file: what `save` wrote as safetensors, JSON or FANN, and what other programs write (see
   * `NetworkFormat`). Without `format` it is recognised by its content. Throws `BAD_FORMAT`, naming the byte, line or
   * key, for a file that is damaged, incomplete or beyond what a network here can be; nothing is allocated then.
   * `POOL_EXHAUSTED` when a file that is right is too large.
   */
  loadNetwork(bytes: Uint8Array | string, format?: NetworkFormat): Network;
  /**
   * `work()`; then every block made inside is freed, but for those in its result: a block itself, or blocks in
   * arrays and objects, however deep. `work` must not be asynchronous (`INVALID_ARGUMENT`).
   */
  scope<T>(work: () => T): T;
  /** What was counted since the load or the last `resetMetrics`. */
  metrics(): RuntimeMetrics;
  /** A verdict on the metrics. `thresholds`: from where on there is an issue, in place of the defaults. */
  health(thresholds?: HealthThresholds): HealthReport;
  /** Forgets what was counted; the memory's statistics stay. */
  resetMetrics(): void;
  /** Gives everything back. Calling it again does nothing. */
  dispose(): void;
}

/**
 * Loads the build that was named, or the fastest one that this engine runs and that passes its self-test. Rejects with
 * a `WasmPerformanceError`, whose code says why; nothing is left behind then, and it may be tried again.
 */
export async function loadRuntime(options: RuntimeOptions = {}): Promise<NeuralRuntime> {
  return new LoadedRuntime(await loadEngine(options));
}

/** A runtime, and its operations for a caller that counts its calls itself. */
export interface RuntimeWithUncountedOps {
  readonly runtime: NeuralRuntime;
  /** Those of `runtime`, but neither counted nor timed: a call that is measured twice pays for it twice. */
  readonly uncountedOps: Ops;
  /** Whether the runtime is at work: somebody else who has it may have disposed of it, or found that it trapped. */
  readonly state: Readonly<Pick<Engine, 'alive' | 'trapped'>>;
}

/** As `loadRuntime`. */
export async function loadWithUncountedOps(options: RuntimeOptions): Promise<RuntimeWithUncountedOps> {
  const loaded = await loadEngine(options);
  const { engine } = loaded;
  const recorder = new OperationRecorder({ profiling: false });
  return {
    runtime: new LoadedRuntime(loaded),
    uncountedOps: createOps(engine, new Pool(engine), recorder),
    state: engine,
  };
}

class LoadedRuntime implements NeuralRuntime {
  readonly variant: VariantName;
  readonly selection: readonly Candidate[];
  readonly loadTime: LoadTime;
  readonly ops: Ops;
  readonly #engine: Engine;
  readonly #pool: Pool;

  constructor({ engine, selection, loadTime }: LoadedEngine) {
    this.variant = engine.variant;
    this.selection = selection;
    this.loadTime = loadTime;
    this.#engine = engine;
    this.#pool = new Pool(engine);
    this.ops = createOps(engine, this.#pool);
  }

  get memory(): MemoryPool {
    return this.#pool;
  }

  createNetwork(config: NetworkConfig): Network {
    this.#engine.assertAlive('createNetwork');
    return createNetwork(this.#engine, config);
  }

  loadNetwork(bytes: Uint8Array | string, format?: NetworkFormat): Network {
    this.#engine.assertAlive('loadNetwork');
    return loadNetwork(this.#engine, bytes, format);
  }

  createSwarm(config: SwarmConfig): Swarm {
    this.#engine.assertAlive('createSwarm');
    return createSwarm(this.#engine, config);
  }

  scope<T>(work: () => T): T {
    return this.#pool.scope(work);
  }

  metrics(): RuntimeMetrics {
    this.#engine.assertAlive('metrics');
    return runtimeMetrics(this.#engine.recorder, this.#pool.stats(), this.loadTime);
  }

  health(thresholds?: HealthThresholds): HealthReport {
    this.#engine.assertAlive('health');
    return healthReport(this.metrics(), thresholds);
  }

  resetMetrics(): void {
    this.#engine.assertAlive('resetMetrics');
    this.#engine.recorder.reset();
  }

  dispose(): void {
    this.#engine.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}
