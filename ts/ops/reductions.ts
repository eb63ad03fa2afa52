/** Reductions: one number out of one or two vectors. */
import type { Engine } from '../core/engine.js';
import { runWhole } from './copying.js';
import { callError } from './operation.js';
import { equalLengths } from './shapes.js';
import { blockOf, type Vec } from './vec.js';

/** Leaves the number in the result slot. A kernel of one operand ignores `b`. */
type ReductionKernel = (a: number, b: number, n: number) => number;

/** A function of as many vectors as `operands` has names. */
export function createReduction(
  engine: Engine,
  name: string,
  operands: readonly [string] | readonly [string, string],
  kernel: ReductionKernel,
): (a: Vec, b?: Vec) => number {
  const meter = engine.recorder.meter(name);
  return (a, b) => {
    const start = meter.begin();
    try {
      engine.assertAlive(name);
      const x = blockOf(engine, a, name, operands[0]);
      const other = operands.length === 1 ? a : b!;
      const y = operands.length === 1 ? x : blockOf(engine, other, name, operands[1]);
      const length = equalLengths(name, operands, a, other);
      if (x !== undefined && y !== undefined) {
        engine.check(kernel(x.address, y.address, length), name);
      } else {
        reduceCopies(engine, name, kernel, a, other);
      }
      meter.end(start, length);
      return engine.heapF64[engine.resultAddress >>> 3]!;
    } catch (error) {
      meter.fail(start);
      throw callError(error, name);
    }
  };
}

/** Apart from the call itself, which a closure would make allocate. */
function reduceCopies(engine: Engine, name: string, kernel: ReductionKernel, a: Vec, b: Vec): void {
  runWhole(engine, { a, b, c: undefined, out: undefined }, true, false, (aAt, bAt, _c, _out, length) =>
    engine.check(kernel(aAt, bAt, length), name),
  );
}
