/**
 * The text format of FANN, the Fast Artificial Neural Network library: `.net` files that begin with FANN_FLO_2.1.
 *
 * A neuron of FANN computes f(s·Σ w·x), s its steepness, and its sigmoid is 1/(1 + e^(−2·s·Σ)): read, s (for the
 * sigmoid 2·s) is multiplied into the weights, rounded once; written, s is 1 (for the sigmoid ½), so that no weight is
 * rounded. The last neuron of each layer is its bias, which gives 1.
 *
 * Every function that FANN 2.2 computes has its counterpart here; FANN_GAUSSIAN_STEPWISE, which has a number but is not
 * computed, is refused. FANN holds s·Σ within ±150/s; here no bound is needed, so the results of a linear neuron differ
 * beyond it.
 *
 * Refused are networks with shortcut connections or missing ones, layers whose neurons have different functions, and
 * files with scaling parameters (`fann_clear_scaling_params` takes them out), because they would be ignored.
 */
import { InvalidArgumentError } from '../../core/errors.js';
import type { OutputActivationName } from '../types.js';
import { badFormat, checkWidths, excerpt, type NetworkContent, refuse, transposed } from './content.js';

/** By the number that FANN has for each. */
const functions: readonly (OutputActivationName | '')[] = [
  'linear',
  'threshold',
  'symmetricThreshold',
  'sigmoid',
  'stepwiseSigmoid',
  'symmetricSigmoid',
  'symmetricStepwiseSigmoid',
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

// Short lines and small numbers would take many times the memory that the file does.
const mostLines = 100;
const mostLayers = 0xffff;

const firstLine = 'FANN_FLO_2.1';
const neuronsKey = 'neurons (num_inputs, activation_function, activation_steepness)';
const connectionsKey = 'connections (connected_to_neuron, weight)';

/** What FANN must find between the number of layers and their sizes: its own defaults. */
const settings = `learning_rate=0.7
connection_rate=1
network_type=0
learning_momentum=0
training_algorithm=2
train_error_function=1
train_stop_function=0
cascade_output_change_fraction=0.01
quickprop_decay=-0.0001
quickprop_mu=1.75
rprop_increase_factor=1.2
rprop_decrease_factor=0.5
rprop_delta_min=0
rprop_delta_max=50
rprop_delta_zero=0.1
cascade_output_stagnation_epochs=12
cascade_candidate_change_fraction=0.01
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
  let neurons = '(0, 0, 0) '.repeat(layers[0]! + 1);
  const connections: string[] = [];
  let first = 0;
  activations.forEach((name, layer) => {
    const refusal = (what: string) =>
      new InvalidArgumentError(
        `save: FANN has no ${what}, which layer ${layer} has; use safetensors or json`,
      );
    const [inputs, outputs] = [layers[layer]!, layers[layer + 1]!];
    const code = functions.indexOf(aliases[name] ?? name);
    if (code < 0) throw refusal(`'${name}'`);
    neurons += `(${inputs + 1}, ${code}, ${1 / factorOf(code)}) `.repeat(outputs);
    neurons += '(0, 0, 0) ';
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input <= inputs; input++) {
        const value = input < inputs ? weights[layer]![input * outputs + output]! : biases[layer]![output]!;
        if (!Number.isFinite(value)) throw refusal(String(value));
        connections.push(`(${first + input}, ${Object.is(value, -0) ? '-0' : value}) `);
      }
    }
    first += inputs + 1;
  });
  return (
    `${firstLine}\nnum_layers=${layers.length}\n${settings}` +
    `layer_sizes=${layers.map((width) => `${width + 1} `).join('')}\nscale_included=0\n` +
    `${neuronsKey}=${neurons}\n${connectionsKey}=${connections.join('')}\n`
  );
}

/** FANN's sigmoids (3 and 4) are those of twice the sum. */
const factorOf = (code: number): number => (code === 3 || code === 4 ? 2 : 1);

/** The value of one line, and where it stands. */
interface Field {
  readonly text: string;
  readonly place: string;
}

export function readFann(text: string): NetworkContent {
  const field = fieldsOf(text);
  expect(field('network_type'), '0', 'no shortcut connections');
  expect(field('scale_included'), '0', 'no scaling parameters');
  const sizes = field('layer_sizes')
    .text.split(/\s+/, mostLayers + 1)
    .map(Number);
  expect(field('num_layers'), String(sizes.length), 'as many as layer_sizes');
  // A bias neuron is counted in each.
  const widths = sizes.map((size) => size - 1);
  const layers = checkWidths(widths, `${field('layer_sizes').place}, less 1`);
  const neurons = tuples(field(neuronsKey), 3);
  const connections = tuples(field(connectionsKey), 2);
  const activations: OutputActivationName[] = [];
  const [weights, biases]: [Float32Array[], Float32Array[]] = [[], []];
  let first = 0;
  sizes.forEach((size, l) => {
    const before = l > 0 ? sizes[l - 1]! : 0;
    const [rows, ends]: [number[], number[]] = [[], []];
    for (let n = 0; n < size; n++) {
      const factor = readNeuron(neurons, n < size - 1 ? before : 0, activations, l - 1);
      for (let k = 0; factor !== undefined && k < before; k++) {
        const weight = readConnection(connections, first + k, factor);
        (k < before - 1 ? rows : ends).push(weight);
      }
    }
    if (l === 0) return;
    weights.push(transposed(Float32Array.from(rows), layers[l]!, layers[l - 1]!));
    biases.push(Float32Array.from(ends));
    first += before;
  });
  neurons.end();
  connections.end();
  return { layers, activations, weights, biases };
}

/** What the weights of the next neuron are multiplied with; undefined where it has none. */
function readNeuron(
  { next, fail }: Tuples,
  inputs: number,
  activations: OutputActivationName[],
  layer: number,
): number | undefined {
  const [given, code, steepness] = next() as [number, number, number];
  if (given !== inputs) fail(`${inputs} inputs, as layers are fully connected`, given);
  if (inputs === 0) return undefined;
  const name = functions[code] || fail('the number of a function that FANN computes', code);
  activations[layer] ??= name;
  if (name !== activations[layer]) fail(`${activations[layer]}, as in the rest of its layer`, name);
  if (!(steepness >= 0)) fail('a steepness ≥ 0', steepness);
  return Math.fround(steepness) * factorOf(code);
}

function readConnection({ next, fail }: Tuples, neuron: number, factor: number): number {
  const [from, weight] = next() as [number, number];
  if (from !== neuron) fail(`neuron ${neuron}, the next of the layer before`, from);
  const value = Math.fround(Math.fround(weight) * factor);
  return Number.isFinite(value) ? value : fail('a weight that times its steepness is finite as f32', weight);
}

/** The fields of a file, by name. */
function fieldsOf(text: string): (key: string) => Field {
  const lines = text.split('\n', mostLines + 1).map((line) => line.trim());
  if (lines[0] !== firstLine) refuse('line 1', lines[0], `'${firstLine}', the only version that is read`);
  if (lines.length > mostLines) refuse(`line ${mostLines + 1}`, lines.at(-1), 'the end');
  const fields = new Map<string, Field>();
  lines.forEach((line, index) => {
    if (index === 0 || line === '') return;
    const [key, value] = [/^[^=]*/.exec(line)![0], line.indexOf('=')];
    const place = `line ${index + 1}`;
    if (value < 0) refuse(place, line, "a key, '=' and a value");
    if (fields.has(key)) badFormat(place, `${excerpt(key)} stands in ${fields.get(key)!.place}, too`);
    fields.set(key, { text: line.slice(value + 1), place: `${place}, ${key.slice(0, 40).split(' ')[0]}` });
  });
  return (key) => fields.get(key) ?? refuse(`line ${lines.length}`, 'the end', `'${key}=…'`);
}

function expect({ text, place }: Field, wanted: string, meaning: string): void {
  if (text !== wanted) refuse(place, text, `${wanted}, ${meaning}`);
}

type Tuples = ReturnType<typeof tuples>;

/** Reads `(1, 2, 0.5) (…`, `length` numbers at a time. `fail` speaks of the last that was read. */
function tuples({ text, place }: Field, length: number) {
  const number = '\\s*([-+]?\\d+(?:\\.\\d*)?(?:e[-+]?\\d+)?)\\s*';
  const pattern = new RegExp(`\\s*\\(${new Array(length).fill(number)}\\)`, 'iy');
  let [at, index] = [0, -1];
  const fail = (wanted: string, given: unknown = text.slice(at, at + 40)): never =>
    refuse(`${place}, entry ${index}`, given, wanted);
  return {
    fail,
    next(): number[] {
      index++;
      pattern.lastIndex = at;
      const match = pattern.exec(text) ?? fail(`${length} numbers in brackets`);
      at = pattern.lastIndex;
      return match.slice(1).map(Number);
    },
    end(): void {
      index++;
      if (at < text.length) fail('the end');
    },
  };
}
