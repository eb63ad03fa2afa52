/** Checks data before they are used: shapes against the network, labels against its outputs, values for NaN. */
import { hasTag } from '../core/arguments.js';
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import { isFloat32Array } from '../ops/vec.js';
import { assertKnownKeys, assertWholeNumber, show } from './checks.js';
import type { Dataset, Labels } from './types.js';

/** The widths that data must have. */
export interface Widths {
  readonly inputs: number;
  readonly outputs: number;
}

/** What a row should give: numbers for each output, or the class. */
export type Wanted =
  | { readonly kind: 'targets'; readonly values: Float32Array }
  | { readonly kind: 'labels'; readonly values: Labels };

/** A data set whose shapes and labels were checked. */
export interface CheckedDataset {
  readonly inputs: Float32Array;
  readonly wanted: Wanted;
  readonly rows: number;
  /** Where the set is a part of another: which rows of `inputs` and `wanted` it consists of. */
  readonly index?: Uint32Array;
}

export function checkDataset(what: string, data: Dataset, widths: Widths): CheckedDataset {
  assertKnownKeys(`${what}: data`, data, ['inputs', 'targets', 'labels', 'rows']);
  assertRows(what, data.rows);
  assertFloats(`${what}: inputs`, data.inputs);
  assertMatrix(`${what}: inputs`, data.inputs.length, data.rows, widths.inputs);
  return { inputs: data.inputs, wanted: checkWanted(what, data, widths.outputs), rows: data.rows };
}

export function assertRows(what: string, rows: number): void {
  if (rows === 0) {
    throw new InvalidArgumentError(`${what}: the data are empty: give at least one row`);
  }
  assertWholeNumber(`${what}: rows`, rows, 1);
}

/** Throws `SHAPE_MISMATCH` unless `length` is rows × columns. */
export function assertMatrix(what: string, length: number, rows: number, columns: number): void {
  if (length !== rows * columns) throw lengthError(what, length, rows, columns);
}

/** The error for a length that is not rows × columns. */
export function lengthError(what: string, length: number, rows: number, columns: number): ShapeMismatchError {
  const wanted = rows === 1 ? `${columns}` : `${rows}x${columns} (${rows * columns})`;
  return new ShapeMismatchError(`${what}: ${length} values given, this network takes ${wanted}`);
}

export function isLabels(value: unknown): value is Labels {
  return hasTag(value, 'Uint8Array') || hasTag(value, 'Uint16Array') || hasTag(value, 'Uint32Array');
}

export function assertLabels(what: string, labels: Labels, rows: number, outputs: number): void {
  if (labels.length !== rows) {
    throw new ShapeMismatchError(
      `${what}: ${labels.length} labels given for ${rows} rows: one each is wanted`,
    );
  }
  const row = labels.findIndex((label) => label >= outputs);
  if (row >= 0) {
    throw new InvalidArgumentError(
      `${what}: the label of row ${row} is ${labels[row]}, the network has ${outputs} outputs: labels are 0 to ${outputs - 1}`,
    );
  }
}

function checkWanted(what: string, data: Dataset, outputs: number): Wanted {
  const { targets, labels, rows } = data;
  if ((targets === undefined) === (labels === undefined)) {
    const given = targets === undefined ? 'neither' : 'both';
    throw new InvalidArgumentError(`${what}: data has ${given} of targets and labels: give exactly one`);
  }
  if (targets !== undefined) {
    assertFloats(`${what}: targets`, targets);
    assertMatrix(`${what}: targets`, targets.length, rows, outputs);
    return { kind: 'targets', values: targets };
  }
  if (!isLabels(labels)) {
    throw new InvalidArgumentError(
      `${what}: labels is ${show(labels)}: expected a Uint8Array, Uint16Array or Uint32Array`,
    );
  }
  assertLabels(`${what}: labels`, labels, rows, outputs);
  return { kind: 'labels', values: labels };
}

function assertFloats(what: string, value: unknown): void {
  if (!isFloat32Array(value)) {
    throw new InvalidArgumentError(`${what} is ${show(value)}: expected a Float32Array`);
  }
}
