/** How far two implementations of one network may be apart: what rounding explains, carried through its layers. */
import type { Network } from '@sasi/wasm-performance';
import { unitRoundoff } from '../../support/bounds.js';
import { activations, softmaxRow } from '../../support/reference.js';
import type { ReferenceNetwork } from '../reference.js';

/** The outputs of one row in float64, and by how much an f32 implementation may miss each. */
export interface Bounded {
  readonly values: readonly number[];
  readonly errors: readonly number[];
}

/**
 * An implementation rounds each product and sum of a layer in any order, may have rounded each weight once before
 * (steepness), and evaluates an activation with an error of `activationError(value, its result)` of its own. What comes
 * in wrong is carried on: an activation may turn it into whatever it gives within that distance.
 */
export function boundedRow(
  network: ReferenceNetwork,
  input: ArrayLike<number>,
  activationError: (x: number, y: number) => number,
): Bounded {
  let row: Bounded = { values: Array.from(input), errors: new Array<number>(input.length).fill(0) };
  network.activations.forEach((name, layer) => {
    const { values, errors } = sums(network, layer, row);
    const results = name === 'softmax' ? softmaxRow(values) : values.map((x) => activations[name]!(x));
    row = {
      values: results,
      errors: results.map((y, i) => {
        const [x, error] = [values[i]!, errors[i]!];
        // Of a softmax: y·e^(2d) at most, when every operand is off by d.
        const carried =
          name === 'softmax'
            ? y * Math.expm1(2 * Math.max(...errors))
            : Math.max(...[x - error, x + error].map((near) => Math.abs(activations[name]!(near) - y)));
        // Between the two ends lies an extremum at most, which differs from the nearer end by the square.
        return carried + error * error + activationError(x, y);
      }),
    };
  });
  return row;
}

function sums({ layers, weights, biases }: ReferenceNetwork, layer: number, row: Bounded): Bounded {
  const outputs = layers[layer + 1]!;
  const columns = Array.from({ length: outputs }, (_, output) => {
    let value = biases[layer]![output]!;
    let magnitude = Math.abs(value);
    let carried = 0;
    row.values.forEach((x, input) => {
      const weight = weights[layer]![input * outputs + output]!;
      value += weight * x;
      magnitude += Math.abs(weight * x);
      carried += Math.abs(weight) * row.errors[input]!;
    });
    return { value, error: carried + 2 * unitRoundoff * (row.values.length + 3) * magnitude };
  });
  return { values: columns.map(({ value }) => value), errors: columns.map(({ error }) => error) };
}

/** In float64, with copies of the weights. */
export function referenceOf(network: Network, names: readonly string[]): ReferenceNetwork {
  const { weights, biases } = network.exportLayers();
  return {
    layers: network.layers,
    activations: names,
    weights: weights.map((values) => Float64Array.from(values)),
    biases: biases.map((values) => Float64Array.from(values)),
  };
}

/**
 * The largest distance between results of two implementations, in bounds: 1 is as far as both together may be. `tight`
 * is the share of the results whose bound is below 1e-4 of the result, or of 1: a bound that says nothing is noticed.
 */
export function compare(
  network: ReferenceNetwork,
  inputs: Float32Array,
  rows: number,
  results: readonly ArrayLike<number>[],
  activationError: (x: number, y: number) => number,
): { worst: number; tight: number } {
  const [columns, outputs] = [network.layers[0]!, network.layers.at(-1)!];
  let [worst, tight] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const input = inputs.subarray(row * columns, (row + 1) * columns);
    const { values, errors } = boundedRow(network, input, activationError);
    for (let output = 0; output < outputs; output++) {
      for (const result of results) {
        const distance = Math.abs(result[row * outputs + output]! - values[output]!);
        worst = Math.max(
          worst,
          Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance / errors[output]!,
        );
      }
      if (errors[output]! < 1e-4 * Math.max(1, Math.abs(values[output]!))) tight++;
    }
  }
  return { worst, tight: tight / (rows * outputs) };
}

/** Four ULP of a result: what the slowest of our activations and of the peers' may be off. */
export function fourUlp(_x: number, y: number): number {
  return 8 * unitRoundoff * Math.abs(y) + 2 ** -146;
}
