/** Runs rows through a network, whatever mixture of arrays and blocks they come in and go to. */
import { stagingElements } from '../core/abi.js';
import { type Engine, owner } from '../core/engine.js';
import type { Float32PoolBlock } from '../core/memory-pool.js';
import { copyIn, copyOut, multipleOfFour } from '../ops/copy.js';
import { arrayOf, overlap } from '../ops/copying.js';
import { assertLength, blockOf, type Vec } from '../ops/vec.js';
import { lengthError, type Widths } from './dataset.js';

/** What rows are run through: a network, or the agents of a swarm. */
export interface Rows {
  readonly engine: Engine;
  readonly widths: Widths;
  /** Rows of a piece, where rows do not have to lie in memory all at once. */
  readonly pieceRows: number;
  /** Throws `DISPOSED`. */
  address(operation: string): number;
  runRows(x: number, out: number, rows: number): number;
}

/** With blocks as input and `out` nothing is copied and nothing is allocated. Without `out`: a new array. */
export function forward(core: Rows, operation: string, inputs: Vec, rows: number, out: Vec | undefined): Vec {
  const { engine, widths } = core;
  core.address(operation);
  const source = blockOf(engine, inputs, operation, 'inputs');
  if (inputs.length !== rows * widths.inputs) {
    throw lengthError(`${operation}: inputs`, inputs.length, rows, widths.inputs);
  }
  const result = out ?? new Float32Array(rows * widths.outputs);
  const target = blockOf(engine, result, operation, 'out');
  if (out !== undefined) assertLength(operation, 'out', out.length, rows * widths.outputs);
  if (source !== undefined && target !== undefined) {
    engine.check(core.runRows(source.address, target.address, rows), operation);
  } else if (rows === 1 && widths.inputs + widths.outputs + 3 <= stagingElements) {
    forwardRow(core, operation, inputs, source, result, target);
  } else if (rows > 0) {
    forwardPieces(core, operation, inputs, rows, result);
  }
  return result;
}

/** One row goes through memory that is always there: an allocation would take as long as a small network. */
function forwardRow(
  core: Rows,
  operation: string,
  input: Vec,
  source: Float32PoolBlock | undefined,
  out: Vec,
  target: Float32PoolBlock | undefined,
): void {
  const { engine, widths } = core;
  const staging = engine.stagingAddress;
  const x = source === undefined ? staging : source.address;
  const y = target === undefined ? staging + multipleOfFour(widths.inputs) * 4 : target.address;
  if (source === undefined) copyIn(engine, input as Float32Array, 0, widths.inputs, staging);
  engine.check(core.runRows(x, y, 1), operation);
  if (target === undefined) copyOut(engine, y, out as Float32Array, 0, widths.outputs);
}

/** Arrays go through a temporary block, in pieces: they may be larger than the pool. */
function forwardPieces(core: Rows, operation: string, inputs: Vec, rows: number, out: Vec): void {
  const { engine, widths } = core;
  const piece = Math.min(rows, core.pieceRows);
  // Later pieces must not read what earlier ones have written.
  const values = piece < rows && overlap(inputs, out) ? arrayOf(inputs).slice() : inputs;
  const source = blockOf(engine, values, operation, 'inputs');
  const target = blockOf(engine, out, operation, 'out');
  const inputBytes = source === undefined ? multipleOfFour(piece * widths.inputs) * 4 : 0;
  const outputBytes = target === undefined ? piece * widths.outputs * 4 : 0;
  const staging = engine.allocate(inputBytes + outputBytes, owner.internal);
  try {
    for (let first = 0; first < rows; first += piece) {
      const count = Math.min(piece, rows - first);
      const from = first * widths.inputs;
      const to = first * widths.outputs;
      const x = source === undefined ? staging : source.address + from * 4;
      const y = target === undefined ? staging + inputBytes : target.address + to * 4;
      if (source === undefined) copyIn(engine, arrayOf(values), from, count * widths.inputs, staging);
      engine.check(core.runRows(x, y, count), operation);
      if (target === undefined) copyOut(engine, y, arrayOf(out), to, count * widths.outputs);
    }
  } finally {
    engine.free(staging);
  }
}
