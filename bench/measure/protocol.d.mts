/** What the driver asks a process that holds one contender, and what it answers. Plain JSON on both ways. */
import type { ContenderOptions, Sources, Task } from '../contenders/types.mjs';
import type { Accuracy } from '../data/check.mjs';

export type Request =
  | { readonly kind: 'load'; readonly options: ContenderOptions; readonly sources: Sources }
  | { readonly kind: 'prepare'; readonly task: Task }
  | { readonly kind: 'calibrate'; readonly time: number }
  | { readonly kind: 'sample'; readonly time: number }
  | { readonly kind: 'release' }
  /** In a process that has done nothing yet: how long it takes until the library is ready. */
  | {
      readonly kind: 'cold';
      readonly part: 'import' | 'start';
      readonly options: ContenderOptions;
      readonly sources: Sources;
    };

export type Answer =
  | { readonly kind: 'loaded'; readonly version: string }
  /** The library has no such operation. */
  | { readonly kind: 'unsupported' }
  /** Its result is not the right one, so its speed does not count. */
  | { readonly kind: 'wrong'; readonly reason: string; readonly accuracy?: Accuracy }
  | { readonly kind: 'prepared'; readonly accuracy?: Accuracy }
  /** The cost of one: milliseconds per call, or what the task says. */
  | { readonly kind: 'sampled'; readonly cost: number }
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly reason: string; readonly code?: string };

/** A process, or a worker of a browser, that answers one request at a time. */
export interface Worker {
  ask(request: Request): Promise<Answer>;
  close(): void;
}

/** Where contenders run. */
export interface Engine {
  readonly name: string;
  readonly description: EngineDescription;
  start(): Promise<Worker>;
  /** Where contenders find the files of a folder; ends in a slash. */
  address(folder: 'package' | 'baseline' | 'peers' | 'compiled'): string;
  close(): Promise<void>;
}

export interface EngineDescription {
  /** As it was asked for: `node20`, `chromium`. */
  readonly engine: string;
  /** What the engine says of itself. */
  readonly version: string;
}
