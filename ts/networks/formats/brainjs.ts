/**
 * What `toJSON` of a NeuralNetwork of brain.js gives, in its two forms: that of version 1, in which layers are objects
 * of nodes, and that of version 2, in which they hold arrays.
 *
 * All layers have one activation. 'leaky-relu' is read as that version computes it: version 2 has max(x, α·x), of which
 * only the default α = 0.01 is ours and any other is refused; version 1.6 has α·max(0, x), which is relu with weights
 * and biases multiplied by α (the file's `leakyReluAlpha`, else 0.01). Where inputs or outputs have names (a lookup
 * table) they come in the order that brain.js gives them; the names themselves are not kept. What only training uses is
 * left aside.
 */
import type { OutputActivationName } from '../types.js';
import { badFormat, checkWidths, type NetworkContent, refuse, transposed } from './content.js';
import { finite, list } from './json.js';
import { isObject, type Json, type JsonObject } from './json-text.js';

const names = ['sigmoid', 'tanh', 'relu', 'leaky-relu'] as const;

export function readBrainJs(file: JsonObject): NetworkContent {
  const type = file.get('type') ?? 'NeuralNetwork';
  if (type !== 'NeuralNetwork') refuse('type', type, "'NeuralNetwork'");
  const sizes = checkWidths(file.get('sizes'), 'sizes');
  const layers = list(file.get('layers'), 'layers', sizes.length).map((layer, l) =>
    object(layer, `layers[${l}]`),
  );
  const isSecond = layers[1]!.has('weights');
  const { activation, scale } = activationOf(isSecond ? file.get('trainOpts') : file, isSecond);
  const content: NetworkContent = {
    layers: sizes,
    activations: new Array(sizes.length - 1).fill(activation),
    weights: [],
    biases: [],
  };
  let keys = isSecond ? [] : nodeKeys(layers[0]!, sizes[0]!, 'layers[0]');
  for (let l = 1; l < sizes.length; l++) {
    const [layer, place, inputs, outputs] = [layers[l]!, `layers[${l}]`, sizes[l - 1]!, sizes[l]!];
    let [rows, biases]: [Json[], Json[]] = [[], []];
    if (isSecond) {
      rows = list(layer.get('weights'), `${place}.weights`, outputs);
      biases = list(layer.get('biases'), `${place}.biases`, outputs);
    } else {
      const before = keys;
      keys = nodeKeys(layer, outputs, place);
      const nodes = keys.map((key, n) => object(layer.get(key), `${place}, node ${n}`));
      rows = nodes.map((node, n) => inOrder(node.get('weights'), before, `${place}, node ${n}, weights`));
      biases = nodes.map((node) => node.get('bias') ?? null);
    }
    const values = rows.flatMap((row, n) =>
      list(row, `${place}, node ${n}, weights`, inputs).map((value, i) =>
        finite(value, `${place}, node ${n}, weight ${i}`, scale),
      ),
    );
    content.weights.push(transposed(Float32Array.from(values), outputs, inputs));
    content.biases.push(
      Float32Array.from(biases, (bias, n) => finite(bias, `${place}, node ${n}, bias`, scale)),
    );
  }
  return content;
}

/** The activation here, and what weights and biases are multiplied with. */
function activationOf(
  options: Json | undefined,
  isSecond: boolean,
): { activation: OutputActivationName; scale: number } {
  const given = object(options, 'trainOpts').get('activation') ?? 'sigmoid';
  const alpha = object(options, 'trainOpts').get('leakyReluAlpha') ?? 0.01;
  const name =
    names.find((one) => one === given) ?? refuse('activation', given, `one of ${names.join(', ')}`);
  if (name !== 'leaky-relu') return { activation: name, scale: 1 };
  if (isSecond && alpha === 0.01) return { activation: 'leakyRelu', scale: 1 };
  const isLegal = !isSecond && typeof alpha === 'number' && alpha > 0;
  return isLegal
    ? { activation: 'relu', scale: alpha }
    : refuse('leakyReluAlpha', alpha, isSecond ? '0.01' : 'a number > 0');
}

/** The keys of a layer's nodes, in the order in which an object has them: whole numbers first, ascending. */
function nodeKeys(layer: JsonObject, count: number, place: string): string[] {
  if (layer.size !== count) badFormat(place, `${layer.size} nodes, sizes says ${count}`);
  return Object.keys(Object.fromEntries(layer));
}

/** The members of an object that has these keys and no others. */
function inOrder(value: Json | undefined, keys: readonly string[], place: string): Json[] {
  const members = object(value, place);
  if (members.size !== keys.length) badFormat(place, `${members.size} weights for ${keys.length} inputs`);
  return keys.map((key) => members.get(key) ?? null);
}

function object(value: Json | undefined, place: string): JsonObject {
  return isObject(value) ? value : refuse(place, value, 'an object');
}
