/** Networks as files: which format a file has, and the readers and writers by name. */

import { hasTag, show } from '../../core/arguments.js';
import type { Engine } from '../../core/engine.js';
import { InvalidArgumentError } from '../../core/errors.js';
import { oneOf } from '../checks.js';
import { NetworkCore } from '../network-core.js';
import { exportLayers, importLayers } from '../parameters.js';
import type { NetworkFormat, SaveFormat } from '../types.js';
import { readBrainJs } from './brainjs.js';
import { badFormat, decodeText, encodeText, type NetworkContent, refuse } from './content.js';
import { readFann, writeFann } from './fann.js';
import { readJson, writeJson } from './json.js';
import { isObject, parseJson } from './json-text.js';
import { writeOnnx } from './onnx.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';

const writers: Readonly<Record<SaveFormat, (content: NetworkContent) => Uint8Array | string>> = {
  safetensors: writeSafetensors,
  json: writeJson,
  fann: writeFann,
  onnx: writeOnnx,
};
const readable = ['safetensors', 'json', 'fann', 'brainjs'] as const satisfies readonly NetworkFormat[];

export function saveCore(core: NetworkCore, format: SaveFormat): Uint8Array {
  const name = oneOf('save: format', format, Object.keys(writers) as SaveFormat[]);
  const { layers, activations } = core.plan;
  const file = writers[name]({ layers, activations, ...exportLayers(core, 'save') });
  return typeof file === 'string' ? encodeText(file) : file;
}

/** The network of a file, in the pool of `engine`, which is asked only after the whole file was found right. */
export function loadCore(
  engine: Engine,
  file: Uint8Array | string,
  format: NetworkFormat | undefined,
): NetworkCore {
  if (typeof file !== 'string' && !hasTag(file, 'Uint8Array')) {
    throw new InvalidArgumentError(`loadNetwork: the file is ${show(file)}: give a Uint8Array or a string`);
  }
  if (format !== undefined) oneOf('loadNetwork: format', format, readable);
  const content = read(file, format);
  const { layers, activations } = content;
  const core = new NetworkCore(engine, { layers, activations, init: 'zeros', seed: { low: 0, high: 0 } });
  importLayers(core, { weights: content.weights, biases: content.biases });
  return core;
}

function read(file: Uint8Array | string, given: NetworkFormat | undefined): NetworkContent {
  const format = given ?? recognise(file);
  if (format === 'safetensors') {
    if (typeof file === 'string') badFormat('the file', 'a text, but safetensors has bytes');
    return readSafetensors(file);
  }
  const text = typeof file === 'string' ? file : decodeText(file, 'the file');
  if (format === 'fann') return readFann(text);
  const value = parseJson(text, 'JSON');
  if (!isObject(value)) return refuse('JSON', value, 'an object');
  const isBrainJs = given === 'brainjs' || (given === undefined && value.has('sizes'));
  return isBrainJs ? readBrainJs(value) : readJson(value);
}

/** By how a file begins; `json` stands for both formats that are JSON. */
function recognise(file: Uint8Array | string): NetworkFormat {
  const isText = typeof file === 'string';
  // The last byte of a length below 2⁵⁶, which no text has there, and the beginning of the header.
  if (!isText && file[7] === 0 && file[8] === 0x7b) return 'safetensors';
  const start = isText ? file.slice(0, 64) : String.fromCharCode(...file.subarray(0, 64));
  if (start.startsWith('FANN_')) return 'fann';
  if (/^[ \t\r\n]*\{/.test(start)) return 'json';
  badFormat('the beginning of the file', 'none of safetensors, JSON, FANN and brain.js');
}
