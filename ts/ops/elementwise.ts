/** Elementwise operations: how their kernels are called, and in which order a caller gives the numbers. */
import type { Operation, OperationRunner } from './operation.js';
import { elementwise } from './shapes.js';
import type { Vec } from './vec.js';

export type UnaryKernel = (x: number, out: number, n: number, p0: number, p1: number) => number;
type BinaryKernel = (a: number, b: number, out: number, n: number, p0: number) => number;

/** An operation of one operand. */
export function unaryOperation(
  runner: OperationRunner,
  name: string,
  kernel: UnaryKernel,
  numbers: Operation['numbers'] = [],
): Operation {
  return runner.define(name, {
    kernel: (x, _b, _c, out, length, p0, p1) => kernel(x, out, length, p0, p1),
    operands: ['x'],
    numbers,
    resultLength: elementwise,
    access: 'pieces',
  });
}

function binaryOperation(
  runner: OperationRunner,
  name: string,
  kernel: BinaryKernel,
  operands: readonly [string, string] = ['a', 'b'],
  numbers: Operation['numbers'] = [],
): Operation {
  return runner.define(name, {
    kernel: (a, b, _c, out, length, p0) => kernel(a, b, out, length, p0),
    operands,
    numbers,
    resultLength: elementwise,
    access: 'pieces',
  });
}

/** For each order of arguments what makes a public function out of a kernel. */
export function elementwiseCalls(runner: OperationRunner) {
  return {
    unary(name: string, kernel: UnaryKernel) {
      const it = unaryOperation(runner, name, kernel);
      return (x: Vec, out?: Vec): Vec => runner.run(it, x, undefined, undefined, out, 0, 0, 0, 0, 0, 0, 0);
    },
    scalar(name: string, number: string, kernel: UnaryKernel) {
      const it = unaryOperation(runner, name, kernel, [number]);
      return (x: Vec, value: number, out?: Vec): Vec =>
        runner.run(it, x, undefined, undefined, out, value, 0, 0, 0, 0, 0, 0);
    },
    clamp(kernel: UnaryKernel) {
      const it = unaryOperation(runner, 'clamp', kernel, ['low', 'high']);
      return (x: Vec, low: number, high: number, out?: Vec): Vec =>
        runner.run(it, x, undefined, undefined, out, low, high, 0, 0, 0, 0, 0);
    },
    binary(name: string, kernel: BinaryKernel) {
      const it = binaryOperation(runner, name, kernel);
      return (a: Vec, b: Vec, out?: Vec): Vec => runner.run(it, a, b, undefined, out, 0, 0, 0, 0, 0, 0, 0);
    },
    axpy(kernel: BinaryKernel) {
      const it = binaryOperation(runner, 'axpy', kernel, ['x', 'y'], ['alpha']);
      return (alpha: number, x: Vec, y: Vec, out?: Vec): Vec =>
        runner.run(it, x, y, undefined, out, alpha, 0, 0, 0, 0, 0, 0);
    },
    lerp(kernel: BinaryKernel) {
      const it = binaryOperation(runner, 'lerp', kernel, ['a', 'b'], ['t']);
      return (a: Vec, b: Vec, t: number, out?: Vec): Vec =>
        runner.run(it, a, b, undefined, out, t, 0, 0, 0, 0, 0, 0);
    },
  };
}
