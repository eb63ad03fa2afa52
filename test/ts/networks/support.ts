/** What the tests of networks share: reproducible data, and the reference twin of a network. */
import type { Network, NetworkConfig } from '@sasi/wasm-performance';
import { uniform } from '../support/random.js';
import type { ReferenceNetwork } from './reference.js';

/** Numbers of the size that networks work with. */
export function randomValues(stream: number, length: number, low = -1, high = 1): Float32Array {
  return uniform(stream, length, low, high);
}

export function randomLabels(seed: number, rows: number, classes: number): Uint8Array {
  return Uint8Array.from(randomValues(seed, rows, 0, classes));
}

export function oneHot(labels: Uint8Array, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    targets[row * classes + label] = 1;
  });
  return targets;
}

/** The same network in float64, with copies of the present weights. */
export function twinOf(network: Network, config: NetworkConfig): ReferenceNetwork {
  const { weights, biases } = network.exportLayers();
  const { activation = 'relu', output = 'linear', layers } = config;
  const hidden = layers.length - 2;
  const names = Array.isArray(activation)
    ? [...activation]
    : new Array<string>(hidden).fill(activation as string);
  return {
    layers,
    activations: [...names, output],
    weights: weights.map((values) => Float64Array.from(values)),
    biases: biases.map((values) => Float64Array.from(values)),
  };
}

/** All weights and biases in one array, in the order of `parametersOf` of the reference. */
export function allParameters(network: Network): Float32Array[] {
  const { weights, biases } = network.exportLayers();
  return weights.flatMap((values, layer) => [values, biases[layer]!]);
}

/** The bits, so that a comparison tells 0 from -0 and finds NaN equal to itself. */
export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer);
}

/** Gives every bias a value, which a new network has at 0. */
export function withRandomBiases(network: Network, seed: number): Network {
  const { weights, biases } = network.exportLayers();
  network.importLayers({
    weights,
    biases: biases.map((values, layer) => randomValues(seed + layer, values.length, -0.5, 0.5)),
  });
  return network;
}
