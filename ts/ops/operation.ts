/** What an operation is, and the one body that every call goes through. */

import { show } from '../core/arguments.js';
import type { Engine } from '../core/engine.js';
import { InvalidArgumentError, WasmPerformanceError } from '../core/errors.js';
import type { Float32PoolBlock, Pool } from '../core/memory-pool.js';
import type { OperationMeter, OperationRecorder } from '../metrics/operation-recorder.js';
import { type KernelCall, type Operands, runInPieces, runWhole } from './copying.js';
import { assertLength, blockOf, isLive, newResult, type Vec } from './vec.js';

/**
 * Addresses of up to three operands and of the result (0 for an operand that is not given), the result's length, and
 * up to five whole numbers. Returns a status. A kernel takes what it needs, fractions from the runner's `numbers`.
 */
export type Kernel = (
  a: number,
  b: number,
  c: number,
  out: number,
  length: number,
  m: number,
  n: number,
  k: number,
  flags: number,
  code: number,
) => number;

/** What has a name in messages and in the metrics. */
export interface Measured {
  readonly name: string;
  readonly meter: OperationMeter;
}

export interface Operation extends Measured {
  readonly kernel: Kernel;
  /** What messages call the operands. The third may be left out of a call. */
  readonly operands: readonly [string] | readonly [string, string] | readonly [string, string, string];
  /** The length of the result. Throws `SHAPE_MISMATCH` or `INVALID_ARGUMENT` when the call does not fit together. */
  readonly resultLength: (
    operation: Operation,
    a: Vec,
    b: Vec,
    c: Vec | undefined,
    m: number,
    n: number,
    k: number,
    flags: number,
  ) => number;
  /**
   * 'pieces': element i of the result depends on elements i alone, so any piece may be worked on by itself; `m` is the
   * index of its first element. Otherwise operands are needed whole: 'whole' when the result may overwrite one, 'apart' when it must overlap none and
   * `numbers[1]` is the factor of what it held before.
   */
  readonly access: 'pieces' | 'whole' | 'apart';
}

export class OperationRunner {
  /**
   * The fractions of the call under way, set just before `run` (the factor, the gain, …). Not arguments: engines
   * allocate a fraction anew each time it passes from function to function.
   */
  readonly numbers: Float64Array = new Float64Array(4);
  readonly #engine: Engine;
  readonly #pool: Pool;
  readonly #recorder: OperationRecorder;

  constructor(engine: Engine, pool: Pool, recorder: OperationRecorder) {
    this.#engine = engine;
    this.#pool = pool;
    this.#recorder = recorder;
  }

  /**
   * Checks, runs and measures one call. When every operand and `out` are blocks, the kernel works where they lie and
   * nothing is allocated: hence whole numbers one by one, and no closure in this function. Whatever is not so is left
   * to `#runAny`: here each function that is called costs as much as the arithmetic of a few elements.
   */
  run(
    operation: Operation,
    a: Vec,
    b: Vec | undefined,
    c: Vec | undefined,
    out: Vec | undefined,
    m = 0,
    n = 0,
    k = 0,
    flags = 0,
    code = 0,
  ): Vec {
    const engine = this.#engine;
    const { operands, access } = operation;
    const second = operands.length === 1 ? a : b;
    const third = c === undefined ? a : c;
    const inPlace =
      isLive(engine, a) && isLive(engine, second) && isLive(engine, third) && isLive(engine, out);
    if (!inPlace || access === 'apart') {
      return this.#runAny(operation, a, b, c, out, m, n, k, flags, code);
    }
    const start = operation.meter.begin();
    try {
      const { length } = out;
      if (access !== 'pieces' || a.length !== length || second.length !== length) {
        const wanted = operation.resultLength(operation, a, second, c, m, n, k, flags);
        assertLength(operation.name, 'out', length, wanted);
      }
      const cAddress = c === undefined ? 0 : third.address;
      // biome-ignore format: one call
      const status = operation.kernel(a.address, second.address, cAddress, out.address, length, m, n, k, flags, code);
      if (status !== 0) engine.check(status, operation.name);
      operation.meter.end(start, length);
      return out;
    } catch (error) {
      this.fail(operation, start, error);
    }
  }

  /** The same for operands and an `out` of any kind. */
  #runAny(
    operation: Operation,
    a: Vec,
    b: Vec | undefined,
    c: Vec | undefined,
    out: Vec | undefined,
    m: number,
    n: number,
    k: number,
    flags: number,
    code: number,
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
      const length = operation.resultLength(operation, a, other, c, m, n, k, flags);
      // An array as the result of a copying call is made where its elements are copied.
      const copied = out === undefined && x === undefined && access === 'pieces' && length > 0;
      let result = copied ? undefined : out === undefined ? newResult(this.#pool, x, length) : out;
      const target = copied ? undefined : blockOf(engine, result!, name, 'out');
      if (out === undefined) made = target;
      else assertLength(name, 'out', out.length, length);
      const inPlace = x !== undefined && y !== undefined && z !== undefined && target !== undefined;
      if (inPlace && (access !== 'apart' || (target !== x && target !== y && target !== z))) {
        const cAddress = c === undefined ? 0 : z.address;
        const status = kernel(x.address, y.address, cAddress, target.address, length, m, n, k, flags, code);
        engine.check(status, name);
      } else if (length > 0) {
        result = this.#runCopying(operation, { a, b: other, c, out: result }, length, m, n, k, flags, code);
      }
      meter.end(start, length);
      return result!;
    } catch (error) {
      made?.dispose();
      this.fail(operation, start, error);
    }
  }

  /** By way of temporary memory. Apart from `run`, since the closure would make every call of `run` allocate. */
  #runCopying(
    { name, kernel, access }: Operation,
    operands: Operands,
    length: number,
    m: number,
    n: number,
    k: number,
    flags: number,
    code: number,
  ): Vec {
    const engine = this.#engine;
    const call: KernelCall = (a, b, c, out, length, begin) =>
      engine.check(kernel(a, b, c, out, length, m + begin, n, k, flags, code), name);
    if (access === 'pieces') return runInPieces(engine, operands, length, call);
    runWhole(engine, operands, access === 'whole', access === 'apart' && this.numbers[1] !== 0, call);
    return operands.out!;
  }

  /** Counts a call that failed, and throws what is to be thrown for `error`. */
  fail({ name, meter }: Measured, start: number, error: unknown): never {
    meter.fail(start);
    throw callError(this.#engine, error, name);
  }

  /** Refuses a call before it gets to `run`: it counts as one that failed. */
  refuse(
    operation: Measured,
    problem: string,
    ErrorType: new (message: string) => WasmPerformanceError = InvalidArgumentError,
  ): never {
    operation.meter.fail(operation.meter.begin());
    throw new ErrorType(`${operation.name}: ${problem}`);
  }

  /** Refuses what is no object where one is wanted. `what` says of the operation's options or shape that they are. */
  assertObject(operation: Measured, what: string, given: unknown, wanted: string): void {
    if (typeof given !== 'object' || given === null) {
      this.refuse(operation, `${what} ${show(given)}; give ${wanted}`);
    }
  }

  /** The same for options, which may be left out. */
  assertOptions(operation: Measured, given: unknown, example: string): void {
    this.assertObject(operation, 'options are', given, `an object such as ${example}, or nothing`);
  }

  /** Refuses what was given for a number. */
  refuseNumber(operation: Measured, name: string, given: unknown): never {
    this.refuse(operation, `${name} is ${show(given)}; give a number`);
  }

  /**
   * An operation of this runner's engine, measured under its name. All are made here, property by property, so that
   * engines see one kind of object in `run`.
   */
  define(
    name: string,
    { kernel, operands, resultLength, access }: Omit<Operation, 'name' | 'meter'>,
  ): Operation {
    return { name, meter: this.#recorder.meter(name), kernel, operands, resultLength, access };
  }

  measured(name: string): Measured {
    return { name, meter: this.#recorder.meter(name) };
  }
}

/** For a RangeError of the engine: a result of this size cannot be allocated, which is `INVALID_ARGUMENT`. */
export function sizeError(error: Error, operation: string): Error {
  return /stack/.test(error.message)
    ? error
    : new InvalidArgumentError(`${operation}: ${error.message}; give smaller sizes`, { cause: error });
}

/**
 * What to throw for `error`, caught in `operation`: a trap of the module becomes `TRAPPED`, and its engine is marked;
 * anything else stays. The `js` build has no class of its own for traps, so they are told by name and text.
 */
export function callError(engine: Engine, error: unknown, operation: string): unknown {
  if (!(error instanceof Error) || error instanceof WasmPerformanceError) return error;
  if (error.name === 'RangeError') return sizeError(error, operation);
  if (error.name !== 'RuntimeError' && !error.message.startsWith('Aborted(')) return error;
  engine.trapped = true;
  return new WasmPerformanceError(
    'TRAPPED',
    `${operation}: the module trapped: ${error.message}; its memory may be damaged, load another runtime`,
    { cause: error },
  );
}
