/**
 * What the SIMD layer counts of its calls beside its recorder: what ran on vector instructions, the bytes, and the last
 * thousand calls one by one.
 */
import type { OperationRecorder } from '../metrics/operation-recorder.js';
import { canTell } from '../metrics/timing.js';
import type { LoadedModule } from '../modules/module-definition.js';
import { BoundedHistory } from './bounded-history.js';
import { isVectorBuild } from './build-contents.js';
import { JavascriptRates } from './javascript-rates.js';

/** One call in the history. */
export interface SIMDOperation {
  readonly name: string;
  readonly vectorized: boolean;
  /** Elements of the first operand. */
  readonly dataSize: number;
  /** Milliseconds, with the copies in and out. */
  readonly executionTime: number;
  /**
   * Against plain JavaScript at the rate that was measured once here; 1 for a call that was plain JavaScript. 0: not
   * measured, since the call took less than four steps of the clock, or the clock moves in steps of more than 2 ms.
   */
  readonly speedup: number;
  /** Bytes of operands and result. */
  readonly memoryAccess: number;
}

/** Each operation under its names. */
const operations = [
  { rate: 'add', layer: 'simdVectorAdd', module: 'vectorAdd' },
  { rate: 'dot', layer: 'simdDotProduct', module: 'dotProduct' },
  { rate: 'matmul', layer: 'simdMatrixMultiply', module: 'matrixMultiply' },
] as const;

/** Their places. Numbers, since every call has one in its row of the history. */
export const addition = 0;
export const dotProduct = 1;
export const matrixProduct = 2;

/** What one call is about. */
export interface CallSize {
  readonly operation: typeof addition | typeof dotProduct | typeof matrixProduct;
  readonly elements: number;
  /** Elements, or multiply-adds of a product. */
  readonly work: number;
  /** Elements of operands and result together. */
  readonly touched: number;
}

interface Sums {
  readonly recorder: OperationRecorder;
  vectorCalls: number;
  vectorElements: number;
  bytes: number;
}

const historyLength = 1000;

/** Who did the work of a call. */
const plainJavaScript = 0;
const scalarModule = 1;
const vectorModule = 2;

export class SimdCallCounts {
  readonly #javascript = new JavascriptRates();
  /** Of each call: which operation, who did it, elements, work, milliseconds it took, bytes. */
  readonly #history = new BoundedHistory(historyLength, 6);
  #sums: Sums | undefined;

  /** Since `recorder` was made or the last `clear`. */
  sums(recorder: OperationRecorder): Readonly<Omit<Sums, 'recorder'>> {
    return this.#sumsOf(recorder);
  }

  /** A call that `recorder` has counted, done by `module` or in plain JavaScript. `executionTime` in milliseconds. */
  keep(
    recorder: OperationRecorder,
    size: CallSize,
    executionTime: number,
    module: LoadedModule | undefined,
  ): void {
    const { operation, elements } = size;
    const memoryAccess = 4 * size.touched;
    const vectorized =
      isVectorBuild(module?.runtime.variant) && module?.runsOnBuild?.(operations[operation].module) !== false;
    const sums = this.#sumsOf(recorder);
    sums.bytes += memoryAccess;
    if (vectorized) {
      sums.vectorCalls++;
      sums.vectorElements += elements;
    }
    const at = this.#history.add();
    const { numbers } = this.#history;
    numbers[at] = operation;
    numbers[at + 1] = vectorized ? vectorModule : module === undefined ? plainJavaScript : scalarModule;
    numbers[at + 2] = elements;
    numbers[at + 3] = size.work;
    numbers[at + 4] = executionTime;
    numbers[at + 5] = memoryAccess;
  }

  /** The last thousand calls, oldest first. */
  history(): SIMDOperation[] {
    return this.#history.toArray().map(([operation, doneBy, dataSize, work, executionTime, memoryAccess]) => {
      const { rate, layer } = operations[operation!]!;
      return {
        name: layer,
        vectorized: doneBy === vectorModule,
        dataSize: dataSize!,
        executionTime: executionTime!,
        speedup: doneBy === plainJavaScript ? 1 : speedupOf(work!, executionTime!, this.#javascript[rate]),
        memoryAccess: memoryAccess!,
      };
    });
  }

  clear(): void {
    this.#history.clear();
    this.#sums = undefined;
  }

  /** They begin anew with the recorder, whose counts they are set against. */
  #sumsOf(recorder: OperationRecorder): Sums {
    if (this.#sums?.recorder !== recorder) {
      this.#sums = { recorder, vectorCalls: 0, vectorElements: 0, bytes: 0 };
    }
    return this.#sums!;
  }
}

/** The time that plain JavaScript takes for `work` at `rate`, over the time it took; 0 where either cannot be told. */
function speedupOf(work: number, executionTime: number, rate: number): number {
  return rate > 0 && canTell(executionTime) ? work / rate / executionTime : 0;
}
