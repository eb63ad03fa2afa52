/**
 * Stored results that an operation of somebody else's module must reproduce before calls go to it.
 *
 * The expected numbers come from float64 and the language's own Math (libm) or are exact; a test computes them again.
 * Eleven elements: vector parts of four and of eight lanes, and a tail, since one of them may be wrong alone.
 */
import { failureOf } from './failure.js';
import {
  type ModuleOperationName,
  type ModuleOperations,
  moduleOperationNames,
} from './module-operations.js';

/** The largest absolute error allowed. */
export const goldenTolerance = 1e-4;

export const goldenInputs = {
  x: [-6, -3, -1, -0.5, -0.125, 0, 0.25, 0.75, 1, 2, 5],
  y: [2, 0.5, -1.5, 4, 1, 8, -2, 0.25, 3, -0.75, 1],
  weights: [0, 0.0625, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.9375, 1],
  spikes: [0, 0.25, 0.0625, 1, 0.5, 0, 0.125, 0.75, 0.0625, 0.875, -1],
  windowMs: 250,
  /** The first matrix is m×k, the second k×n; a[i] = 7i mod 11 − 5, b[i] = 5i mod 13 − 6. */
  product: { m: 5, n: 6, k: 9 },
} as const;

// biome-ignore format: one row for each operation
export const goldenResults: { readonly [Name in ModuleOperationName]: readonly number[] } = {
  calculateNeuralActivation: [-0.9950547537, -0.9051482536, -0.4621171573, -0.2449186624, -0.06241874675, 0, 0.1243530018, 0.3583573984, 0.4621171573, 0.761594156, 0.9866142982],
  optimizeConnections: [0, 0.036865234375, 0.083984375, 0.203125, 0.345703125, 0.5, 0.654296875, 0.796875, 0.916015625, 0.963134765625, 1],
  vectorAdd: [-4, -2.5, -2.5, 3.5, 0.875, 8, -1.75, 1, 4, 1.25, 6],
  dotProduct: [-7.9375],
  matrixMultiply: [66, -35, 7, -55, 52, 3, 14, 60, 2, -17, -49, 49, -5, -10, 63, 32, -51, -4, -57, 30, -52, 48, 57, -90, 1, -51, 53, -90, 66, 66],
  spikeRate: [24],
  meshEfficiency: [-0.2081611570],
};

/** How an operation did. */
export interface GoldenVerdict {
  readonly accepted: boolean;
  /** The largest absolute error; absent where the operation is missing, threw or gave something else than numbers. */
  readonly maxError?: number;
  readonly reason: string;
}

/** Tries every operation that `operations` has. Never throws. */
export function goldenVerdicts(
  operations: Partial<ModuleOperations>,
): ReadonlyMap<ModuleOperationName, GoldenVerdict> {
  return new Map(moduleOperationNames.map((name) => [name, verdict(operations, name)]));
}

function verdict(operations: Partial<ModuleOperations>, name: ModuleOperationName): GoldenVerdict {
  // Whoever gave them may have given nothing at all.
  if (typeof (operations as Partial<ModuleOperations> | undefined)?.[name] !== 'function')
    return { accepted: false, reason: 'it has no such operation' };
  const operands = goldenOperands();
  try {
    const result = callWith(operations as ModuleOperations, name, operands);
    const given = typeof result === 'number' ? [result] : result;
    const wanted = goldenResults[name];
    if (given?.length !== wanted.length) {
      return {
        accepted: false,
        reason: `it gave ${given?.length ?? 'no'} numbers, ${wanted.length} were expected`,
      };
    }
    const maxError = wanted.reduce((most, value, i) => Math.max(most, Math.abs(given[i]! - value)), 0);
    if (!(maxError <= goldenTolerance)) {
      const reason = `it is off by ${maxError.toPrecision(3)}, more than ${goldenTolerance}`;
      return { accepted: false, ...(Number.isFinite(maxError) ? { maxError } : {}), reason };
    }
    if (!operands.every((operand) => operand.unchanged())) {
      return { accepted: false, maxError, reason: 'it changed its input' };
    }
    return { accepted: true, maxError, reason: `it is within ${goldenTolerance} of the golden values` };
  } catch (error) {
    return { accepted: false, reason: `it threw: ${failureOf(error).message}` };
  }
}

interface Operand {
  readonly values: Float32Array;
  unchanged(): boolean;
}

type Operands = readonly [x: Operand, y: Operand, weights: Operand, spikes: Operand, a: Operand, b: Operand];

function goldenOperands(): Operands {
  const { m, n, k } = goldenInputs.product;
  const operand = (original: readonly number[]): Operand => {
    const values = Float32Array.from(original);
    return { values, unchanged: () => values.every((value, i) => value === original[i]) };
  };
  return [
    operand(goldenInputs.x),
    operand(goldenInputs.y),
    operand(goldenInputs.weights),
    operand(goldenInputs.spikes),
    operand(Array.from({ length: m * k }, (_, i) => ((7 * i) % 11) - 5)),
    operand(Array.from({ length: k * n }, (_, i) => ((5 * i) % 13) - 6)),
  ];
}

function callWith(
  operations: ModuleOperations,
  name: ModuleOperationName,
  [x, y, weights, spikes, a, b]: Operands,
): Float32Array | number {
  const { m, n, k } = goldenInputs.product;
  switch (name) {
    case 'calculateNeuralActivation':
      return operations.calculateNeuralActivation(x.values);
    case 'optimizeConnections':
      return operations.optimizeConnections(weights.values);
    case 'vectorAdd':
      return operations.vectorAdd(x.values, y.values);
    case 'dotProduct':
      return operations.dotProduct(x.values, y.values);
    case 'matrixMultiply':
      return operations.matrixMultiply(a.values, b.values, m, n, k);
    case 'spikeRate':
      return operations.spikeRate(spikes.values, goldenInputs.windowMs);
    case 'meshEfficiency':
      return operations.meshEfficiency(x.values, y.values);
  }
}
