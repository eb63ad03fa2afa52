/** Elementwise operations: in which order a caller gives operands and numbers. */
import type { Kernel, Operation, OperationRunner } from './operation.js';
import { elementwise } from './shapes.js';
import type { Vec } from './vec.js';

export function elementwiseOperation(
  runner: OperationRunner,
  name: string,
  kernel: Kernel,
  operands: Operation['operands'],
): Operation {
  return runner.define(name, { kernel, operands, resultLength: elementwise, access: 'pieces' });
}

/** For each order of arguments what makes a public function out of a kernel. */
export function elementwiseCalls(runner: OperationRunner) {
  const { numbers } = runner;
  return {
    unary(name: string, kernel: (x: number, out: number, n: number) => number) {
      const it = elementwiseOperation(runner, name, (x, _b, _c, out, n) => kernel(x, out, n), ['x']);
      return (x: Vec, out?: Vec): Vec => runner.run(it, x, undefined, undefined, out);
    },

    binary(name: string, kernel: (a: number, b: number, out: number, n: number) => number) {
      const it = elementwiseOperation(runner, name, (a, b, _c, out, n) => kernel(a, b, out, n), ['a', 'b']);
      return (a: Vec, b: Vec, out?: Vec): Vec => runner.run(it, a, b, undefined, out);
    },

    scalar(name: string, parameter: string, kernel: Kernel) {
      const it = elementwiseOperation(runner, name, kernel, ['x']);
      return (x: Vec, value: number, out?: Vec): Vec => {
        if (typeof value !== 'number') runner.refuseNumber(it, parameter, value);
        numbers[0] = value;
        return runner.run(it, x, undefined, undefined, out);
      };
    },

    clamp(kernel: Kernel) {
      const it = elementwiseOperation(runner, 'clamp', kernel, ['x']);
      return (x: Vec, low: number, high: number, out?: Vec): Vec => {
        if (typeof low !== 'number') runner.refuseNumber(it, 'low', low);
        if (typeof high !== 'number') runner.refuseNumber(it, 'high', high);
        numbers[0] = low;
        numbers[1] = high;
        return runner.run(it, x, undefined, undefined, out);
      };
    },

    axpy(kernel: Kernel) {
      const it = elementwiseOperation(runner, 'axpy', kernel, ['x', 'y']);
      return (alpha: number, x: Vec, y: Vec, out?: Vec): Vec => {
        if (typeof alpha !== 'number') runner.refuseNumber(it, 'alpha', alpha);
        numbers[0] = alpha;
        return runner.run(it, x, y, undefined, out);
      };
    },

    lerp(kernel: Kernel) {
      const it = elementwiseOperation(runner, 'lerp', kernel, ['a', 'b']);
      return (a: Vec, b: Vec, t: number, out?: Vec): Vec => {
        if (typeof t !== 'number') runner.refuseNumber(it, 't', t);
        numbers[0] = t;
        return runner.run(it, a, b, undefined, out);
      };
    },
  };
}
