/**
 * 10⁵ files of each format, each a good one with a few changes: every one is either refused as `BAD_FORMAT`, with
 * nothing allocated, or is a network that works.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  loadRuntime,
  type Network,
  type NetworkFormat,
  type NeuralRuntime,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { randomBits, seed } from '../../support/random.js';
import { randomNetwork } from './support.js';

const mutants = 100_000;

/** What readers stumble over. */
const tokens = [
  ...[
    '0',
    '-1',
    '1e999',
    '-0',
    '4294967296',
    '9007199254740993',
    '18446744073709551615',
    'nan',
    'inf',
    'NaN',
  ],
  ...['null', 'true', '""', '[]', '{}', '[[', '}}', '{"__proto__":1}', '"__proto__":', '"constructor":{},'],
  ...[
    '"\\ud800"',
    '\\u0000',
    '\u0000',
    '\u00ff\u00fe',
    '\r\n',
    '\n\n',
    ' ',
    ',',
    ':',
    '=',
    '(',
    ')',
    '(0, 1) ',
  ],
  ...['layers', 'sizes', 'weights', 'softmax', 'linear', 'F16', 'network_type=1\n', 'FANN_FLO_2.1\n'],
].map((token) => new TextEncoder().encode(token));

/** One change at one place. `below(n)` is a random whole number below n. */
function mutate(file: Uint8Array, other: Uint8Array, below: (n: number) => number): Uint8Array {
  const at = below(file.length + 1);
  const end = Math.min(file.length, at + 1 + below(below(8) === 0 ? file.length : 12));
  const replace = (...middle: Uint8Array[]) =>
    new Uint8Array(Buffer.concat([file.subarray(0, at), ...middle, file.subarray(end)]));
  switch (below(9)) {
    case 0:
      return file.map((byte, i) => (i === at ? byte ^ (1 << below(8)) : byte));
    case 1:
      return file.map((byte, i) => (i === at ? below(256) : byte));
    case 2:
      return file.slice(0, at);
    case 3:
      return replace();
    case 4:
      return replace(file.subarray(at, end), file.subarray(at, end));
    case 5:
      return replace(tokens[below(tokens.length)]!);
    case 6:
      return replace(tokens[below(tokens.length)]!, file.subarray(at, end));
    case 7:
      return replace(file.slice(at, end).reverse());
    default:
      return replace(other.subarray(below(other.length), below(other.length)), file.subarray(at, end));
  }
}

function brainJs(second: boolean): Uint8Array {
  const node = (bias: number, ...weights: number[]) => ({ bias, weights: { ...weights } });
  const row = (...nodes: ReturnType<typeof node>[]) => ({ ...nodes });
  const first = {
    sizes: [2, 2, 1],
    layers: [{ a: {}, b: {} }, row(node(0.5), node(1)), row(node(-1, 1, 2))],
    inputLookup: true,
    outputLookup: false,
    activation: 'leaky-relu',
    trainOpts: { log: false },
  };
  Object.assign(first.layers[1]!, {
    0: { bias: 1, weights: { a: 1, b: 2 } },
    1: { bias: 0, weights: { a: -1, b: 0.25 } },
  });
  const layers = [
    { weights: [], biases: [] },
    {
      weights: [
        [1, 2],
        [3, 4],
      ],
      biases: [0.5, 1e-3],
    },
    { weights: [[1, -1]], biases: [0] },
  ];
  const trainOpts = { activation: 'tanh', leakyReluAlpha: 0.01 };
  const file = second ? { type: 'NeuralNetwork', sizes: [2, 2, 1], layers, trainOpts } : first;
  return new TextEncoder().encode(JSON.stringify(file));
}

describe(`mutations, seed ${seed}`, () => {
  let runtime: NeuralRuntime;
  before(async () => {
    runtime = await loadRuntime();
  });
  after(() => runtime.dispose());

  function saved(format: 'safetensors' | 'json' | 'fann'): Uint8Array[] {
    return [
      [2, 2, 1],
      [1, 1],
      [3, 1, 2, 2],
    ].map((layers, index) => {
      using network = randomNetwork(runtime, { layers, activation: 'tanh', output: 'sigmoid' }, index);
      return network.save(format);
    });
  }

  /** The network, or undefined where the file was refused as it must be. */
  function load(file: Uint8Array, format: NetworkFormat | undefined): Network | undefined {
    const { used, liveBlocks, allocations } = runtime.memory.stats();
    try {
      return runtime.loadNetwork(file, format);
    } catch (error) {
      const isOurs = error instanceof WasmPerformanceError && error.code === 'BAD_FORMAT';
      if (!isOurs) throw error;
      assert.ok(error.message.length < 800, error.message);
      const after = runtime.memory.stats();
      const isUntouched =
        after.used === used && after.liveBlocks === liveBlocks && after.allocations === allocations;
      assert.ok(isUntouched, 'nothing is allocated for a bad file');
      return undefined;
    }
  }

  const cases: readonly [NetworkFormat, () => Uint8Array[]][] = [
    ['safetensors', () => saved('safetensors')],
    ['json', () => saved('json')],
    ['fann', () => saved('fann')],
    ['brainjs', () => [brainJs(false), brainJs(true)]],
  ];
  for (const [index, [format, makeSeeds]] of cases.entries()) {
    it(`${mutants} files of ${format}`, () => {
      const seeds = makeSeeds();
      const bits = randomBits(1000 + index);
      const below = (n: number) => bits() % n;
      const start = runtime.memory.stats();
      let loaded = 0;
      for (const [i, file] of seeds.entries()) {
        const network = load(file, format);
        assert.ok(network !== undefined, `seed file ${i} is good`);
        network.dispose();
      }
      for (let i = 0; i < mutants; i++) {
        let file = seeds[below(seeds.length)]!;
        for (let changes = 1 + below(3); changes > 0; changes--) {
          file = mutate(file, seeds[below(seeds.length)]!, below);
        }
        try {
          const network = load(file, below(2) === 0 ? format : undefined);
          if (network === undefined) continue;
          loaded++;
          const outputs = network.run(new Float32Array(network.layers[0]!));
          assert.equal(outputs.length, network.layers.at(-1));
          network.dispose();
        } catch (error) {
          const base64 = Buffer.from(file).toString('base64');
          throw new Error(`file ${i} of seed ${seed}, in base64: ${base64}`, { cause: error });
        }
      }
      const end = runtime.memory.stats();
      assert.deepEqual([end.used, end.liveBlocks], [start.used, start.liveBlocks]);
      // Both ways are gone: changes that harm nothing, and changes that must be seen.
      assert.ok(loaded > mutants / 200 && loaded < mutants / 2, `${loaded} of ${mutants} were networks`);
    });
  }
});
