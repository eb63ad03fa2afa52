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
import { badFormat, isWidth, type NetworkContent, refuse } from './content.js';
import { finite, list } from './json.js';
import { isObject, type Json, type JsonObject } from './json-text.js';

const names = ['sigmoid', 'tanh', 'relu', 'leaky-relu'] as const;

/** The numbers of one node. `weights(i)` is that of input i; throws where there is none. */
interface Node {
  readonly weights: (input: number) => number;
  readonly bias: number;
}

/** What the two forms have in common. Of layer l > 0 `nodes` gives the nodes, `outputs` of them. */
interface Form {
  readonly activation: OutputActivationName;
  nodes(layer: number, inputs: number, outputs: number): Node[];
}

export function readBrainJs(file: JsonObject): NetworkContent {
  const type = file.get('type') ?? 'NeuralNetwork';
  if (type !== 'NeuralNetwork') refuse('type', type, "'NeuralNetwork'");
  const sizes = list(file.get('sizes'), 'sizes').map((size, i) =>
    isWidth(size) ? size : refuse(`sizes[${i}]`, size, 'a width ≥ 1'),
  );
  if (sizes.length < 2) badFormat('sizes', `${sizes.length} widths, expected two or more`);
  const layers = list(file.get('layers'), 'layers', sizes.length).map((layer, i) =>
    object(layer, `layers[${i}]`),
  );
  const { activation, nodes } = layers[1]!.has('weights')
    ? secondForm(file, layers)
    : firstForm(file, layers, sizes[0]!);
  const content: NetworkContent = {
    layers: sizes,
    activations: new Array(sizes.length - 1).fill(activation),
    weights: [],
    biases: [],
  };
  for (let layer = 1; layer < sizes.length; layer++) {
    const [inputs, outputs] = [sizes[layer - 1]!, sizes[layer]!];
    const found = nodes(layer, inputs, outputs);
    const weights = new Float32Array(inputs * outputs);
    found.forEach((node, output) => {
      for (let input = 0; input < inputs; input++) weights[input * outputs + output] = node.weights(input);
    });
    content.weights.push(weights);
    content.biases.push(Float32Array.from(found, ({ bias }) => bias));
  }
  return content;
}

/** `{ "0": { "bias": …, "weights": { "0": …, … } }, … }`, or with names in place of the numbers. */
function firstForm(file: JsonObject, layers: readonly JsonObject[], inputs: number): Form {
  const name = oneOfNames(file.get('activation') ?? 'sigmoid', 'activation');
  const isLeaky = name === 'leaky-relu';
  const scale = isLeaky ? finite(file.get('leakyReluAlpha') ?? 0.01, 'leakyReluAlpha') : 1;
  if (!(scale > 0)) refuse('leakyReluAlpha', scale, 'a number > 0');
  let before = nodeKeys(layers[0]!, inputs, 'layers[0]');
  return {
    activation: isLeaky ? 'relu' : name,
    nodes(layer, _inputs, outputs) {
      const keys = nodeKeys(layers[layer]!, outputs, `layers[${layer}]`);
      const inputKeys = before;
      before = keys;
      return keys.map((key) => {
        const place = `layers[${layer}]['${key.slice(0, 40)}']`;
        const node = object(layers[layer]!.get(key), place);
        const weights = object(node.get('weights'), `${place}.weights`);
        if (weights.size !== inputKeys.length) {
          badFormat(`${place}.weights`, `${weights.size} weights for ${inputKeys.length} inputs`);
        }
        return {
          weights: (i) => finite(weights.get(inputKeys[i]!), `${place}.weights, input ${i}`, scale),
          bias: finite(node.get('bias'), `${place}.bias`, scale),
        };
      });
    },
  };
}

/** `{ "weights": [[…], …], "biases": […] }`, a row of weights for each node. */
function secondForm(file: JsonObject, layers: readonly JsonObject[]): Form {
  const options = object(file.get('trainOpts'), 'trainOpts');
  const name = oneOfNames(options.get('activation'), 'trainOpts.activation');
  const alpha = options.get('leakyReluAlpha');
  if (name === 'leaky-relu' && alpha !== 0.01) refuse('trainOpts.leakyReluAlpha', alpha, '0.01');
  return {
    activation: name === 'leaky-relu' ? 'leakyRelu' : name,
    nodes(layer, inputs, outputs) {
      const place = `layers[${layer}]`;
      const rows = list(layers[layer]!.get('weights'), `${place}.weights`, outputs);
      const biases = list(layers[layer]!.get('biases'), `${place}.biases`, outputs);
      return rows.map((item, output) => {
        const row = list(item, `${place}.weights[${output}]`, inputs);
        return {
          weights: (i) => finite(row[i], `${place}.weights[${output}][${i}]`),
          bias: finite(biases[output], `${place}.biases[${output}]`),
        };
      });
    },
  };
}

/** The keys of a layer's nodes, in the order in which an object has them: whole numbers first, ascending. */
function nodeKeys(layer: JsonObject, count: number, place: string): string[] {
  if (layer.size !== count) badFormat(place, `${layer.size} nodes, sizes says ${count}`);
  return Object.keys(Object.fromEntries(layer));
}

function oneOfNames(value: Json | undefined, place: string) {
  return names.find((name) => name === value) ?? refuse(place, value, `one of ${names.join(', ')}`);
}

function object(value: Json | undefined, place: string): JsonObject {
  return isObject(value) ? value : refuse(place, value, 'an object');
}
