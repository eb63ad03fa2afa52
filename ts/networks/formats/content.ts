/**
 * What every format holds: widths, activations and numbers; and how a file is refused.
 *
 * Files are hostile until they are checked. A reader takes its sizes from what is there, never from what the file
 * says is there, so it needs no more memory than a small multiple of the file; the pool is asked only after the
 * whole file was found right.
 */
import { activationNames, rowActivationNames } from '../../core/abi.js';
import { show } from '../../core/arguments.js';
import { WasmPerformanceError } from '../../core/errors.js';
import type { LayerParameters, OutputActivationName } from '../types.js';

/** A network outside the pool: `weights[l]` is inputs × outputs, row-major. */
export interface NetworkContent extends LayerParameters {
  /** Widths, inputs first. */
  readonly layers: readonly number[];
  readonly activations: readonly OutputActivationName[];
}

/** Refuses a file. `place` says where: a byte, a line, a character or a key. */
export function badFormat(place: string, problem: string): never {
  throw new WasmPerformanceError(
    'BAD_FORMAT',
    `loadNetwork: ${place}: ${problem}; give a file as it was saved, or name its format`,
  );
}

/** A piece of a file as a message shows it: short, whatever the file holds. */
export function excerpt(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return show(value);
}

/** Refuses `value`, which stands at `place`. */
export function refuse(place: string, value: unknown, wanted: string): never {
  badFormat(place, `${value === undefined ? 'missing' : excerpt(value)}, expected ${wanted}`);
}

interface Host {
  readonly TextEncoder?: typeof TextEncoder;
  readonly TextDecoder?: typeof TextDecoder;
}
// Jest's jsdom has neither: there it goes by way of the escapes of an address, which are UTF-8, too.
const host = globalThis as Host;

/** A text in UTF-8. */
export function encodeText(text: string): Uint8Array {
  if (host.TextEncoder !== undefined) return new host.TextEncoder().encode(text);
  const escapes = encodeURIComponent(text).match(/%..|./g) ?? [];
  return Uint8Array.from(escapes, (one) =>
    one.length === 3 ? Number.parseInt(one.slice(1), 16) : one.charCodeAt(0),
  );
}

/** The text of a file, or of a part of one. */
export function decodeText(bytes: Uint8Array, place: string): string {
  try {
    if (host.TextDecoder !== undefined) {
      return new host.TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    const escapes = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`);
    return decodeURIComponent(escapes.join(''));
  } catch {
    badFormat(place, 'not a text in UTF-8');
  }
}

/** Two widths or more, inputs first: whole numbers that a network can have. */
export function checkWidths(value: unknown, place: string): number[] {
  if (!Array.isArray(value) || value.length < 2) refuse(place, value, 'an array of two widths or more');
  return value.map((width, i) => (isWidth(width) ? width : refuse(`${place}[${i}]`, width, 'a width ≥ 1')));
}

export function isWidth(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 0x7fff_ffff;
}

/** The activations of all layers; softmax is one for the last. `place(layer)` is where a name stands. */
export function checkActivations(
  names: readonly unknown[],
  place: (layer: number) => string,
): OutputActivationName[] {
  return names.map((name, layer) => {
    const known = [...activationNames, ...(layer === names.length - 1 ? rowActivationNames : [])];
    return known.find((one) => one === name) ?? refuse(place(layer), name, `one of ${known.join(', ')}`);
  });
}

/** `values`, rows × columns, as columns × rows. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  // As integers: an engine may change the bits of a NaN that passes as a number.
  const from = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const to = new Uint32Array(values.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[i++]!;
  }
  return new Float32Array(to.buffer);
}
