/**
 * The text format of FANN, the Fast Artificial Neural Network library: `.net` files that begin with FANN_FLO_2.1.
 *
 * A neuron of FANN computes f(s·Σ w·x), s its steepness, and its sigmoid is 1/(1 + e^(−2·s·Σ)): read, s (for the
 * sigmoid 2·s) is multiplied into the weights, rounded once; written, s is 1 (for the sigmoid ½), so that no weight is
 * rounded. The last neuron of each layer is its bias, which gives 1.
 *
 * Every function of FANN 2.2 has its counterpart here, but for the three stepwise ones. Those of the sigmoids are
 * read as the functions that they approximate, from which FANN's results differ by up to 0.03 of their range;
 * FANN_GAUSSIAN_STEPWISE, which FANN itself does not compute, is refused. FANN holds s·Σ within ±150/s; here no
 * bound is needed, so the results of a linear neuron differ beyond it.
 *
 * Refused are networks with shortcut connections or missing ones, layers whose neurons have different functions, and
 * files with scaling parameters (`fann_clear_scaling_params` takes them out), because they would be ignored.
 */
import { InvalidArgumentError } from '../../core/errors.js';
import type { OutputActivationName } from '../types.js';
import { badFormat, excerpt, type NetworkContent, refuse } from './content.js';

/** By the number that FANN has for each; later ones with a name of ours do not come up in writing. */
const functions: readonly (OutputActivationName | '')[] = [
  'linear',
  'threshold',
  'symmetricThreshold',
  'sigmoid',
  'sigmoid',
  'symmetricSigmoid',
  'symmetricSigmoid',
  'gaussian',
  'symmetricGaussian',
  '',
  'elliot',
  'symmetricElliot',
  'linearPiece',
  'symmetricLinearPiece',
  'symmetricSin',
  'symmetricCos',
  'sin',
  'cos',
];

/** The same functions under other names. */
const aliases: Readonly<Record<string, OutputActivationName>> = {
  tanh: 'symmetricSigmoid',
  softsign: 'symmetricElliot',
};

const firstLine = 'FANN_FLO_2.1';
const neuronsKey = 'neurons (num_inputs, activation_function, activation_steepness)';
const connectionsKey = 'connections (connected_to_neuron, weight)';

/** What FANN must find between the number of layers and their sizes: its own defaults. */
const settings = `learning_rate=0.700000
connection_rate=1.000000
network_type=0
learning_momentum=0.000000
training_algorithm=2
train_error_function=1
train_stop_function=0
cascade_output_change_fraction=0.010000
quickprop_decay=-0.000100
quickprop_mu=1.750000
rprop_increase_factor=1.200000
rprop_decrease_factor=0.500000
rprop_delta_min=0.000000
rprop_delta_max=50.000000
rprop_delta_zero=0.100000
cascade_output_stagnation_epochs=12
cascade_candidate_change_fraction=0.010000
cascade_candidate_stagnation_epochs=12
cascade_max_out_epochs=150
cascade_min_out_epochs=50
cascade_max_cand_epochs=150
cascade_min_cand_epochs=50
cascade_num_candidate_groups=2
bit_fail_limit=0.35
cascade_candidate_limit=1000
cascade_weight_multiplier=0.4
cascade_activation_functions_count=1
cascade_activation_functions=5 
cascade_activation_steepnesses_count=1
cascade_activation_steepnesses=0.5 
`;

export function writeFann({ layers, activations, weights, biases }: NetworkContent): string {
  const neurons: string[] = [];
  const connections: string[] = [];
  let first = 0;
  layers.forEach((width, index) => {
    if (index === 0) neurons.push('(0, 0, 0) '.repeat(width + 1));
    else {
      const before = layers[index - 1]!;
      const name = activations[index - 1]!;
      const code = functions.indexOf(aliases[name] ?? name);
      if (code < 0) {
        throw new InvalidArgumentError(
          `save: FANN has no '${name}', the activation of layer ${index - 1}; save as safetensors, json or onnx`,
        );
      }
      neurons.push(`(${before + 1}, ${code}, ${name === 'sigmoid' ? 0.5 : 1}) `.repeat(width), '(0, 0, 0) ');
      const [w, b] = [weights[index - 1]!, biases[index - 1]!];
      for (let output = 0; output < width; output++) {
        for (let input = 0; input <= before; input++) {
          const value = input === before ? b[output]! : w[input * width + output]!;
          if (!Number.isFinite(value)) {
            throw new InvalidArgumentError(
              `save: layer ${index - 1} has a ${value}, which a FANN file cannot hold; save as safetensors or json`,
            );
          }
          connections.push(`(${first + input}, ${Object.is(value, -0) ? '-0' : value}) `);
        }
      }
      first += before + 1;
    }
  });
  return (
    `${firstLine}\nnum_layers=${layers.length}\n${settings}` +
    `layer_sizes=${layers.map((width) => `${width + 1} `).join('')}\nscale_included=0\n` +
    `${neuronsKey}=${neurons.join('')}\n${connectionsKey}=${connections.join('')}\n`
  );
}

/** The value of one line, and where it stands. */
interface Field {
  readonly text: string;
  readonly place: string;
}

export function readFann(text: string): NetworkContent {
  const field = fieldsOf(text);
  expect(field('network_type'), '0', 'a network of layers without shortcut connections');
  expect(field('scale_included'), '0', 'no scaling parameters');
  const sizes = wholeNumbers(field('layer_sizes'));
  expect(field('num_layers'), String(sizes.length), 'the number of layer sizes');
  const smallest = Math.min(...sizes.slice(0, 1e5));
  if (sizes.length < 2 || smallest < 2) {
    refuse(
      field('layer_sizes').place,
      field('layer_sizes').text,
      'two or more, each ≥ 2: bias neurons are counted',
    );
  }
  const layers = sizes.map((size) => size - 1);
  const neurons = readNeurons(field(neuronsKey), sizes);
  const { weights, biases } = readConnections(field(connectionsKey), sizes, neurons.factors);
  return { layers, activations: neurons.activations, weights, biases };
}

function fieldsOf(text: string): (key: string) => Field {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines[0] !== firstLine) refuse('line 1', lines[0], `'${firstLine}', the only version that is read`);
  const fields = new Map<string, Field>();
  lines.forEach((line, index) => {
    if (index === 0 || line === '') return;
    const place = `line ${index + 1}`;
    const equals = line.indexOf('=');
    const key = line.slice(0, equals);
    if (equals < 0) refuse(place, line, "a key, '=' and a value");
    if (fields.has(key)) badFormat(place, `${excerpt(key)} stands in ${fields.get(key)!.place}, too`);
    fields.set(key, { text: line.slice(equals + 1), place: `${place}, ${key.split(' ')[0]!.slice(0, 40)}` });
  });
  return (key) =>
    fields.get(key) ?? badFormat(`line ${lines.length}`, `the file ends without a line '${key}='`);
}

function expect({ text, place }: Field, wanted: string, meaning: string): void {
  if (text.trim() !== wanted) refuse(place, text, `${wanted}: ${meaning}`);
}

function wholeNumbers({ text, place }: Field): number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => (/^\d{1,9}$/.test(word) ? Number(word) : refuse(place, word, 'a whole number')));
}

/** What comes in brackets: `(1, 2, 0.5) `. Calls `visit` with the numbers of each of the `count`. */
function forEachTuple(
  { text, place }: Field,
  wanted: string,
  pattern: RegExp,
  count: number,
  visit: (place: string, a: number, b: number, c: number) => void,
): void {
  let at = 0;
  for (let index = 0; index < count; index++) {
    pattern.lastIndex = at;
    const match =
      pattern.exec(text) ??
      refuse(`${place}, entry ${index} of ${count}`, text.slice(at, at + 40).trim(), wanted);
    at = pattern.lastIndex;
    visit(`${place}, entry ${index}`, Number(match[1]), Number(match[2]), Number(match[3]));
  }
  if (text.slice(at).trim() !== '') refuse(`${place}, after entry ${count - 1}`, text.slice(at), 'the end');
}

/** What the neurons of each layer compute, and what their weights are multiplied with. */
function readNeurons(field: Field, sizes: readonly number[]) {
  const pattern = /\s*\(\s*(\d{1,9}),\s*(\d{1,9}),\s*([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*\)/y;
  const activations: OutputActivationName[] = [];
  const factors: number[][] = [];
  let [layer, neuron] = [0, 0];
  const total = sizes.reduce((sum, size) => sum + size);
  const wanted = '(inputs, function, steepness)';
  forEachTuple(field, wanted, pattern, total, (place, inputs, code, steepness) => {
    const isBias = neuron === sizes[layer]! - 1;
    const fullInputs = layer === 0 || isBias ? 0 : sizes[layer - 1]!;
    if (inputs !== fullInputs) {
      refuse(place, inputs, `${fullInputs} inputs, for layer ${layer} of a fully connected network`);
    }
    if (fullInputs > 0) {
      const name = functions[code] || refuse(place, code, 'the number of a function that FANN computes');
      activations[layer - 1] ??= name;
      if (activations[layer - 1] !== name) {
        badFormat(
          place,
          `function ${code} (${name}) in a layer of ${activations[layer - 1]}: a layer has one here`,
        );
      }
      if (!(steepness >= 0)) refuse(place, steepness, 'a steepness ≥ 0');
      if (neuron === 0) factors.push([]);
      factors[layer - 1]!.push(Math.fround(steepness) * (name === 'sigmoid' ? 2 : 1));
    }
    neuron++;
    if (isBias) [layer, neuron] = [layer + 1, 0];
  });
  return { activations, factors };
}

function readConnections(field: Field, sizes: readonly number[], factors: readonly number[][]) {
  const pattern = /\s*\(\s*(\d{1,9}),\s*([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*\)/y;
  const total = factors.reduce((sum, { length }, layer) => sum + length * sizes[layer]!, 0);
  // A connection takes six characters at least: no more numbers are made room for than the file has.
  if (total * 6 > field.text.length + 6) badFormat(field.place, `it ends before ${total} connections`);
  const weights = factors.map(({ length }, layer) => new Float32Array((sizes[layer]! - 1) * length));
  const biases = factors.map(({ length }) => new Float32Array(length));
  let [layer, first, output, input] = [0, 0, 0, 0];
  forEachTuple(field, '(neuron, weight)', pattern, total, (place, from, weight) => {
    const inputs = sizes[layer]! - 1;
    const outputs = factors[layer]!.length;
    if (from !== first + input) refuse(place, from, `neuron ${first + input}, the next of the layer before`);
    const value = Math.fround(Math.fround(weight) * factors[layer]![output]!);
    if (!Number.isFinite(value)) refuse(place, weight, 'a weight that is finite as f32, times the steepness');
    if (input < inputs) weights[layer]![input * outputs + output] = value;
    else biases[layer]![output] = value;
    if (++input <= inputs) return;
    input = 0;
    if (++output < outputs) return;
    output = 0;
    first += inputs + 1;
    layer++;
  });
  return { weights, biases };
}
