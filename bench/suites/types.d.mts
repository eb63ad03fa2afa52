/** What a suite says about its cells. */
import type { ContenderOptions, Task } from '../contenders/types.mjs';

/** A column of the table. */
export interface Entry {
  /** Its name in the table and in requirements. */
  readonly id: string;
  readonly options: ContenderOptions;
  /** In place of the cell's task. */
  readonly task?: Task;
  /** A process of its own for this cell, so that nothing before it has shaped what the engine's compilers know. */
  readonly fresh?: boolean;
  /** Samples at most, where each takes a process of its own. */
  readonly rounds?: number;
}

/** What a figure has to be. */
export type Requirement =
  /** The speed of `entry` over that of the fastest of `over`: at least so many times. */
  | {
      readonly kind: 'ratio';
      readonly entry: string;
      readonly over: readonly string[];
      readonly atLeast: number;
    }
  /** The cost of `entry`, in the unit of the cell's samples: at most. */
  | { readonly kind: 'cost'; readonly entry: string; readonly atMost: number; readonly quantile?: number }
  /** What the cost of `entry` is less than that of `over`, as a share of it: at least. `atMost`: what was promised at best. */
  | {
      readonly kind: 'saving';
      readonly entry: string;
      readonly over: string;
      readonly atLeast: number;
      readonly atMost: number;
    }
  /** The cost of `entry` beyond that of `over`: at most. */
  | { readonly kind: 'extra'; readonly entry: string; readonly over: string; readonly atMost: number };

/** How a cost is shown: as what can be done in a second, or as it is. */
export type Unit =
  | { readonly name: string; readonly perMillisecond: number }
  | { readonly name: 'ns' | 'µs' | 'ms' | 'bytes' | 'KiB' | '×'; readonly factor: number };

/** A row of the table: one task, done by every contender in interleaved rounds. */
export interface Cell {
  readonly suite: string;
  readonly name: string;
  /** A table of its own, for rows with other columns than the rest of the suite. */
  readonly table?: string;
  /** Cells that belong together in the summary: its worst one stands for them. */
  readonly group: string;
  readonly entries: readonly Entry[];
  readonly task: Task;
  readonly unit: Unit;
  /** What one call takes of the engine's limit: its share of it is shown. */
  readonly limit?: { readonly kind: 'flops' | 'copy' | 'read'; readonly amount: number };
  readonly requirements: readonly Requirement[];
  /** Part of a `--quick` run. */
  readonly quick?: boolean;
  /** Samples, where the run's own number does not fit. */
  readonly rounds?: number;
  /** Said beside the row. */
  readonly note?: string;
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  cells(seed: number): Cell[];
}
