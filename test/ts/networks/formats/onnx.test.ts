/** ONNX files in onnxruntime: every activation, the shapes, and the file itself. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadRuntime, type NeuralRuntime } from '@sasi/wasm-performance';
import { unitRoundoff } from '../../support/bounds.js';
import { randomValues } from '../support.js';
import { compare, referenceOf } from './bounds.js';
import { activationNames, isPeerInstalled, peer, randomNetwork } from './support.js';

interface Ort {
  readonly env: { logLevel: string; readonly wasm: { numThreads: number } };
  readonly InferenceSession: { create(file: Uint8Array): Promise<Session> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
}
interface OrtTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: { input: OrtTensor }): Promise<{ output: OrtTensor }>;
  release(): Promise<void>;
}

/**
 * Where an activation is composed, its terms are rounded at their own size, not at that of the result: 16 roundings of
 * the operand and of 1. onnxruntime's own tanh, erf and exp are off by no more.
 */
const composed = (x: number, y: number) => 16 * unitRoundoff * Math.max(1, Math.abs(x), Math.abs(y));

describe('onnxruntime', { skip: !isPeerInstalled('onnxruntime-web') }, () => {
  const sizes = [5, 8, 7, 4];
  const rows = 60;
  let runtime: NeuralRuntime;
  let ort: Ort;
  before(async () => {
    runtime = await loadRuntime();
    ort = peer<Ort>('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
  });
  after(() => runtime.dispose());

  async function run(file: Uint8Array, inputs: Float32Array, columns: number): Promise<OrtTensor> {
    const session = await ort.InferenceSession.create(file);
    assert.deepEqual([session.inputNames, session.outputNames], [['input'], ['output']]);
    const input = new ort.Tensor('float32', inputs, [inputs.length / columns, columns]);
    const { output } = await session.run({ input });
    await session.release();
    return output;
  }

  for (const [index, output] of [...activationNames, 'softmax' as const].entries()) {
    it(`gives the results of ${output}`, async () => {
      const hidden = output === 'softmax' ? 'tanh' : output;
      const config = { layers: sizes, activation: hidden, output };
      using network = randomNetwork(runtime, config, 20 * index);
      const inputs = randomValues(500 + index, rows * sizes[0]!, -2, 2);
      const theirs = await run(network.save('onnx'), inputs, sizes[0]!);
      assert.deepEqual(theirs.dims, [rows, sizes.at(-1)]);
      const reference = referenceOf(network, [hidden, hidden, output]);
      const results = [network.runBatch(inputs, rows), theirs.data];
      const { worst, tight } = compare(reference, inputs, rows, results, composed);
      assert.ok(worst <= 1, `${worst} bounds off`);
      assert.ok(tight > 0.5, `only ${tight} of the results have a bound that says something`);
    });

    it(`keeps the limits of ${output}, far from 0`, async () => {
      using network = runtime.createNetwork({ layers: [1, 1], output });
      network.importLayers({ weights: [Float32Array.of(1)], biases: [Float32Array.of(0)] });
      const inputs = Float32Array.of(0, -0, 1e-30, -1e-30, 20, -20, 90, -90, 1000, -1000, 1e20, -1e20);
      const isTrigonometric = /sin|cos/i.test(output);
      const x = isTrigonometric ? inputs.subarray(0, 10) : inputs;
      const theirs = await run(network.save('onnx'), x, 1);
      network.runBatch(x, x.length).forEach((y, i) => {
        const distance = Math.abs(theirs.data[i]! - y);
        assert.ok(
          distance <= composed(isTrigonometric ? 1 : x[i]!, y),
          `${x[i]}: ${theirs.data[i]}, here ${y}`,
        );
      });
    });
  }

  it('runs a deep network, one without hidden layers, and one row', async () => {
    const deep = { layers: [2, 9, 8, 7, 6, 5, 3], activation: 'relu', output: 'softmax' } as const;
    for (const config of [deep, { layers: [2, 3] }]) {
      using network = randomNetwork(runtime, config, 3);
      const x = randomValues(9, 2);
      const { data, dims } = await run(network.save('onnx'), x, 2);
      assert.deepEqual(dims, [1, 3]);
      network.run(x).forEach((y, i) => {
        assert.ok(Math.abs(y - data[i]!) <= 1e-5 * Math.max(1, Math.abs(y)));
      });
    }
  });
});
