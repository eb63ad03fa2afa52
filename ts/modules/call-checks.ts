/** What is asked of a call of somebody else's module: that it is not too large for it, and gives what it should. */
import { isFloat32Array } from '../ops/vec.js';
import type { ModuleImplementation } from './module-definition.js';
import type { ModuleOperationName } from './module-operations.js';

/** Whether operands and result take more bytes than the module said that a call may. */
export function isTooLarge(
  { largestCall = Number.POSITIVE_INFINITY }: Pick<ModuleImplementation, 'largestCall'>,
  args: readonly unknown[],
): boolean {
  if (largestCall === Number.POSITIVE_INFINITY) return false;
  // Of these operations no result is longer than its operands together, but a product of long thin matrices.
  let bytes = 0;
  for (const arg of args) if (ArrayBuffer.isView(arg)) bytes += 2 * arg.byteLength;
  const [, , m, n] = args;
  if (typeof m === 'number' && typeof n === 'number') bytes += 4 * m * n;
  return bytes > largestCall;
}

/** What is wrong with the kind or the length of a result, as a sentence; undefined: nothing. */
export function resultFault(
  operation: ModuleOperationName,
  args: readonly unknown[],
  result: unknown,
): string | undefined {
  const length = lengthOf(operation, args);
  if (length === undefined) {
    return typeof result === 'number' ? undefined : `it gave ${kindOf(result)}, a number was expected`;
  }
  if (!isFloat32Array(result)) return `it gave ${kindOf(result)}, a Float32Array was expected`;
  return result.length === length ? undefined : `it gave ${result.length} numbers, ${length} were expected`;
}

/** Elements of the result; undefined where it is a number. */
function lengthOf(operation: ModuleOperationName, args: readonly unknown[]): number | undefined {
  switch (operation) {
    case 'calculateNeuralActivation':
    case 'optimizeConnections':
    case 'vectorAdd':
      return (args[0] as Float32Array).length;
    case 'matrixMultiply':
      return (args[2] as number) * (args[3] as number);
    case 'dotProduct':
    case 'spikeRate':
    case 'meshEfficiency':
      return undefined;
  }
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? Object.prototype.toString.call(value).slice(8, -1)
    : String(value);
}
