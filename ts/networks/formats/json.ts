/**
 * Our JSON: for reading and comparing by eye, and lossless.
 *
 *   {"format": "@sasi/wasm-performance network", "version": 1, "layers": [2, 3, 1],
 *    "activations": ["relu", "sigmoid"], "weights": [[…], […]], "biases": [[…], […]]}
 *
 * `weights[l]` is inputs × outputs, row-major. A number has nine significant digits at most, which tell every f32 from
 * its neighbours, denormals too; −0 is written `-0`, and what JSON has no number for is one of the strings "NaN",
 * "Infinity", "-Infinity". So everything comes back to the bit, but for the sign and payload of a NaN.
 */
import { checkActivations, checkWidths, type NetworkContent, refuse } from './content.js';
import type { Json, JsonObject } from './json-text.js';

const jsonFormat = '@sasi/wasm-performance network';

const keys = ['format', 'version', 'layers', 'activations', 'weights', 'biases'] as const;
const specials = ['NaN', 'Infinity', '-Infinity'];

export function writeJson({ layers, activations, weights, biases }: NetworkContent): string {
  const numbers = (values: Float32Array) => `[${Array.from(values, numberText).join(',')}]`;
  const lists = (arrays: readonly Float32Array[]) => `[\n${arrays.map(numbers).join(',\n')}\n]`;
  const head = JSON.stringify({ format: jsonFormat, version: 1, layers, activations });
  return `${head.slice(0, -1)},\n"weights":${lists(weights)},\n"biases":${lists(biases)}}\n`;
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(Number(value.toPrecision(9)));
}

export function readJson(file: JsonObject): NetworkContent {
  if (file.get('format') !== jsonFormat) refuse('format', file.get('format'), `'${jsonFormat}'`);
  for (const key of file.keys()) {
    if (!keys.some((known) => known === key)) refuse('a key of the file', key, `one of ${keys.join(', ')}`);
  }
  if (file.get('version') !== 1) refuse('version', file.get('version'), '1');
  const widths = checkWidths(file.get('layers'), 'layers');
  const count = widths.length - 1;
  return {
    layers: widths,
    activations: checkActivations(
      list(file.get('activations'), 'activations', count),
      (l) => `activations[${l}]`,
    ),
    weights: arrays(file, 'weights', count, (l) => widths[l]! * widths[l + 1]!),
    biases: arrays(file, 'biases', count, (l) => widths[l + 1]!),
  };
}

/** Of each layer, as many numbers as `length` says. */
function arrays(
  file: JsonObject,
  key: 'weights' | 'biases',
  count: number,
  length: (l: number) => number,
): Float32Array[] {
  return list(file.get(key), key, count).map((item, layer) => {
    const place = `${key}[${layer}]`;
    return Float32Array.from(list(item, place, length(layer)), (value, i) =>
      specials.some((name) => name === value) ? Number(value) : finite(value, `${place}[${i}]`),
    );
  });
}

/** An array, of `length` items if that is given. */
export function list(value: Json | undefined, place: string, length?: number): Json[] {
  if (Array.isArray(value) && (length ?? value.length) === value.length) return value;
  return refuse(place, value, length === undefined ? 'an array' : `an array of ${length}`);
}

/** A number, times `scale`, that is finite as f32, rounded to it. */
export function finite(value: Json | undefined, place: string, scale = 1): number {
  const rounded = typeof value === 'number' ? Math.fround(value * scale) : Number.NaN;
  return Number.isFinite(rounded) ? rounded : refuse(place, value, 'a number in the range of f32');
}
