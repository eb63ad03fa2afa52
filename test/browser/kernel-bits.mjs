// A hash of what every kernel family computes, from inputs that are the same everywhere: run in a page and in Node, it
// says whether two engines give the same bits. It sees the public API and the names of the activations only; those it
// finds beside it in a page as it does here, in dist/.

import { activationNames } from '../../dist/core/abi.js';

/** @typedef {import('@sasi/wasm-performance').NeuralRuntime} NeuralRuntime */

/** f32 of every kind: bit patterns of a counter, mixed (the finaliser of MurmurHash3). @param {number} stream @param {number} length */
function anyFloats(stream, length) {
  const bits = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    let x = Math.imul(i + 1, 0x9e37_79b1) ^ Math.imul(stream, 0x85eb_ca6b);
    x = Math.imul(x ^ (x >>> 16), 0x85eb_ca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
    bits[i] = x ^ (x >>> 16);
  }
  return new Float32Array(bits.buffer);
}

/** The same between -4 and 4: dividing by a power of two is exact. @param {number} stream @param {number} length */
function floats(stream, length) {
  const bits = new Int32Array(anyFloats(stream, length).buffer);
  return Float32Array.from(bits, (value) => value / 2 ** 29);
}

/** FNV-1a over the bits, one NaN for all. @param {ArrayLike<number>} values */
function hash(values) {
  const copy = Float32Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value));
  let sum = 0x811c_9dc5;
  for (const bits of new Uint32Array(copy.buffer)) sum = Math.imul(sum ^ bits, 0x0100_0193);
  return (sum >>> 0).toString(16);
}

/**
 * @param {NeuralRuntime} runtime
 * @returns {Promise<Record<string, string>>} by the kernel's name
 */
export async function kernelHashes(runtime) {
  const { ops } = runtime;
  const [any, other] = [anyFloats(1, 4099), anyFloats(2, 4099)];
  const [a, b] = [floats(3, 67 * 35), floats(4, 35 * 41)];
  /** @type {Record<string, string>} */
  const hashes = {};
  for (const name of activationNames) {
    hashes[`activate ${name}`] = hash(ops.activate(name, any));
  }
  for (const name of /** @type {const} */ (['add', 'sub', 'mul', 'div', 'min', 'max'])) {
    hashes[name] = hash(ops[name](any, other));
  }
  for (const name of /** @type {const} */ (['abs', 'neg', 'square', 'sqrt', 'exp', 'log'])) {
    hashes[name] = hash(ops[name](any));
  }
  for (const name of /** @type {const} */ ([
    'sum',
    'mean',
    'norm',
    'variance',
    'minValue',
    'maxValue',
    'argmax',
  ])) {
    hashes[name] = String(ops[name](a));
  }
  hashes.dot = String(
    ops.dot(
      a,
      a.map((value) => value * 0.5),
    ),
  );
  hashes.softmax = hash(ops.softmax(a, { rows: 67 }));
  hashes.logSoftmax = hash(ops.logSoftmax(a, { rows: 67 }));
  hashes.matmul = hash(ops.matmul(a, b, { m: 67, k: 35, n: 41, bias: floats(5, 41), activation: 'gelu' }));
  hashes.matvec = hash(ops.matvec(a, floats(6, 35), { m: 67, n: 35 }));
  hashes.training = await trainingHash(runtime);
  return hashes;
}

/** @param {NeuralRuntime} runtime */
async function trainingHash(runtime) {
  const network = runtime.createNetwork({
    layers: [5, 16, 3],
    activation: 'tanh',
    output: 'softmax',
    seed: 11,
  });
  const labels = Uint8Array.from({ length: 60 }, (_, row) => row % 3);
  const data = { inputs: floats(7, 60 * 5), labels, rows: 60 };
  await network.train(data, {
    epochs: 5,
    batchSize: 16,
    seed: 3,
    optimizer: { kind: 'adam', learningRate: 0.01 },
  });
  const { weights, biases } = network.exportLayers();
  network.dispose();
  return [...weights, ...biases].map(hash).join(' ');
}
