/** The same inputs give the same bits in every build but `relaxed`, the sign and payload of NaN aside. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadRuntime, type NeuralRuntime, type Ops } from '@sasi/wasm-performance';
import { activationNames, connectionRuleNames } from '#ts/core/abi.js';
import { exactBuilds } from '../support/builds.js';
import { elementwiseCases } from '../support/elementwise-cases.js';
import { hostile, sizes, uniform } from '../support/random.js';

const runtimes: NeuralRuntime[] = [];
before(async () => {
  for (const variant of exactBuilds) runtimes.push(await loadRuntime({ variant }));
});
after(() => {
  for (const runtime of runtimes) runtime.dispose();
});

const quietNaN = 0x7fc0_0000;

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer).map((bits, i) => (Number.isNaN(values[i]) ? quietNaN : bits));
}

/** Every build computes it and all agree. Numbers are compared as one f64. */
function assertAgreement(what: string, compute: (ops: Ops) => Float32Array | number): void {
  const results = runtimes.map(({ ops }) => compute(ops));
  const [first] = results;
  results.forEach((result, index) => {
    const who = `${what}: ${runtimes[index]!.variant} against ${runtimes[0]!.variant}`;
    if (typeof result === 'number') assert.ok(Object.is(result, first), `${who}: ${result}, ${first}`);
    else assert.deepEqual(bitsOf(result), bitsOf(first as Float32Array), who);
  });
}

test('elementwise operations', () => {
  for (const { name, call } of elementwiseCases) {
    for (const size of [...sizes, 4096]) {
      for (const make of [uniform, hostile]) {
        const [a, b] = [make(size, size), make(size + 1, size)];
        assertAgreement(`${name}, ${make.name} of ${size}`, (ops) => call(ops, a, b) as Float32Array);
      }
    }
  }
});

test('activations with gain and alpha', () => {
  const x = hostile(1, 4099);
  for (const name of ['leakyRelu', 'elu', 'tanh', 'gelu', 'gaussian'] as const) {
    assertAgreement(name, (ops) => ops.activate(name, x, { gain: 0.37, alpha: 0.2 }));
  }
});

test('rows', () => {
  for (const columns of sizes) {
    for (const make of [uniform, hostile]) {
      const x = make(columns, 3 * columns);
      assertAgreement(`softmax of ${columns}`, (ops) => ops.softmax(x, { rows: 3 }));
      assertAgreement(`logSoftmax of ${columns}`, (ops) => ops.logSoftmax(x, { rows: 3 }));
    }
  }
});

const ofOne = ['sum', 'mean', 'norm', 'variance', 'minValue', 'maxValue', 'argmax'] as const;

test('connections', () => {
  for (const rule of connectionRuleNames) {
    for (const cols of sizes) {
      for (const make of [uniform, hostile]) {
        const [w, pre, post] = [make(cols, 3 * cols), make(1, cols), make(2, 3)];
        const numbers = {
          eta: 0.37,
          decay: 0.02,
          target: -1.5,
          threshold: 0.4,
          seed: 12_345,
          min: -3,
          max: 2,
        };
        assertAgreement(`${rule}, ${make.name}, 3 rows of ${cols}`, (ops) =>
          ops.optimizeConnections(w, { rule, pre, post, rows: 3, cols, ...numbers }),
        );
      }
    }
  }
});

test('gradients of activations', () => {
  const x = hostile(2, 4099);
  for (const name of activationNames) {
    assertAgreement(name, (ops) => ops.activationGradient(name, x));
    assertAgreement(`${name} with gain and alpha`, (ops) =>
      ops.activationGradient(name, x, { gain: -0.37, alpha: -0.2 }),
    );
  }
});

test('reductions', () => {
  for (const size of [...sizes, 4095, 4096, 4097, 50_001]) {
    for (const make of [uniform, hostile]) {
      const [a, b] = [make(size, size), make(size + 1, size)];
      assertAgreement(`dot, ${make.name} of ${size}`, (ops) => ops.dot(a, b));
      for (const name of ofOne) assertAgreement(`${name}, ${make.name} of ${size}`, (ops) => ops[name](a));
      assertAgreement(`cosineSimilarity, ${make.name} of ${size}`, (ops) => ops.cosineSimilarity(a, b));
      assertAgreement(`normalize, ${make.name} of ${size}`, (ops) => ops.normalize(a));
      assertAgreement(`spikeRate, ${make.name} of ${size}`, (ops) => ops.spikeRate(a, 12.5));
      assertAgreement(`meshEfficiency, ${make.name} of ${size}`, (ops) => ops.meshEfficiency(a, b));
    }
  }
});

test('products', () => {
  const shapes = [...sizes.slice(0, 12), 64, 100].flatMap((m, i) => [
    { m, n: sizes[(i * 7) % sizes.length]!, k: sizes[(i * 5) % sizes.length]! },
    { m: sizes[(i * 3) % sizes.length]!, n: m, k: sizes[(i * 11) % sizes.length]! },
  ]);
  for (const [index, shape] of shapes.entries()) {
    const { m, n, k } = shape;
    for (const make of [uniform, hostile]) {
      const [a, b, bias, old] = [make(1, m * k), make(2, k * n), make(3, n), make(4, m * n)];
      const flags = { transposeA: index % 2 === 1, transposeB: index % 3 === 1 };
      const what = `${make.name} ${m}x${n}x${k} ${JSON.stringify(flags)}`;
      assertAgreement(`matmul ${what}`, (ops) => ops.matmul(a, b, { ...shape, ...flags }));
      assertAgreement(`matmul with everything, ${what}`, (ops) =>
        ops.matmul(a, b, {
          ...shape,
          ...flags,
          alpha: 0.7,
          beta: -1.3,
          bias,
          activation: 'gelu',
          out: old.slice(),
        }),
      );
      assertAgreement(`matvec ${what}`, (ops) => ops.matvec(a, make(5, k), { m, n: k, activation: 'tanh' }));
    }
  }
});
