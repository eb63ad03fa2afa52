/**
 * safetensors: eight bytes of header length, a JSON header, and the numbers as they lie in memory, little-endian f32.
 *
 * The layout is the one that PyTorch gives a stack of linear layers: `layers.N.weight` is outputs × inputs and
 * `layers.N.bias` outputs long. `__metadata__` holds `activations`, the names of ours joined by commas, one for each
 * layer. Files of others are read by the same rule: any one prefix, or none, before `N.weight` and `N.bias`; the
 * layers in the order of their numbers N, which may have gaps (`nn.Sequential` counts activations, too); a bias that
 * is missing is 0; dtype F32; and activations in the metadata, since the tensors do not tell them:
 *
 *   save_file(model.state_dict(), 'model.safetensors', metadata={'activations': 'relu,softmax'})
 */
import {
  badFormat,
  checkActivations,
  decodeText,
  encodeText,
  isWidth,
  type NetworkContent,
  refuse,
  transposed,
} from './content.js';
import { list } from './json.js';
import { isObject, type JsonObject, parseJson } from './json-text.js';

/** The limit of the reference implementation, in bytes. */
const longestHeader = 100_000_000;

interface Tensor {
  readonly place: string;
  readonly name: string;
  readonly shape: readonly number[];
  /** Bytes of the data. */
  readonly begin: number;
  readonly end: number;
}

export function writeSafetensors({ layers, activations, weights, biases }: NetworkContent): Uint8Array {
  const header: Record<string, object> = {
    __metadata__: { layers: layers.join(), activations: activations.join() },
  };
  const data: Float32Array[] = [];
  let offset = 0;
  const add = (name: string, shape: number[], values: Float32Array) => {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    data.push(values);
  };
  weights.forEach((values, layer) => {
    const [inputs, outputs] = [layers[layer]!, layers[layer + 1]!];
    add(`layers.${layer}.weight`, [outputs, inputs], transposed(values, inputs, outputs));
    add(`layers.${layer}.bias`, [outputs], biases[layer]!);
  });
  const text = encodeText(JSON.stringify(header));
  // The data begin at a multiple of eight; what is before them is filled with spaces.
  const begin = 8 + Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(begin + offset).fill(0x20, 0, begin);
  new DataView(file.buffer).setBigUint64(0, BigInt(begin - 8), true);
  file.set(text, 8);
  offset = begin;
  for (const values of data) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}

export function readSafetensors(file: Uint8Array): NetworkContent {
  if (file.length < 8)
    badFormat('byte 0', `the length of a header takes 8 bytes, the file has ${file.length}`);
  const begin = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (begin > file.length || begin > longestHeader) {
    badFormat('byte 0', `a header of ${begin - 8} bytes is promised, the file has ${file.length - 8} more`);
  }
  if (file[8] !== 0x7b) badFormat('byte 8', "expected the '{' of the header");
  const header = parseJson(decodeText(file.subarray(8, begin), 'the header'), 'the header') as JsonObject;
  const tensors = [...header.keys()]
    .filter((name) => name !== '__metadata__')
    .map((name) => readTensor(header, name));
  checkData(tensors, file.length - begin);
  return assemble(tensors, header.get('__metadata__'), (tensor) => {
    // A copy: the file may lie at any address, and is the caller's.
    const bytes = new Uint8Array(file.subarray(begin + tensor.begin, begin + tensor.end));
    return new Float32Array(bytes.buffer);
  });
}

function readTensor(header: JsonObject, name: string): Tensor {
  const place = `tensor '${name.slice(0, 80)}'`;
  const entry = header.get(name);
  if (!isObject(entry)) refuse(place, entry, 'an object');
  if (entry.get('dtype') !== 'F32') refuse(`${place}, dtype`, entry.get('dtype'), "'F32'");
  const shape = list(entry.get('shape'), `${place}, shape`).map((size) =>
    isWidth(size) ? size : refuse(`${place}, shape`, size, 'sizes ≥ 1'),
  );
  const [begin, end] = list(entry.get('data_offsets'), `${place}, data_offsets`, 2) as [number, number];
  const bytes = shape.reduce((product, size) => product * size, 4);
  if (!Number.isSafeInteger(begin) || begin < 0 || end !== begin + bytes) {
    badFormat(
      `${place}, data_offsets`,
      `[${begin}, ${end}] for the shape [${shape}], which has ${bytes} bytes`,
    );
  }
  return { place, name, shape, begin, end };
}

/** Tensors lie one after the other, and fill the data. */
function checkData(tensors: readonly Tensor[], bytes: number): void {
  let at = 0;
  for (const { place, begin, end } of [...tensors].sort((a, b) => a.begin - b.begin)) {
    if (begin !== at) {
      badFormat(place, `it begins at byte ${begin} of the data, expected ${at}: no gap, no overlap`);
    }
    at = end;
  }
  if (at !== bytes) badFormat(`byte ${at} of the data`, `the tensors end here, the file has ${bytes} bytes`);
}

function assemble(
  tensors: readonly Tensor[],
  metadata: JsonObject | unknown,
  read: (tensor: Tensor) => Float32Array,
): NetworkContent {
  const found = new Map<number, { weight?: Tensor; bias?: Tensor }>();
  let common: string | undefined;
  for (const tensor of tensors) {
    const [, prefix = '', number, kind] = /^(.*\.)?(0|[1-9]\d{0,8})\.(weight|bias)$/s.exec(tensor.name) ?? [];
    common ??= prefix;
    if (!kind || prefix !== common) badFormat(tensor.place, `expected ${common}N.weight or ${common}N.bias`);
    found.set(Number(number), { ...found.get(Number(number)), [kind]: tensor });
  }
  const layers: number[] = [];
  const [weights, biases]: Float32Array[][] = [[], []];
  for (const [number, { weight, bias }] of [...found].sort(([a], [b]) => a - b)) {
    if (weight === undefined) return badFormat(bias!.place, `there is no ${common}${number}.weight`);
    const [outputs, inputs] = weight.shape;
    const before = layers.at(-1) ?? inputs;
    if (weight.shape.length !== 2 || inputs !== before) {
      badFormat(weight.place, `shape [${weight.shape}], expected [outputs, ${before ?? 'inputs'}]`);
    }
    if (bias && `${bias.shape}` !== `${outputs}`) {
      badFormat(bias.place, `shape [${bias.shape}], expected [${outputs}]`);
    }
    layers.push(...(layers.length > 0 ? [outputs!] : [inputs!, outputs!]));
    weights!.push(transposed(read(weight), outputs!, inputs!));
    biases!.push(bias ? read(bias) : new Float32Array(outputs!));
  }
  if (layers.length === 0) badFormat('the header', 'no tensor, expected those of one layer or more');
  return { layers, activations: activationsOf(metadata, layers), weights: weights!, biases: biases! };
}

function activationsOf(metadata: unknown, layers: readonly number[]) {
  const place = '__metadata__';
  const member = (key: string) => (metadata instanceof Map ? metadata.get(key) : undefined);
  const widths = member('layers') ?? layers.join();
  if (widths !== layers.join()) refuse(`${place}, layers`, widths, `'${layers}', as the tensors have it`);
  const names = member('activations');
  const given = typeof names === 'string' ? names.split(',', layers.length) : [];
  if (given.length !== layers.length - 1) {
    refuse(`${place}, activations`, names, `${layers.length - 1} names joined by commas, one for each layer`);
  }
  return checkActivations(given, (layer) => `${place}, activations[${layer}]`);
}
