/**
 * Dense networks in float64, written naively from the definitions: what the tests compare with.
 *
 * Nothing of the package is used here. Gradients are central differences of the loss, so that they share no
 * derivation with the code under test.
 */
import { activations, rowsOf, softmaxRow } from '../support/reference.js';

export interface ReferenceNetwork {
  readonly layers: readonly number[];
  /** One name for each layer of weights. */
  readonly activations: readonly string[];
  /** weights[l] is inputs × outputs, row-major. */
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
}

export interface ReferenceData {
  readonly inputs: ArrayLike<number>;
  readonly rows: number;
  /** rows × outputs; labels are given as one-hot rows. */
  readonly targets: ArrayLike<number>;
}

export type ReferenceLoss = 'mse' | 'crossEntropy';

function activate(name: string, values: number[]): number[] {
  return name === 'softmax' ? softmaxRow(values) : values.map((value) => activations[name]!(value));
}

/** The outputs for one input row. */
export function referenceRow(network: ReferenceNetwork, input: readonly number[]): number[] {
  let values: number[] = [...input];
  network.activations.forEach((name, layer) => {
    const outputs = network.layers[layer + 1]!;
    const weights = network.weights[layer]!;
    const sums = Array.from({ length: outputs }, (_, output) =>
      values.reduce(
        (sum, value, index) => sum + value * weights[index * outputs + output]!,
        network.biases[layer]![output]!,
      ),
    );
    values = activate(name, sums);
  });
  return values;
}

export function referenceRun(network: ReferenceNetwork, inputs: ArrayLike<number>, rows: number): number[] {
  return rowsOf(inputs, rows).flatMap((row) => referenceRow(network, row));
}

/** Mean over rows; `mse` is the mean over the outputs of a row too. */
export function referenceLoss(network: ReferenceNetwork, data: ReferenceData, loss: ReferenceLoss): number {
  const outputs = network.layers.at(-1)!;
  const results = referenceRun(network, data.inputs, data.rows);
  let sum = 0;
  results.forEach((result, index) => {
    const target = data.targets[index]!;
    sum += loss === 'mse' ? (result - target) ** 2 / outputs : target === 0 ? 0 : -target * Math.log(result);
  });
  return sum / data.rows;
}

/** All parameters, in the order weights 0, biases 0, weights 1, … The arrays are the network's own. */
export function parametersOf(network: ReferenceNetwork): Float64Array[] {
  return network.weights.flatMap((weights, layer) => [weights, network.biases[layer]!]);
}

/** d(mean loss)/d(parameter), by central differences, with the gradient of ½·l2·Σw² on the weights. */
export function referenceGradient(
  network: ReferenceNetwork,
  data: ReferenceData,
  loss: ReferenceLoss,
  l2 = 0,
): Float64Array[] {
  // Small, so that hardly ever a value comes so near to a kink of its activation that it crosses it.
  const step = 1e-7;
  return parametersOf(network).map((values, index) => {
    const isWeights = index % 2 === 0;
    return values.map((value, position) => {
      values[position] = value + step;
      const above = referenceLoss(network, data, loss);
      values[position] = value - step;
      const below = referenceLoss(network, data, loss);
      values[position] = value;
      return (above - below) / (2 * step) + (isWeights ? l2 * value : 0);
    });
  });
}

/** One update of every parameter; remembers what its rule remembers. */
export type ReferenceOptimizer = (parameters: Float64Array[], gradient: Float64Array[]) => void;

export function referenceSgd(rate: number): ReferenceOptimizer {
  return (parameters, gradient) =>
    forEachValue(parameters, (values, index, position) => {
      values[position]! -= rate * gradient[index]![position]!;
    });
}

/** Polyak 1964. */
export function referenceMomentum(rate: number, momentum: number): ReferenceOptimizer {
  let velocity: Float64Array[] | undefined;
  return (parameters, gradient) => {
    velocity ??= parameters.map((values) => new Float64Array(values.length));
    const held = velocity;
    forEachValue(parameters, (values, index, position) => {
      const next = momentum * held[index]![position]! + gradient[index]![position]!;
      held[index]![position] = next;
      values[position]! -= rate * next;
    });
  };
}

/** Kingma & Ba 2015, algorithm 1. */
export function referenceAdam(
  rate: number,
  beta1: number,
  beta2: number,
  epsilon: number,
): ReferenceOptimizer {
  let first: Float64Array[] | undefined;
  let second: Float64Array[] | undefined;
  let time = 0;
  return (parameters, gradient) => {
    first ??= parameters.map((values) => new Float64Array(values.length));
    second ??= parameters.map((values) => new Float64Array(values.length));
    time++;
    const [m, v] = [first, second];
    forEachValue(parameters, (values, index, position) => {
      const g = gradient[index]![position]!;
      m[index]![position] = beta1 * m[index]![position]! + (1 - beta1) * g;
      v[index]![position] = beta2 * v[index]![position]! + (1 - beta2) * g * g;
      const mean = m[index]![position]! / (1 - beta1 ** time);
      const variance = v[index]![position]! / (1 - beta2 ** time);
      values[position]! -= (rate * mean) / (Math.sqrt(variance) + epsilon);
    });
  };
}

function forEachValue(
  parameters: Float64Array[],
  visit: (values: Float64Array, index: number, position: number) => void,
): void {
  parameters.forEach((values, index) => {
    for (let position = 0; position < values.length; position++) visit(values, index, position);
  });
}
