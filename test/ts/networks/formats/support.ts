/** What the tests of the formats share. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  type Network,
  type NetworkConfig,
  type NeuralRuntime,
  PoolExhaustedError,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { fromRoot } from '../../support/paths.js';
import { allParameters, bitsOf, randomValues } from '../support.js';

/** The elementwise activations, FANN's among them, and softmax, which is for the last layer. */
export { activationNames } from '#ts/core/abi.js';

/** A network whose weights and biases are all random, and reach the curved parts of its activations. */
export function randomNetwork(runtime: NeuralRuntime, config: NetworkConfig, stream: number): Network {
  const network = runtime.createNetwork(config);
  const { weights, biases } = network.exportLayers();
  network.importLayers({
    weights: weights.map((values, layer) => randomValues(stream + 2 * layer, values.length, -1.5, 1.5)),
    biases: biases.map((values, layer) => randomValues(stream + 2 * layer + 1, values.length)),
  });
  return network;
}

/** Weights, biases, and what comes out, all by their bits. */
export function assertSameNetwork(got: Network, wanted: Network, inputs: Float32Array, rows: number): void {
  assert.deepEqual(got.layers, wanted.layers);
  assert.deepEqual(allParameters(got).map(bitsOf), allParameters(wanted).map(bitsOf));
  assert.deepEqual(bitsOf(got.runBatch(inputs, rows)), bitsOf(wanted.runBatch(inputs, rows)));
}

/**
 * Loads what is no network: `BAD_FORMAT`, each of `words` in its message, which is short whatever the file holds, and
 * nothing allocated.
 */
export function assertBadFormat(
  runtime: NeuralRuntime,
  file: Uint8Array | string,
  words: readonly string[],
  format?: Parameters<NeuralRuntime['loadNetwork']>[1],
): void {
  const { used, liveBlocks, allocations } = runtime.memory.stats();
  assert.throws(
    () => runtime.loadNetwork(file, format),
    (error) => {
      assert.ok(error instanceof WasmPerformanceError, String(error));
      assert.equal(error.code, 'BAD_FORMAT', error.message);
      for (const word of words) assert.ok(error.message.includes(word), `'${word}' in: ${error.message}`);
      assert.ok(error.message.length < 800, error.message);
      return true;
    },
  );
  const after = runtime.memory.stats();
  assert.deepEqual(
    [after.used, after.liveBlocks, after.allocations],
    [used, liveBlocks, allocations],
    'nothing was allocated',
  );
}

export function isExhausted(error: unknown): boolean {
  return error instanceof PoolExhaustedError && error.requested > error.largestFree;
}

const require = createRequire(fromRoot('bench/package.json'));

/** A library to compare with, of those in bench/package.json. */
export function peer<Library>(name: string): Library {
  return require(name) as Library;
}

/** False, with a word about it, where a peer is not installed; under CI that is an error. */
export function isInstalled(name: string, file: string, remedy: string): boolean {
  if (existsSync(file)) return true;
  assert.ok(!process.env.CI, `${name} is not installed: ${remedy}`);
  console.log(`not run: the comparison with ${name}, which is not installed: ${remedy}`);
  return false;
}

export function isPeerInstalled(name: string): boolean {
  return isInstalled(
    name,
    fromRoot(`bench/node_modules/${name}/package.json`),
    'npm ci --ignore-scripts in bench/, or npm test',
  );
}
