/** Runs rows through a network, whatever mixture of arrays and blocks they come in and go to. */
import { owner } from '../core/engine.js';
import { copyIn, copyOut, multipleOfFour } from '../ops/copy.js';
import { assertLength, blockOf, type Vec } from '../ops/vec.js';
import { lengthError } from './dataset.js';
import type { NetworkCore } from './network-core.js';
import { pieceRows } from './pieces.js';

/** With blocks as input and `out` nothing is copied and nothing is allocated. Without `out`: a new array. */
export function forward(
  core: NetworkCore,
  operation: string,
  inputs: Vec,
  rows: number,
  out: Vec | undefined,
): Vec {
  const { engine, widths } = core;
  const network = core.address(operation);
  const source = blockOf(engine, inputs, operation, 'inputs');
  if (inputs.length !== rows * widths.inputs) {
    throw lengthError(`${operation}: inputs`, inputs.length, rows, widths.inputs);
  }
  const result = out ?? new Float32Array(rows * widths.outputs);
  const target = blockOf(engine, result, operation, 'out');
  if (out !== undefined) assertLength(operation, 'out', out.length, rows * widths.outputs);
  if (source !== undefined && target !== undefined) {
    const status = engine.abi.network_run_f32(network, source.address, target.address, rows);
    engine.check(status, operation);
  } else if (rows > 0) {
    forwardPieces(core, operation, inputs, rows, result);
  }
  return result;
}

/** Arrays go through a temporary block, in pieces: they may be larger than the pool. */
function forwardPieces(core: NetworkCore, operation: string, inputs: Vec, rows: number, out: Vec): void {
  const { engine, widths } = core;
  const network = core.address(operation);
  const piece = Math.min(rows, pieceRows(widths));
  // Later pieces must not read what earlier ones have written.
  const values = piece < rows && overlap(inputs, out) ? viewOf(inputs).slice() : inputs;
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
      if (source === undefined) copyIn(engine, viewOf(values), from, count * widths.inputs, staging);
      engine.check(engine.abi.network_run_f32(network, x, y, count), operation);
      if (target === undefined) copyOut(engine, y, viewOf(out), to, count * widths.outputs);
    }
  } finally {
    engine.free(staging);
  }
}

function viewOf(vec: Vec): Float32Array {
  return ArrayBuffer.isView(vec) ? vec : vec.view;
}

/** Whether the two share memory: arrays may be views of one buffer, or of a block. */
function overlap(a: Vec, b: Vec): boolean {
  const [x, y] = [viewOf(a), viewOf(b)];
  const endOf = (view: Float32Array) => view.byteOffset + view.byteLength;
  return x.buffer === y.buffer && x.byteOffset < endOf(y) && y.byteOffset < endOf(x);
}
