/**
 * What a caught value tells: the code and message of one of this package's errors, or the text of anything else.
 */
import { type ErrorCode, WasmPerformanceError } from '../core/errors.js';

export interface Failure {
  /** Absent for what this package did not throw: an error of a user's own module. */
  readonly code?: ErrorCode;
  readonly message: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof WasmPerformanceError) return { code: error.code, message: error.message };
  return { message: error instanceof Error ? error.message : String(error) };
}

/** `ABORTED`: the caller's signal fired while a module was loaded. */
export function loadAborted(): WasmPerformanceError {
  return new WasmPerformanceError(
    'ABORTED',
    'loading the module was cancelled by its AbortSignal or a cleanup()',
  );
}
