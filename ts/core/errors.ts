/**
 * The errors of this package: each has a stable `code`; its message names what was given, what was
 * wanted and what to do.
 *
 * `error instanceof WasmPerformanceError` is true for all of them, also for those of another copy of this
 * package in the same process (the ESM and the CJS entry). A shape mismatch is a RangeError too and an
 * invalid argument a TypeError too, so code that knows only the language's own errors reads them rightly;
 * JavaScript has one superclass for each class, so membership is by a mark that all of them carry.
 */

/** What went wrong. Codes are stable: a later version may add to them, never change one's meaning. */
export type ErrorCode =
  | 'WASM_UNAVAILABLE'
  | 'VARIANT_UNSUPPORTED'
  | 'CSP_BLOCKED'
  | 'FETCH_FAILED'
  | 'NOT_WASM'
  | 'COMPILE_FAILED'
  | 'ABI_MISMATCH'
  | 'SELFTEST_FAILED'
  | 'LOAD_TIMEOUT'
  | 'ABORTED'
  | 'MODULE_NOT_FOUND'
  | 'MEMORY_LIMIT'
  | 'POOL_EXHAUSTED'
  | 'NOT_INITIALIZED'
  | 'DISPOSED'
  | 'SHAPE_MISMATCH'
  | 'INVALID_ARGUMENT'
  | 'BAD_FORMAT'
  | 'TRAPPED';

/** An error as plain JSON, for status reports. */
export interface ErrorRecord {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** The message of the error behind it, where there is one. */
  readonly cause?: string;
}

const mark = Symbol.for('@sasi/wasm-performance.error');

/** Subclasses inherit it, but membership by the mark is meant for `WasmPerformanceError` alone. */
function hasInstance(this: unknown, value: unknown): boolean {
  if (this !== WasmPerformanceError) return Function.prototype[Symbol.hasInstance].call(this, value);
  return typeof value === 'object' && value !== null && mark in value;
}

/**
 * Name and mark go on the prototype: a minifier renames classes, and the stack is written down before any field
 * of the instance is set.
 */
function brand(type: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(type.prototype, mark, { value: true });
}

/** What an error says, and what is behind it: Node's fetch hides there what happened. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** For what a dynamic import rejects with. `serve` is what has to be there. */
export function importFailed(what: string, serve: string): (cause: unknown) => never {
  return (cause) => {
    throw new WasmPerformanceError(
      'FETCH_FAILED',
      `${what} could not be imported: ${messageOf(cause)}; serve ${serve}`,
      { cause },
    );
  };
}

function record(error: Error & { readonly code: ErrorCode }): ErrorRecord {
  const { name, code, message, cause } = error;
  if (cause === undefined) return { name, code, message };
  return { name, code, message, cause: cause instanceof Error ? cause.message : String(cause) };
}

/** Every error that this package throws by intent. */
export class WasmPerformanceError extends Error {
  static {
    brand(WasmPerformanceError, 'WasmPerformanceError');
    Object.defineProperty(WasmPerformanceError, Symbol.hasInstance, { value: hasInstance });
  }

  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  toJSON(): ErrorRecord {
    return record(this);
  }
}

/** `SHAPE_MISMATCH`: lengths or dimensions that do not fit together. */
export class ShapeMismatchError extends RangeError {
  static {
    brand(ShapeMismatchError, 'ShapeMismatchError');
  }

  readonly code = 'SHAPE_MISMATCH';

  toJSON(): ErrorRecord {
    return record(this);
  }
}

/** `INVALID_ARGUMENT`: a value of the wrong type or outside its range. */
export class InvalidArgumentError extends TypeError {
  static {
    brand(InvalidArgumentError, 'InvalidArgumentError');
  }

  readonly code = 'INVALID_ARGUMENT';

  toJSON(): ErrorRecord {
    return record(this);
  }
}

/** What a pool could not give, in bytes. */
export interface PoolShortage {
  /** Bytes asked for. */
  readonly requested: number;
  /** Bytes free in all. */
  readonly available: number;
  /** Bytes of the largest free piece: less than `available` where memory is fragmented. */
  readonly largestFree: number;
  /** Bytes of the whole linear memory. */
  readonly limit: number;
}

/** `POOL_EXHAUSTED`: the pool has no free piece of the size asked for; all sizes in bytes. */
export class PoolExhaustedError extends WasmPerformanceError implements PoolShortage {
  static {
    brand(PoolExhaustedError, 'PoolExhaustedError');
  }

  readonly requested: number;
  readonly available: number;
  readonly largestFree: number;
  readonly limit: number;

  constructor(shortage: PoolShortage, options?: ErrorOptions) {
    const { requested, available, largestFree, limit } = shortage;
    const remedy =
      requested <= available
        ? 'call memory.optimize(), or dispose of blocks in between'
        : 'dispose of blocks that are done with, or load with a larger memoryLimit';
    super(
      'POOL_EXHAUSTED',
      `the pool cannot give ${requested} bytes: ${available} are free, ${largestFree} in one piece, ` +
        `of a limit of ${limit}; ${remedy}`,
      options,
    );
    this.requested = requested;
    this.available = available;
    this.largestFree = largestFree;
    this.limit = limit;
  }

  override toJSON(): ErrorRecord & PoolShortage {
    const { requested, available, largestFree, limit } = this;
    return { ...record(this), requested, available, largestFree, limit };
  }
}
