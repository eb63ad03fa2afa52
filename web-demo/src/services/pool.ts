/** The performance system at work: calls that go on, a pool to play with, and a change of modules under both. */
import {
  type Block,
  createWasmPerformanceSystem,
  type HealthIssue,
  type HealthStatus,
  loadRuntime,
  type PoolStats,
  type WasmPerformanceSystem,
} from '@sasi/wasm-performance';
import type { Emit } from '../link/protocol.js';
import { clockStep } from './environment.js';
import { bucketEdges, Latencies } from './latencies.js';

export type BuildName = 'simd' | 'scalar' | 'js';

export interface BlockPlace {
  readonly offset: number;
  readonly bytes: number;
}

export interface PoolReport {
  readonly module: string;
  readonly build: string;
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly refused: number;
  readonly lost: number;
  readonly switches: number;
  /** Blocks that went with the memory of a module that was left, since the beginning. */
  readonly emptied: number;
  readonly pool: PoolStats;
  readonly blocks: readonly BlockPlace[];
  readonly latency: {
    /** Milliseconds between which each bucket lies: one more than there are counts. */
    readonly edges: readonly number[];
    readonly counts: readonly number[];
    readonly samples: number;
    readonly callsPerSample: number;
    readonly p50: number;
    readonly p95: number;
  };
  readonly health: { readonly status: HealthStatus; readonly issues: readonly HealthIssue[] };
}

export interface PoolEvents {
  report: PoolReport;
}

const memoryLimit = 4 * 1024 * 1024;
const reportEvery = 200;
const rateWindow = 900;
/** Milliseconds of work and of rest in turns: the demonstration needs no whole core. */
const workSlice = 6;
const restSlice = 6;
const faultEvery = 5;

export function poolService(emit: Emit) {
  let work: Work | undefined;
  return {
    async start(elements: number): Promise<PoolReport> {
      work ??= await Work.begin(emit);
      work.elements(elements);
      work.resume();
      return work.report();
    },
    stop(): PoolReport | undefined {
      work?.pause();
      return work?.report();
    },
    elements: (count: number): void => work?.elements(count),
    faults: (wanted: boolean): void => {
      if (work !== undefined) work.withFaults = wanted;
    },
    /**
     * Rejects, with the old build and its pool still in use, when that one cannot be loaded. One switch at a time; in
     * any case a report says what runs now. Resolves to the calls that were lost meanwhile.
     */
    async use(build: BuildName): Promise<number> {
      try {
        return await work!.use(build);
      } finally {
        emit('report', work!.report());
      }
    },
    /** Rejects with `POOL_EXHAUSTED` when not all of them fit; those that do stay. */
    take(count: number, bytes: number): PoolReport {
      work!.take(count, bytes);
      return work!.report();
    },
    thin(): PoolReport {
      work!.thin();
      return work!.report();
    },
    optimize(): { regained: number; report: PoolReport } {
      const regained = work!.system.runtime.memory.optimize();
      return { regained, report: work!.report() };
    },
    reset(): PoolReport {
      work!.reset();
      return work!.report();
    },
  };
}

class Work {
  readonly system: WasmPerformanceSystem;
  withFaults = false;
  readonly #emit: Emit;
  readonly #latencies: Latencies;
  #input = new Float32Array(0);
  #blocks: Block[] = [];
  #running = false;
  #loop: Promise<void> = Promise.resolve();
  #calls = 0;
  #refused = 0;
  #lost = 0;
  #switches = 0;
  #emptied = 0;
  /** Wrong calls that are still to be made. */
  #owed = 0;
  #recent = { since: 0, calls: 0, rate: 0 };

  static async begin(emit: Emit): Promise<Work> {
    const system = await createWasmPerformanceSystem({ preferredModule: 'production', memoryLimit });
    return new Work(system, emit);
  }

  private constructor(system: WasmPerformanceSystem, emit: Emit) {
    this.system = system;
    this.#emit = emit;
    this.#latencies = new Latencies(clockStep());
    system.on('switch', () => {
      // The blocks lay in the memory of the module that is gone.
      this.#emptied += this.#blocks.length;
      this.#blocks = [];
      this.#latencies.clear();
      this.#switches++;
    });
  }

  elements(count: number): void {
    this.#input = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 257) / 64 - 2);
    this.#latencies.clear();
  }

  resume(): void {
    if (this.#running) return;
    this.#running = true;
    this.#recent = { since: performance.now(), calls: this.#calls, rate: 0 };
    this.#loop = this.#loop.then(() => this.#run());
  }

  pause(): void {
    this.#running = false;
    this.#recent.rate = 0;
  }

  async use(build: BuildName): Promise<number> {
    const { manager } = this.system;
    const wanted = build === 'js' ? 'fallback' : 'production';
    const { module, tier } = manager.getModuleStatus();
    if (module === wanted && tier === build) return 0;
    const before = this.#lost;
    // Tried beside the one in use, which has to be left before the manager loads another build of the same module.
    (await loadRuntime({ variant: build, memoryLimit })).dispose();
    manager.updateConfig({ enableSIMD: build !== 'scalar' });
    // The manager keeps a module that is in use already; another build of it is loaded on the way back.
    if (module === wanted) await this.#switchTo('fallback');
    await this.#switchTo(wanted);
    const now = manager.getModuleStatus();
    if (now.tier !== build) {
      const refusal = now.selection.find(({ tier, accepted }) => tier === build && !accepted);
      throw Object.assign(new Error(refusal?.reason ?? `${now.tier} was loaded instead`), {
        code: refusal?.code,
      });
    }
    return this.#lost - before;
  }

  async #switchTo(name: string): Promise<void> {
    const { manager } = this.system;
    if (await manager.switchModule(name)) return;
    throw new Error(manager.getModuleStatus().lastError ?? `module '${name}' could not be loaded`);
  }

  take(count: number, bytes: number): void {
    for (let i = 0; i < count; i++) this.#blocks.push(this.system.runtime.memory.allocate(bytes));
  }

  thin(): void {
    const sorted = [...this.#blocks].sort((a, b) => a.byteOffset - b.byteOffset);
    for (const block of sorted.filter((_, i) => i % 2 === 1)) block.dispose();
    this.#blocks = sorted.filter((block) => !block.disposed);
  }

  reset(): void {
    for (const block of this.#blocks) block.dispose();
    this.#blocks = [];
  }

  report(): PoolReport {
    const { manager, runtime } = this.system;
    const { module, tier } = manager.getModuleStatus();
    return {
      module,
      build: tier ?? 'none',
      calls: this.#calls,
      callsPerSecond: this.#recent.rate,
      refused: this.#refused,
      lost: this.#lost,
      switches: this.#switches,
      emptied: this.#emptied,
      pool: runtime.memory.stats(),
      blocks: this.#blocks.map(({ byteOffset, byteLength }) => ({ offset: byteOffset, bytes: byteLength })),
      latency: { edges: bucketEdges, ...this.#latencies.summary() },
      health: { status: manager.healthCheck().status, issues: manager.healthIssues() },
    };
  }

  async #run(): Promise<void> {
    let nextReport = performance.now() + reportEvery;
    while (this.#running) {
      const end = performance.now() + workSlice;
      while (performance.now() < end) await this.#sample();
      if (performance.now() >= nextReport) {
        nextReport = performance.now() + reportEvery;
        this.#updateRate();
        this.#emit('report', this.report());
      }
      await new Promise((resolve) => setTimeout(resolve, restSlice));
    }
  }

  /** One run of calls, so long that the clock can tell; deliberate mistakes are not timed. */
  async #sample(): Promise<void> {
    const input = this.#input;
    const begin = performance.now();
    let calls = 0;
    let elapsed = 0;
    do {
      await this.#call(input);
      calls++;
      elapsed = performance.now() - begin;
    } while (elapsed < this.#latencies.shortest);
    if (input === this.#input) this.#latencies.add(elapsed / calls, calls);
    if (!this.withFaults) return;
    this.#owed += calls / (faultEvery - 1);
    for (; this.#owed >= 1; this.#owed--) await this.#wrongCall();
  }

  async #call(input: Float32Array): Promise<void> {
    try {
      await this.system.performanceLayer.calculateNeuralActivation(input);
    } catch {
      this.#lost++;
    }
    this.#calls++;
  }

  async #wrongCall(): Promise<void> {
    try {
      await this.system.performanceLayer.calculateNeuralActivation('no array' as never);
    } catch {
      this.#refused++;
    }
    this.#calls++;
  }

  #updateRate(): void {
    const now = performance.now();
    const { since, calls } = this.#recent;
    if (now - since < rateWindow) return;
    const rate = ((this.#calls - calls) * 1000) / (now - since);
    this.#recent = { since: now, calls: this.#calls, rate };
  }
}
