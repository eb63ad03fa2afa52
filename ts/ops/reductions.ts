/** Reductions: one number out of one or two vectors. */
import type { Engine } from '../core/engine.js';
import { runWhole } from './copying.js';
import { callError, type Measured, type OperationRunner } from './operation.js';
import { equalLengths } from './shapes.js';
import { blockOf, type Vec } from './vec.js';

type Operands = readonly [string] | readonly [string, string];

/** Leaves the number in the result slot. `n` and `m` are the lengths; a kernel of one operand ignores `b` and `m`. */
type ReductionKernel = (a: number, b: number, n: number, m: number) => number;

/** Checks the lengths and returns how many elements the call works on. */
type Lengths = (name: string, operands: Operands, a: Vec, b: Vec) => number;

export const anyLengths: Lengths = (_name, _operands, a, b) => a.length + b.length;

/** A function of as many vectors as `operands` has names. */
export function createReduction(
  engine: Engine,
  { name, meter }: Measured,
  operands: Operands,
  kernel: ReductionKernel,
  lengths: Lengths = equalLengths,
): (a: Vec, b?: Vec) => number {
  return (a, b) => {
    const start = meter.begin();
    try {
      engine.assertAlive(name);
      const x = blockOf(engine, a, name, operands[0]);
      const other = operands.length === 1 ? a : b!;
      const y = operands.length === 1 ? x : blockOf(engine, other, name, operands[1]);
      const elements = lengths(name, operands, a, other);
      if (x !== undefined && y !== undefined) {
        engine.check(kernel(x.address, y.address, x.length, y.length), name);
      } else {
        reduceCopies(engine, name, kernel, a, other);
      }
      meter.end(start, elements);
      return engine.heapF64[engine.resultAddress >>> 3]!;
    } catch (error) {
      meter.fail(start);
      throw callError(engine, error, name);
    }
  };
}

/** Apart from the call itself, which a closure would make allocate. */
function reduceCopies(engine: Engine, name: string, kernel: ReductionKernel, a: Vec, b: Vec): void {
  runWhole(engine, { a, b, c: undefined, out: undefined }, true, false, (aAt, bAt) =>
    engine.check(kernel(aAt, bAt, a.length, b.length), name),
  );
}

/** For one and for two vectors what makes a public function out of a kernel. */
export function reductionCalls(engine: Engine, runner: OperationRunner) {
  return {
    ofOne: (name: string, kernel: (x: number, n: number) => number) =>
      createReduction(engine, runner.measured(name), ['x'], (x, _b, n) => kernel(x, n)),
    ofTwo: (name: string, kernel: (a: number, b: number, n: number) => number) =>
      createReduction(engine, runner.measured(name), ['a', 'b'], (a, b, n) => kernel(a, b, n)),
  };
}
