/** Reads, writes and mixes the weights and biases of a network. */

import { owner } from '../core/engine.js';
import { InvalidArgumentError, ShapeMismatchError } from '../core/errors.js';
import { newCopy } from '../ops/copy.js';
import { isFloat32Array } from '../ops/vec.js';
import { assertKnownKeys, assertNumber, show } from './checks.js';
import type { LayerPlace, NetworkCore } from './network-core.js';
import type { LayerParameters, Network } from './types.js';

/** One array of a network in linear memory: its byte address and its length. */
interface Stretch {
  readonly address: number;
  readonly length: number;
}

export function exportLayers(core: NetworkCore, operation = 'exportLayers'): LayerParameters {
  const copy = ({ address, length }: Stretch) => newCopy(core.engine, address, length);
  const places = core.places(operation);
  return {
    weights: places.map((place) => copy(weightsOf(place))),
    biases: places.map((place) => copy(biasesOf(place))),
  };
}

export function importLayers(core: NetworkCore, parameters: Parameters<Network['importLayers']>[0]): void {
  const places = core.places('importLayers');
  assertKnownKeys('importLayers', parameters, ['weights', 'biases']);
  const { weights, biases } = parameters;
  assertArrays('weights', weights, places.map(weightsOf), (layer) => shape(places[layer]!));
  assertArrays('biases', biases, places.map(biasesOf), (layer) => `${places[layer]!.outputs}`);
  const { heapF32 } = core.engine;
  places.forEach((place, layer) => {
    heapF32.set(weights[layer]!, place.weights >>> 2);
    heapF32.set(biases[layer]!, place.biases >>> 2);
  });
}

/** Overwrites the weights of `to` with those of `from`: the same layers, in the same module. */
export function copyParameters(from: NetworkCore, to: NetworkCore): void {
  const sources = stretches(from, 'clone');
  const { heapF32 } = to.engine;
  stretches(to, 'clone').forEach(({ address }, index) => {
    const begin = sources[index]!.address >>> 2;
    heapF32.copyWithin(address >>> 2, begin, begin + sources[index]!.length);
  });
}

/** W ← (1−α)·W + α·W′, α = `influence`. The other network may belong to another runtime. */
export function blend(core: NetworkCore, other: NetworkCore, influence: number): void {
  const targets = stretches(core, 'blend');
  const sources = stretches(other, 'blend');
  assertNumber('blend: influence', influence, 'from 0 to 1', (x) => x >= 0 && x <= 1);
  const [given, wanted] = [other.plan.layers.join('-'), core.plan.layers.join('-')];
  if (given !== wanted) {
    throw new ShapeMismatchError(
      `blend: this network has layers ${wanted}, the other ${given}; blend networks of one shape`,
    );
  }
  if (core.engine === other.engine) {
    for (const [index, target] of targets.entries()) {
      mix(core, target, sources[index]!.address, influence);
    }
    return;
  }
  blendFromElsewhere(core, other, influence);
}

/** Weights of another module come through a block of this one, as large as the largest of them. */
function blendFromElsewhere(core: NetworkCore, other: NetworkCore, influence: number): void {
  const { engine } = core;
  const sources = stretches(other, 'blend');
  const staging = engine.allocate(4 * Math.max(...sources.map(({ length }) => length)), owner.internal);
  try {
    stretches(core, 'blend').forEach((target, index) => {
      const { address, length } = sources[index]!;
      const begin = address >>> 2;
      engine.heapF32.set(other.engine.heapF32.subarray(begin, begin + length), staging >>> 2);
      mix(core, target, staging, influence);
    });
  } finally {
    engine.free(staging);
  }
}

function mix({ engine }: NetworkCore, { address, length }: Stretch, source: number, influence: number): void {
  engine.check(engine.abi.lerp_f32(address, source, address, length, influence), 'blend');
}

function weightsOf({ weights, inputs, outputs }: LayerPlace): Stretch {
  return { address: weights, length: inputs * outputs };
}

function biasesOf({ biases, outputs }: LayerPlace): Stretch {
  return { address: biases, length: outputs };
}

function stretches(core: NetworkCore, operation: string): Stretch[] {
  return core.places(operation).flatMap((place) => [weightsOf(place), biasesOf(place)]);
}

function shape({ inputs, outputs }: LayerPlace): string {
  return `${inputs}x${outputs} (${inputs * outputs})`;
}

function assertArrays(
  name: string,
  arrays: readonly Float32Array[],
  wanted: readonly Stretch[],
  describe: (layer: number) => string,
): void {
  if (!Array.isArray(arrays)) {
    throw new InvalidArgumentError(
      `importLayers: ${name} is ${show(arrays)}: expected an array of Float32Array`,
    );
  }
  if (arrays.length !== wanted.length) {
    throw new ShapeMismatchError(
      `importLayers: ${name} has ${arrays.length} arrays, this network has ${wanted.length} layers: give one for each`,
    );
  }
  wanted.forEach(({ length }, layer) => {
    const array: unknown = arrays[layer];
    if (!isFloat32Array(array)) {
      throw new InvalidArgumentError(
        `importLayers: ${name}[${layer}] is ${show(array)}: expected a Float32Array`,
      );
    }
    if (array.length !== length) {
      throw new ShapeMismatchError(
        `importLayers: ${name}[${layer}] has ${array.length} values, layer ${layer} has ${describe(layer)}`,
      );
    }
  });
}
