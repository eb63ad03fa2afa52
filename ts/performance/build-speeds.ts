/**
 * How fast a loaded build is beside plain JavaScript: a first impression, each figure measured once for a runtime, when
 * it is first asked for. The benchmarks measure the same things for longer.
 */
import { WasmPerformanceError } from '../core/errors.js';
import { type Contender, canTimeQuickly, timeQuickly } from '../metrics/timing.js';
import type { LoadedModule } from '../modules/module-definition.js';
import type { Ops } from '../ops/types.js';
import type { NeuralRuntime } from '../runtime/runtime.js';
import {
  type BenchmarkOperation,
  benchmarkOperations,
  copyBytes,
  copyContender,
  type OpsAndMemory,
} from './benchmark/operations.js';
import { seededRandom } from './benchmark/statistics.js';

const activationElements = 1000;
/** Elements at which the dot product is compared, here and in the benchmark. */
export const dotElements = 10_000;
const seed = 1;

/** One operation; all 0 where nothing could be measured. */
export interface OperationSpeeds {
  /** Plain JavaScript, in elements per second. */
  readonly baseline: number;
  /** The build, in elements per second. */
  readonly build: number;
  /** The ratio of the two. */
  readonly speedup: number;
}

export const noSpeeds: OperationSpeeds = { baseline: 0, build: 0, speedup: 0 };

/** Free bytes that operands need beside themselves: for the pool's own records and the alignment. */
const blockOverhead = 256;

/**
 * What is 0 could not be measured: the pool has no room, the runtime was disposed of, or the clock is too coarse. The
 * operands are in the pool while they are measured, and count in its `peak` and `allocations`; where nothing can be
 * measured the pool is asked for nothing, so that none of its `failures` is a measurement's.
 */
class BuildSpeeds {
  readonly #runtime: NeuralRuntime;
  readonly #ops: Ops;
  #activation = noSpeeds;
  #dot = noSpeeds;
  #copyBandwidth = 0;

  constructor(runtime: NeuralRuntime, ops: Ops) {
    this.#runtime = runtime;
    this.#ops = ops;
  }

  /** tanh(0.5·x) of 1000 elements in linear memory. The first call takes some 5 ms, of the `js` build some 20. */
  get activation(): OperationSpeeds {
    if (this.#activation.speedup === 0) this.#activation = this.#compare('activation', activationElements);
    return this.#activation;
  }

  /** The dot product of 10 000 elements in linear memory. The first call takes some 5 ms, of the `js` build some 20. */
  get dot(): OperationSpeeds {
    if (this.#dot.speedup === 0) this.#dot = this.#compare('dot', dotElements);
    return this.#dot;
  }

  /** Bytes per second, read and written, of a copy inside linear memory. The first call takes some 3 ms. */
  get copyBandwidth(): number {
    if (this.#copyBandwidth === 0) {
      const [time = 0] = this.#measure(copyBytes, (module) => [copyContender(module)]);
      this.#copyBandwidth = time > 0 ? (copyBytes * 1000) / time : 0;
    }
    return this.#copyBandwidth;
  }

  #compare(operation: BenchmarkOperation, size: number): OperationSpeeds {
    // Both have two operands of that size.
    const [own = 0, javascript = 0] = this.#measure(8 * size, (module) => {
      const benchmark = benchmarkOperations[operation].prepare(size, seededRandom(seed));
      return [benchmark.runtime(module), benchmark.javascript()];
    });
    if (own === 0 || javascript === 0) return noSpeeds;
    return {
      baseline: (size * 1000) / javascript,
      build: (size * 1000) / own,
      speedup: javascript / own,
    };
  }

  /** `bytes`: of all operands in the pool. */
  #measure(bytes: number, prepare: (module: OpsAndMemory) => Contender[]): number[] {
    const { memory } = this.#runtime;
    try {
      if (!canTimeQuickly() || memory.stats().largestFree < bytes + blockOverhead) return [];
      return this.#runtime.scope(() => timeQuickly(prepare({ ops: this.#ops, memory })));
    } catch (error) {
      // A runtime that somebody else ended: nothing was measured.
      if (error instanceof WasmPerformanceError) return [];
      throw error;
    }
  }
}

const speeds = new WeakMap<NeuralRuntime, BuildSpeeds>();

/** Of the module's own build. Measuring counts as no call of anybody's. */
export function speedsOf({ runtime, ops }: LoadedModule): BuildSpeeds {
  let own = speeds.get(runtime);
  if (own === undefined) {
    own = new BuildSpeeds(runtime, ops);
    speeds.set(runtime, own);
  }
  return own;
}
