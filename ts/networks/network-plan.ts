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

/** `what` is the operation that messages name; `more` are the keys that it knows besides. */
export function planNetwork(what: string, config: NetworkConfig, more: readonly string[] = []): NetworkPlan {
  assertKnownKeys(what, config, [...knownKeys, ...more]);
  const layers = checkLayers(what, config.layers);
  const hidden = hiddenActivations(what, config.activation ?? 'relu', layers.length - 2);
  const output = oneOf(`${what}: output`, config.output ?? 'linear', outputNames);
  const suited = hidden.length > 0 && hidden[0] === 'relu' ? 'he' : 'xavier';
  return {
    layers,
    activations: [...hidden, output],
    init: oneOf(`${what}: init`, config.init ?? suited, initializerNames),
    seed: seedHalves(`${what}: seed`, config.seed ?? 0),
  };
}

function checkLayers(what: string, layers: readonly number[]): readonly number[] {
  if (!Array.isArray(layers) || layers.length < 2) {
    throw new InvalidArgumentError(
      `${what}: layers is ${show(layers)}: expected at least two widths, inputs first, such as [784, 128, 10]`,
    );
  }
  for (const [index, width] of layers.entries()) {
    assertWholeNumber(`${what}: layers[${index}]`, width, 1);
  }
  return Object.freeze([...layers]);
}

function hiddenActivations(
  what: string,
  given: ActivationName | readonly ActivationName[],
  count: number,
): ActivationName[] {
  if (!Array.isArray(given)) {
    const name = oneOf(`${what}: activation`, given, activationNames);
    return new Array<ActivationName>(count).fill(name);
  }
  if (given.length !== count) {
    throw new InvalidArgumentError(
      `${what}: activation has ${given.length} names, there are ${count} hidden layers: give one for each, or a single name`,
    );
  }
  return given.map((name, index) => oneOf(`${what}: activation[${index}]`, name, activationNames));
}
