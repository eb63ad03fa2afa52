/** What the parts of the benchmark that run beside each other agree on. */
import type { Reference } from '../data/references.mjs';
import type { CheckedTask, Topology } from '../data/tasks.mjs';
import type { TraceFigure } from '../data/trace.mjs';

/** Something that can be timed. */
export interface Prepared {
  /** Computes so often; the loop is inside, so that no call of a changing function is timed with it. */
  run?(iterations: number): unknown;
  /** In place of `run`, which then only warms it up: measures by itself for about `time` ms; returns the cost of one, in the unit of the cell. */
  sample?(time: number): number | Promise<number>;
  /** The result of the last run, to be checked against float64. */
  result?(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** What the result has to be, where it is not that of a task with a reference of its own. */
  reference?(): Reference;
  /** In place of `result`: what is wrong, or undefined. */
  fault?(): string | undefined | Promise<string | undefined>;
  dispose?(): void;
}

/** A library under test, loaded. */
export interface Contender {
  readonly version: string;
  /** `performance.now()` between the import of its code and the start of its module. */
  readonly importedAt: number;
  /** How its result is judged: by the package's own bound, or by the one for everybody else. */
  readonly bound: 'contract' | 'tolerance';
  /** Undefined: it has no such operation. */
  prepare(task: Task): Prepared | undefined | Promise<Prepared | undefined>;
}

/** Where libraries come from. */
export interface Sources {
  /** URL of the package's ES module. */
  readonly package: string;
  /** URL of the folder of the modules that the benchmark compiles for itself; ends in a slash. */
  readonly compiled: string;
  /** URL of the folder that holds the peers, or of their bundles; ends in a slash. */
  readonly peers: string;
}

export type ContenderName =
  | 'package'
  | 'tfjs-wasm'
  | 'onnxruntime-web'
  | 'ruv-swarm'
  | 'brain.js'
  | 'javascript'
  | 'compiled'
  | 'limit';

/** What a process is to load. */
export interface ContenderOptions {
  readonly name: ContenderName;
  readonly variant?: 'simd' | 'scalar' | 'js' | 'relaxed';
  readonly profiling?: boolean;
  /** The earlier state that `--baseline` names, in place of the package that is measured. */
  readonly from?: 'baseline';
}

export type Task = CheckedTask | OtherTask;

interface LayerActivation {
  readonly n: number;
  /** Whether the result goes into an array that is given; else each call makes one. */
  readonly out: boolean;
  readonly seed: number;
}

/** Tasks without a result that could be compared element by element. */
export type OtherTask =
  | { readonly operation: 'limit'; readonly kind: 'flops' | 'copy' | 'read'; readonly amount: number }
  /** From nothing to a library that is ready, in a process of its own for each sample; `import`: with its code. */
  | { readonly operation: 'load'; readonly part: 'import' | 'start' }
  /** A network is made and given back. */
  | { readonly operation: 'create'; readonly layers: number[] }
  /** One update from `rows` samples, mean squared error, momentum. */
  | (Topology & { readonly operation: 'train'; readonly rows: number })
  /** A pass over `rows` labelled samples. */
  | (Topology & { readonly operation: 'epoch'; readonly rows: number; readonly batch: number })
  /** The products of matrices that such a pass consists of. */
  | (Topology & { readonly operation: 'products'; readonly rows: number; readonly batch: number })
  /** Every agent once, each on its own input: in one call, or one after the other. */
  | (Topology & { readonly operation: 'swarm'; readonly agents: number; readonly calls: 'one' | 'each' })
  /** One update of every agent of a swarm from `rows` samples each. */
  | (Topology & { readonly operation: 'swarmTrain'; readonly agents: number; readonly rows: number })
  /** `await calculateNeuralActivation` on `n` floats, copies included: milliseconds of one at a quantile. */
  | (LayerActivation & { readonly operation: 'latency'; readonly quantile: number })
  /** The same for `seconds`: milliseconds of one in the worst of them. */
  | (LayerActivation & { readonly operation: 'sustained'; readonly seconds: number })
  /** A call of one of SASI's classes on `n` floats. */
  | {
      readonly operation: 'classCall';
      readonly class: 'WasmPerformanceLayer' | 'SIMDAccelerationLayer' | 'ProductionWasmBridge';
      readonly n: number;
      readonly seed: number;
    }
  /** A recorded mixture of operations, results kept for a while: bytes of one figure of what it takes. */
  | {
      readonly operation: 'trace';
      readonly operations: number;
      readonly way: 'pool' | 'arrays' | 'malloc' | 'javascript';
      readonly figure: TraceFigure;
      readonly memoryLimit: number;
      readonly seed: number;
    };
