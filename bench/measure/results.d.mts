/** What a run leaves behind: plain JSON, every number measured in it. */
import type { Accuracy } from '../data/check.mjs';
import type { Unit } from '../suites/types.mjs';
import type { EngineDescription } from './protocol.mjs';

/** One contender in one cell. */
export interface Measured {
  readonly status: 'measured' | 'wrong' | 'unsupported' | 'missing' | 'failed';
  /** Why there is no figure. */
  readonly reason?: string;
  readonly accuracy?: Accuracy;
  /** Of a wrong result: the cost of one, which does not count. */
  readonly uncounted?: number;
  /** Costs of one call in the order of the rounds: milliseconds, or what the cell says. */
  readonly samples: readonly number[];
  readonly median: number | null;
  readonly p5: number | null;
  readonly p95: number | null;
  /** Of the engine's own limit, measured in the same rounds. */
  readonly shareOfLimit?: number;
}

/** A requirement and what was measured. */
export interface Outcome {
  readonly text: string;
  readonly entry: string;
  /** Over whom: the fastest of those that were asked for. */
  readonly over?: string;
  readonly required: number;
  readonly measured: number | null;
  /** `required` and `measured` are shares that are saved: 0.3 is 30 %, less than 0 is more than the other takes. */
  readonly saving?: true;
  /** The 95 % interval of `measured`, where it is a ratio or a saving. */
  readonly low?: number;
  readonly high?: number;
  /** Null: one of both sides is missing. */
  readonly met: boolean | null;
}

/** How a build stands to one contender. */
export interface Comparison {
  readonly entry: string;
  readonly over: string;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

export interface CellResult {
  readonly suite: string;
  readonly name: string;
  readonly group: string;
  readonly table?: string;
  readonly unit: Unit;
  readonly note?: string;
  readonly results: Readonly<Record<string, Measured>>;
  readonly outcomes: readonly Outcome[];
  readonly comparisons: readonly Comparison[];
}

/** The engine's own limit. */
export interface Limits {
  /** Additions and multiplications of one thread, 10⁹ a second. */
  readonly gigaflops: number;
  /** Copying inside linear memory, read and written, 10⁹ bytes a second, by the bytes of both ends. */
  readonly copy: Readonly<Record<string, number>>;
  readonly read: Readonly<Record<string, number>>;
}

/** A peer that is slower than it is known to be: then the harness is wrong, or the machine was busy. */
export interface Defect {
  readonly cell: string;
  readonly peer: string;
  /** In `unit`; more is better. */
  readonly measured: number;
  /** What it is known to reach, scaled to the limit of this engine. */
  readonly expected: number;
  /** The share of `expected` that it has to reach. */
  readonly least: number;
  readonly unit: string;
}

/** Of a column: the version of what is in it, or why it is missing, with the code of the error that said so. */
export interface Presence {
  readonly version?: string;
  readonly missing?: string;
  readonly code?: string;
}

/** A figure that there has to be, and is not. */
export interface Fault {
  readonly cell: string;
  readonly column: string;
  readonly status: 'wrong' | 'failed';
  readonly reason: string;
}

/** How peers were judged. */
export interface Fairness {
  /** Whether the known figures are of this processor and engine. */
  readonly known: boolean;
  /** The share of what is expected that a peer has to reach in products of matrices and networks. */
  readonly least: number;
  /** In functions of single numbers, and in sums. */
  readonly leastOfFunctions: number;
  /** Where memory is the limit. */
  readonly leastOfMemory: number;
  /** Where the known figures are from. */
  readonly from: string;
}

export interface WasmFile {
  readonly bytes: number;
  readonly gzipped: number;
  readonly sha256: string;
}

export interface EngineRun {
  readonly engine: EngineDescription;
  readonly limits: Limits | null;
  readonly contenders: Readonly<Record<string, Presence>>;
  readonly cells: readonly CellResult[];
  readonly fairness?: Fairness;
  readonly defects: readonly Defect[];
}

export interface BenchmarkResults {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly commit: string | null;
  readonly version: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly system: string;
  };
  readonly wasm: Readonly<Record<string, WasmFile>>;
  readonly options: {
    readonly suites: readonly string[];
    /** That were asked for; whoever is not among the runs was missing, or the run was stopped before. */
    readonly engines?: readonly string[];
    readonly filter: string | null;
    readonly time: number;
    readonly rounds: number;
    readonly seed: number;
    readonly quick: boolean;
  };
  readonly runs: readonly EngineRun[];
}
