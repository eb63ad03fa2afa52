/** Turns a `NetworkConfig` into what the module needs, or says what is wrong with it. */
import {
  type ActivationName,
  activationNames,
  type InitializerName,
  initializerNames,
  rowActivationNames,
} from '../core/abi.js';
import { InvalidArgumentError } from '../core/errors.js';
import { assertKnownKeys, assertWholeNumber, oneOf, type Seed, seedHalves, show } from './checks.js';
import type { NetworkConfig, OutputActivationName } from './types.js';

const knownKeys = ['layers', 'activation', 'output', 'init', 'seed'] as const;
const outputNames = [...activationNames, ...rowActivationNames] as const;

/** A checked configuration with every default filled in. */
export interface NetworkPlan {
  /** Widths, inputs first. */
  readonly layers: readonly number[];
  /** Of each layer of weights; only the last can be softmax. */
  readonly activations: readonly OutputActivationName[];
  readonly init: InitializerName;
  readonly seed: Seed;
}

export function planNetwork(config: NetworkConfig): NetworkPlan {
  assertKnownKeys('createNetwork', config, knownKeys);
  const layers = checkLayers(config.layers);
  const hidden = hiddenActivations(config.activation ?? 'relu', layers.length - 2);
  const output = oneOf('createNetwork: output', config.output ?? 'linear', outputNames);
  const suited = hidden.length > 0 && hidden[0] === 'relu' ? 'he' : 'xavier';
  return {
    layers,
    activations: [...hidden, output],
    init: oneOf('createNetwork: init', config.init ?? suited, initializerNames),
    seed: seedHalves('createNetwork: seed', config.seed ?? 0),
  };
}

function checkLayers(layers: readonly number[]): readonly number[] {
  if (!Array.isArray(layers) || layers.length < 2) {
    throw new InvalidArgumentError(
      `createNetwork: layers is ${show(layers)}: expected at least two widths, inputs first, such as [784, 128, 10]`,
    );
  }
  for (const [index, width] of layers.entries()) {
    assertWholeNumber(`createNetwork: layers[${index}]`, width, 1);
  }
  return Object.freeze([...layers]);
}

function hiddenActivations(
  given: ActivationName | readonly ActivationName[],
  count: number,
): ActivationName[] {
  if (!Array.isArray(given)) {
    const name = oneOf('createNetwork: activation', given, activationNames);
    return new Array<ActivationName>(count).fill(name);
  }
  if (given.length !== count) {
    throw new InvalidArgumentError(
      `createNetwork: activation has ${given.length} names, there are ${count} hidden layers: give one for each, or a single name`,
    );
  }
  return given.map((name, index) => oneOf(`createNetwork: activation[${index}]`, name, activationNames));
}
