/** Operations on each row of a matrix by itself, or on a vector as a whole. */
import type { OperationRunner } from './operation.js';
import { elementwise, wholeRows } from './shapes.js';
import type { RowOptions } from './types.js';
import type { Vec } from './vec.js';

type RowKernel = (x: number, out: number, rows: number, columns: number) => number;

const noOptions = {};

export function rowCall(runner: OperationRunner, name: string, kernel: RowKernel) {
  const it = runner.define(name, {
    kernel: (x, _b, _c, out, length, rows) => kernel(x, out, rows, length === 0 ? 0 : length / rows),
    operands: ['x'],
    resultLength: wholeRows,
    access: 'whole',
  });
  return (x: Vec, options: RowOptions & { readonly out?: Vec } = noOptions): Vec => {
    runner.assertOptions(it, options, '{ rows: 2 }');
    const { rows = 1, out } = options;
    return runner.run(it, x, undefined, undefined, out, rows);
  };
}

export function vectorCall(
  runner: OperationRunner,
  name: string,
  kernel: (x: number, out: number, n: number) => number,
) {
  const it = runner.define(name, {
    kernel: (x, _b, _c, out, length) => kernel(x, out, length),
    operands: ['x'],
    resultLength: elementwise,
    access: 'whole',
  });
  return (x: Vec, out?: Vec): Vec => runner.run(it, x, undefined, undefined, out);
}
