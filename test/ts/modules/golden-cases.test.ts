/** The golden cases: computed again in float64, met by every build of ours, and missed by sums that are rounded badly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRuntime } from '@sasi/wasm-performance';
import { goldenCases } from '#ts/modules/golden-cases.js';
import { goldenVerdicts } from '#ts/modules/golden-operations.js';
import type { ModuleImplementation } from '#ts/modules/module-definition.js';
import { type ModuleOperationName, moduleOperationNames } from '#ts/modules/module-operations.js';
import { runtimeOperations } from '#ts/modules/runtime-operations.js';

type Vector = ArrayLike<number>;

function sum(length: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
}

const mean = (x: Vector): number => sum(x.length, (i) => x[i]!) / x.length;
const mapped = (x: Vector, f: (value: number) => number): number[] => Array.from(x, f);

/** What the operations mean, in float64. */
const references: Record<ModuleOperationName, (...args: never[]) => Vector> = {
  calculateNeuralActivation: (x: Vector) => mapped(x, (v) => Math.tanh(0.5 * v)),
  optimizeConnections: (w: Vector) =>
    mapped(w, (v) => Math.min(1, Math.max(0, v - 0.25 * 2 * v * (1 - v) * (1 - 2 * v)))),
  vectorAdd: (a: Vector, b: Vector) => Array.from(a, (v, i) => v + b[i]!),
  dotProduct: (a: Vector, b: Vector) => [sum(a.length, (i) => a[i]! * b[i]!)],
  matrixMultiply: (a: Vector, b: Vector, m: number, n: number, k: number) =>
    Array.from({ length: m * n }, (_, at) =>
      sum(k, (p) => a[Math.floor(at / n) * k + p]! * b[p * n + (at % n)]!),
    ),
  spikeRate: (s: Vector, windowMs: number) => [
    windowMs > 0 ? sum(s.length, (i) => (s[i]! > 0.1 ? 1 : 0)) / (windowMs / 1000) : 0,
  ],
  meshEfficiency: (a: Vector, b: Vector) => [a.length && b.length ? mean(a) * mean(b) : 0],
};

for (const name of moduleOperationNames) {
  for (const { about, args, expected } of goldenCases[name]) {
    test(`${name}, ${about}: what is stored is what float64 gives`, () => {
      const result = references[name](...(args() as unknown[] as never[]));
      assert.ok(result.length >= expected.length);
      for (let i = 0; i < result.length; i++) {
        const wanted = expected[i % expected.length]!;
        assert.ok(
          Object.is(result[i], wanted) || Math.abs(result[i]! - wanted) < 1e-9,
          `${i}: ${result[i]}, not ${wanted}`,
        );
      }
    });
  }
}

for (const variant of ['simd', 'scalar', 'js'] as const) {
  test(`${variant}: every operation passes`, async () => {
    const runtime = await loadRuntime({ variant });
    for (const [name, { accepted, reason }] of goldenVerdicts(runtimeOperations(runtime.ops))) {
      assert.ok(accepted, `${name}: ${reason}`);
    }
    runtime.dispose();
  });
}

/** Sums in so many lanes of float32, as a loop or one vector register does them. */
function dotInLanes(lanes: number): (a: Float32Array, b: Float32Array) => number {
  return (a, b) => {
    const sums = new Float32Array(lanes);
    for (let i = 0; i < a.length; i++) sums[i % lanes]! += Math.fround(a[i]! * b[i]!);
    return sums.reduce((total, lane) => Math.fround(total + lane), 0);
  };
}

function verdictOn(implementation: ModuleImplementation, name: ModuleOperationName) {
  return goldenVerdicts(implementation).get(name)!;
}

test('a sum of float32 that is too coarse at the sizes of an application does not pass', () => {
  for (const lanes of [1, 4]) {
    const { accepted, maxError, reason } = verdictOn({ dotProduct: dotInLanes(lanes) }, 'dotProduct');
    assert.equal(accepted, false);
    assert.ok(maxError! > 1e-3, `${maxError}`);
    assert.match(reason, /^it is off by 0\.00\d+, more than 0\.0001 \(60 000 elements\)$/);
  }
  assert.equal(verdictOn({ dotProduct: dotInLanes(16) }, 'dotProduct').accepted, true);
  const float32Mean = (x: Float32Array) => x.reduce((total, v) => Math.fround(total + v), 0) / x.length;
  const meshEfficiency = (a: Float32Array, b: Float32Array) =>
    a.length && b.length ? float32Mean(a) * float32Mean(b) : 0;
  assert.match(
    verdictOn({ meshEfficiency }, 'meshEfficiency').reason,
    /more than 0\.000001 \(100 000 elements\)/,
  );
});

test('edges that an operation promises are tried', () => {
  const withoutNaN = (x: Float32Array) => x.map((v) => Math.tanh(0.5 * (v || 0)));
  assert.match(
    verdictOn({ calculateNeuralActivation: withoutNaN }, 'calculateNeuralActivation').reason,
    /off by NaN.*infinities/,
  );
  const byExponential = (x: Float32Array) => x.map((v) => 1 - 2 / (Math.fround(Math.exp(v)) + 1));
  assert.equal(
    verdictOn({ calculateNeuralActivation: byExponential }, 'calculateNeuralActivation').accepted,
    true,
  );
  const quotient = (x: Float32Array) => x.map((v) => (Math.exp(v) - 1) / (Math.exp(v) + 1));
  assert.match(
    verdictOn({ calculateNeuralActivation: quotient }, 'calculateNeuralActivation').reason,
    /off by NaN/,
  );
  const emptyMesh = (a: Float32Array, b: Float32Array) => mean(a) * mean(b);
  assert.match(verdictOn({ meshEfficiency: emptyMesh }, 'meshEfficiency').reason, /no neurons/);
  const endless = (s: Float32Array, windowMs: number) => s.filter((v) => v > 0.1).length / (windowMs / 1000);
  assert.match(verdictOn({ spikeRate: endless }, 'spikeRate').reason, /no window/);
  const unclamped = (w: Float32Array) => w.map((v) => v - 0.25 * 2 * v * (1 - v) * (1 - 2 * v));
  assert.match(verdictOn({ optimizeConnections: unclamped }, 'optimizeConnections').reason, /outside 0\.\.1/);
});

test('a call that is larger than a module takes is not tried', () => {
  const sizes: number[] = [];
  const dotProduct = (a: Float32Array, b: Float32Array) => {
    sizes.push(a.length);
    return dotInLanes(1)(a, b);
  };
  assert.equal(verdictOn({ dotProduct, largestCall: 100_000 }, 'dotProduct').accepted, true);
  assert.deepEqual(sizes, [11, 1000, 0]);
});
