/** What an operation is, and the one body that every call goes through. */
import type { Engine } from '../core/engine.js';
import { InvalidArgumentError, WasmPerformanceError } from '../core/errors.js';
import type { Float32PoolBlock, Pool } from '../core/memory-pool.js';
import type { OperationMeter } from '../metrics/operation-recorder.js';
import { type KernelCall, type Operands, runInPieces, runWhole } from './copying.js';
import { assertLength, blockOf, newResult, type Vec } from './vec.js';

/**
 * Addresses of up to three operands and of the result (0 for an operand that is not given), the result's length, up
 * to six numbers, and the factor of what the result held before. Returns a status. A kernel takes what it needs.
 */
export type Kernel = (
  a: number,
  b: number,
  c: number,
  out: number,
  length: number,
  p0: number,
  p1: number,
  p2: number,
  p3: number,
  p4: number,
  p5: number,
  beta: number,
) => number;

export interface Operation {
  readonly name: string;
  readonly meter: OperationMeter;
  readonly kernel: Kernel;
  /** What messages call the operands. The third may be left out of a call. */
  readonly operands: readonly [string] | readonly [string, string] | readonly [string, string, string];
  /** What messages call the numbers p0 and p1, where a caller gives them. */
  readonly numbers: readonly [] | readonly [string] | readonly [string, string];
  /** The length of the result. Throws `SHAPE_MISMATCH` or `INVALID_ARGUMENT` when the call does not fit together. */
  readonly resultLength: (
    operation: Operation,
    a: Vec,
    b: Vec,
    c: Vec | undefined,
    p0: number,
    p1: number,
    p2: number,
    p3: number,
    p4: number,
    p5: number,
    beta: number,
  ) => number;
  /**
   * 'pieces': element i of the result depends on elements i alone, so any piece may be worked on by itself. Otherwise
   * operands are needed whole: 'whole' when the result may overwrite one, 'apart' when it must overlap none.
   */
  readonly access: 'pieces' | 'whole' | 'apart';
}

export class OperationRunner {
  readonly #engine: Engine;
  readonly #pool: Pool;

  constructor(engine: Engine, pool: Pool) {
    this.#engine = engine;
    this.#pool = pool;
  }

  /**
   * Checks, runs and measures one call. When every operand and `out` are blocks, the kernel works where they lie and
   * nothing is allocated: hence the numbers one by one, and no closure in this function.
   */
  run(
    operation: Operation,
    a: Vec,
    b: Vec | undefined,
    c: Vec | undefined,
    out: Vec | undefined,
    p0: number,
    p1: number,
    p2: number,
    p3: number,
    p4: number,
    p5: number,
    beta: number,
  ): Vec {
    const { name, meter, operands, kernel, access } = operation;
    const engine = this.#engine;
    const start = meter.begin();
    let made: Float32PoolBlock | undefined;
    try {
      engine.assertAlive(name);
      const x = blockOf(engine, a, name, operands[0]);
      const other = operands.length === 1 ? a : b!;
      const y = operands.length === 1 ? x : blockOf(engine, other, name, operands[1]);
      const z = c === undefined ? x : blockOf(engine, c, name, operands[2]!);
      const length = operation.resultLength(operation, a, other, c, p0, p1, p2, p3, p4, p5, beta);
      const result = out ?? newResult(this.#pool, x, length);
      const target = blockOf(engine, result, name, 'out');
      if (out === undefined) made = target;
      else assertLength(name, 'out', out.length, length);
      const inPlace = x !== undefined && y !== undefined && z !== undefined && target !== undefined;
      if (inPlace && (access !== 'apart' || (target !== x && target !== y && target !== z))) {
        const cAddress = c === undefined ? 0 : z.address;
        const status = kernel(
          x.address,
          y.address,
          cAddress,
          target.address,
          length,
          p0,
          p1,
          p2,
          p3,
          p4,
          p5,
          beta,
        );
        engine.check(status, name);
      } else if (length > 0) {
        const operandsAndResult = { a, b: other, c, out: result };
        runCopying(engine, operation, operandsAndResult, p0, p1, p2, p3, p4, p5, beta);
      }
      meter.end(start, length);
      return result;
    } catch (error) {
      meter.fail(start);
      made?.dispose();
      throw callError(error, name);
    }
  }

  /** Refuses a call before it gets to `run`: it counts as one that failed. */
  refuse(operation: Operation, problem: string): never {
    operation.meter.fail(operation.meter.begin());
    throw new InvalidArgumentError(`${operation.name}: ${problem}`);
  }

  /** An operation of this runner's engine, measured under its name. */
  define(name: string, rest: Omit<Operation, 'name' | 'meter'>): Operation {
    return { name, meter: this.#engine.recorder.meter(name), ...rest };
  }
}

/** By way of temporary memory. Apart from `run`, since the closure would make every call of `run` allocate. */
function runCopying(
  engine: Engine,
  { name, kernel, access }: Operation,
  operands: Operands,
  p0: number,
  p1: number,
  p2: number,
  p3: number,
  p4: number,
  p5: number,
  beta: number,
): void {
  const call: KernelCall = (a, b, c, out, length) =>
    engine.check(kernel(a, b, c, out, length, p0, p1, p2, p3, p4, p5, beta), name);
  if (access === 'pieces') runInPieces(engine, operands, call);
  else runWhole(engine, operands, access === 'whole', beta !== 0, call);
}

/**
 * What to throw for `error`, caught in `operation`: a trap of the module becomes `TRAPPED`, anything else stays. The
 * `js` build has no class of its own for traps, so they are told by name and text.
 */
export function callError(error: unknown, operation: string): unknown {
  if (!(error instanceof Error) || error instanceof WasmPerformanceError) return error;
  if (error.name !== 'RuntimeError' && !error.message.startsWith('Aborted(')) return error;
  return new WasmPerformanceError(
    'TRAPPED',
    `${operation}: the module trapped: ${error.message}; its memory may be damaged, load another runtime`,
    { cause: error },
  );
}
