/** Tries the operations of somebody else's module on the golden cases. */
import { isTooLarge, resultFault } from './call-checks.js';
import { failureOf } from './failure.js';
import { type GoldenCase, goldenCases, goldenTolerance } from './golden-cases.js';
import type { ModuleImplementation } from './module-definition.js';
import { type ModuleOperationName, moduleOperationNames } from './module-operations.js';

/** How an operation did. */
export interface GoldenVerdict {
  readonly accepted: boolean;
  /** The largest absolute error; absent where the operation is missing, threw or gave something else than numbers. */
  readonly maxError?: number;
  readonly reason: string;
}

/**
 * Tries every operation that `implementation` has, in calls that are not larger than it takes. A few milliseconds for
 * one that has all of them. Never throws.
 */
export function goldenVerdicts(
  implementation: ModuleImplementation,
): ReadonlyMap<ModuleOperationName, GoldenVerdict> {
  return new Map(moduleOperationNames.map((name) => [name, verdict(implementation, name)]));
}

function verdict(implementation: ModuleImplementation, name: ModuleOperationName): GoldenVerdict {
  // Whoever gave it may have given nothing at all.
  if (typeof (implementation as ModuleImplementation | undefined)?.[name] !== 'function')
    return { accepted: false, reason: 'it has no such operation' };
  let maxError = 0;
  for (const golden of goldenCases[name]) {
    const args = golden.args();
    // Such calls never go to it.
    if (isTooLarge(implementation, args)) continue;
    const outcome = tryCase(implementation, name, golden, args);
    const error = Math.max(maxError, outcome.maxError ?? 0);
    if (outcome.reason === undefined) maxError = error;
    else {
      const told = Number.isFinite(outcome.maxError) ? { maxError: error } : {};
      return { accepted: false, ...told, reason: outcome.reason };
    }
  }
  return { accepted: true, maxError, reason: `it is within ${goldenTolerance} of the golden values` };
}

interface Outcome {
  readonly maxError?: number;
  /** Why it is refused; undefined: it is not. */
  readonly reason?: string;
}

function tryCase(
  implementation: ModuleImplementation,
  name: ModuleOperationName,
  { about, expected, tolerance }: GoldenCase,
  args: readonly unknown[],
): Outcome {
  const kept = args.map((arg) => (typeof arg === 'number' ? undefined : (arg as Float32Array).slice()));
  try {
    const operation = implementation[name] as (...given: unknown[]) => unknown;
    const result = operation.apply(implementation, [...args]);
    const fault = resultFault(name, args, result);
    if (fault !== undefined) return { reason: `${fault} (${about})` };
    const given = typeof result === 'number' ? [result] : (result as Float32Array);
    const maxError = largestError(given, expected);
    if (!(maxError <= tolerance)) {
      return {
        maxError,
        reason: `it is off by ${maxError.toPrecision(3)}, more than ${tolerance} (${about})`,
      };
    }
    const unchanged = args.every((arg, i) => kept[i] === undefined || isSame(arg as Float32Array, kept[i]));
    return unchanged ? { maxError } : { maxError, reason: `it changed its input (${about})` };
  } catch (error) {
    return { reason: `it threw: ${failureOf(error).message} (${about})` };
  }
}

/** Where NaN is expected, NaN is right. */
function largestError(given: ArrayLike<number>, expected: readonly number[]): number {
  let most = 0;
  for (let i = 0; i < given.length; i++) {
    const wanted = expected[i % expected.length]!;
    const error = Object.is(given[i], wanted) ? 0 : Math.abs(given[i]! - wanted);
    if (Number.isNaN(error)) return error;
    most = Math.max(most, error);
  }
  return most;
}

/** Bit by bit, since NaN is among them; whole numbers are compared faster, too. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  const [left, right] = [bitsOf(a), bitsOf(b)];
  for (let i = 0; i < right.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}
