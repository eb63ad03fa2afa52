import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as golden from '#ts/core/golden-values.js';
import * as reference from '../support/reference.js';

/** Ten digits are stored: far more than the 24 bits that are compared. */
function same(what: string, stored: readonly number[], expected: readonly number[]): void {
  assert.equal(stored.length, expected.length, what);
  stored.forEach((value, index) => {
    const error = Math.abs(value - expected[index]!);
    assert.ok(
      error <= 2 ** -30 * Math.abs(value),
      `${what}[${index}]: stored ${value}, is ${expected[index]}`,
    );
  });
}

/** 'add_scalar_f32' → 'addScalar'. */
const nameOf = (kernel: string): string =>
  kernel.replace('_f32', '').replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test('inputs are exact in f32', () => {
  for (const values of Object.values(golden.inputs)) {
    for (const value of values) assert.equal(Math.fround(value), value);
  }
});

test('elementwise results are what float64 says', () => {
  for (const { kernel, of, parameters, expected } of golden.elementwise) {
    const [a, b] = [golden.inputs[of[0]], of.length === 2 ? golden.inputs[of[1]] : undefined];
    const [p0 = 0, p1 = 0]: readonly number[] = parameters;
    const name = nameOf(kernel);
    const computed = a.map((x, i) =>
      b === undefined ? reference.unary[name]!(x, p0, p1) : reference.binary[name]!(x, b[i]!, p0),
    );
    same(kernel, expected, computed);
  }
  for (const { kernel, of, expected } of golden.approximations) {
    same(
      kernel,
      expected,
      golden.inputs[of].map((x) => reference.unary[nameOf(kernel)]!(x, 0, 0)),
    );
  }
  for (const { activation, gain, expected } of golden.activations) {
    same(
      activation,
      expected,
      golden.inputs.x.map((x) => reference.activations[activation]!(gain * x)),
    );
  }
});

test('rows and reductions are what float64 says', () => {
  const { x, y } = golden.inputs;
  same('softmax', golden.rows[0].expected, reference.softmaxRow(y));
  same('logSoftmax', golden.rows[1].expected, reference.logSoftmaxRow(y));
  for (const [kernel, stored] of Object.entries(golden.reductions.of2)) {
    same(kernel, [stored], [reference.reductions[nameOf(kernel)]!(x, y)]);
  }
  for (const [kernel, stored] of Object.entries(golden.reductions.of1)) {
    same(kernel, [stored], [reference.reductions[nameOf(kernel)]!(x, x)]);
  }
  same('normalize', golden.normalized, reference.normalize(x));
  same('gradient', golden.gradient.expected, x.map(Math.cos));
});

test('neurons and connections are what float64 says', () => {
  const { x, y, positive } = golden.inputs;
  const { windowMs, threshold, spikeRate, meshEfficiency } = golden.neurons;
  same('spikeRate', [spikeRate], [reference.spikeRate(positive, windowMs, threshold)]);
  same('meshEfficiency', [meshEfficiency], [reference.meshEfficiency(x, positive)]);
  const { post, rate, low, high, bistable, oja } = golden.connections;
  const settings = { pre: [...y], post: [post], rows: 1, cols: 5, eta: rate, min: low, max: high };
  same('bistable', bistable, reference.connections({ rule: 'bistable', ...settings }, x));
  same('oja', oja, reference.connections({ rule: 'oja', ...settings }, x));
});

test('products are what whole numbers say', () => {
  const a = (length: number): number[] => Array.from({ length }, (_, i) => ((7 * i) % 11) - 5);
  const b = (length: number): number[] => Array.from({ length }, (_, i) => ((5 * i) % 13) - 6);
  const checksum = (values: readonly number[]): number =>
    values.reduce((sum, value, i) => sum + ((i % 7) + 1) * value, 0);
  for (const { m, n, k, flags, checksum: stored } of golden.matmuls) {
    const shape = { m, n, k, transposeA: (flags & 1) !== 0, transposeB: (flags & 2) !== 0 };
    assert.equal(checksum(reference.matmul(a(m * k), b(k * n), shape).product), stored);
  }
  const { m, n, checksum: stored } = golden.matvec;
  assert.equal(checksum(reference.matmul(a(m * n), b(n), { m, n: 1, k: n }).product), stored);
});

test('the network and its training step are what float64 says', () => {
  const { weights, biases, inputs, labels, learningRate } = golden.network;
  const [w1, w2] = weights.map((values) => [...values]) as [number[], number[]];
  const [b1, b2] = biases.map((values) => [...values]) as [number[], number[]];
  const rows = reference.rowsOf(inputs, 2);
  const run = () =>
    rows.map((row) => {
      const hidden = b1.map((bias, j) =>
        Math.tanh(bias + row.reduce((sum, x, i) => sum + x * w1[i * 4 + j]!, 0)),
      );
      const logits = b2.map((bias, j) => bias + hidden.reduce((sum, h, i) => sum + h * w2[i * 2 + j]!, 0));
      return { hidden, outputs: reference.softmaxRow(logits) };
    });
  const before = run();
  same(
    'outputs',
    golden.network.outputs,
    before.flatMap(({ outputs }) => outputs),
  );
  const loss = before.reduce((sum, { outputs }, row) => sum - Math.log(outputs[labels[row]!]!), 0) / 2;
  same('loss', [golden.network.loss], [loss]);

  const steps: (() => void)[] = [];
  before.forEach(({ hidden, outputs }, row) => {
    const delta = outputs.map((p, j) => (p - (labels[row] === j ? 1 : 0)) / rows.length);
    const back = hidden.map((h, i) => (1 - h * h) * delta.reduce((sum, d, j) => sum + d * w2[i * 2 + j]!, 0));
    steps.push(() => {
      delta.forEach((d, j) => {
        b2[j]! -= learningRate * d;
        hidden.forEach((h, i) => {
          w2[i * 2 + j]! -= learningRate * d * h;
        });
      });
      back.forEach((d, j) => {
        b1[j]! -= learningRate * d;
        rows[row]!.forEach((x, i) => {
          w1[i * 4 + j]! -= learningRate * d * x;
        });
      });
    });
  });
  for (const step of steps) step();
  same(
    'outputs after the step',
    golden.network.outputsAfterStep,
    run().flatMap(({ outputs }) => outputs),
  );
});
