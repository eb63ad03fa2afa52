/** What the parts of the benchmark that run beside each other agree on. */
import type { CheckedTask } from '../data/tasks.mjs';

/** Something that can be timed. */
export interface Prepared {
  /** Computes so often; the loop is inside, so that no call of a changing function is timed with it. */
  run?(iterations: number): unknown;
  /** In place of `run`: measures by itself for about `time` ms; returns the cost of one, in the unit of the cell. */
  sample?(time: number): number | Promise<number>;
  /** The result of the last run, to be checked against float64. */
  result?(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** In place of `result`: what is wrong, or undefined. */
  fault?(): string | undefined | Promise<string | undefined>;
  dispose?(): void;
}

/** A library under test, loaded. */
export interface Contender {
  readonly version: string;
  /** How its result is judged: by the package's own bound, or by the one for everybody else. */
  readonly bound: 'contract' | 'tolerance';
  /** Undefined: it has no such operation. */
  prepare(task: Task): Prepared | undefined | Promise<Prepared | undefined>;
}

/** Where libraries come from. */
export interface Sources {
  /** URL of the package's ES module. */
  readonly package: string;
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

/** Tasks without a result that could be compared element by element. */
export type OtherTask = {
  readonly operation: 'limit';
  readonly kind: 'flops' | 'copy' | 'read';
  readonly amount: number;
};
