/** A call on blocks with `out` allocates nothing on the JavaScript heap. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { builds, engineFlags } from '../support/builds.js';
import { rootUrl } from '../support/paths.js';

const calls = 100_000;

/**
 * Runs in a process of its own, so that nothing else allocates: prints the heap's growth, in bytes per call, of each
 * operation. The young generation is made so large that no collection hides what was allocated.
 */
const program = (variant: string): string => `
  const { loadRuntime } = await import(${JSON.stringify(rootUrl('dist/index.js').href)});
  const { ops, memory } = await loadRuntime({ variant: '${variant}', profiling: false });
  const [a, b, out] = [memory.float32(4).set([1, 2, 3, 4]), memory.float32(4), memory.float32(4)];
  const [row, two] = [memory.float32(2), memory.float32(2)];
  const options = { gain: 0.5, out };
  const rows = { rows: 2, out };
  const product = { m: 2, n: 2, k: 2, bias: row, activation: 'tanh', out };
  const accumulating = { m: 2, n: 2, k: 2, alpha: 0.75, beta: 0.25, out };
  const bistable = { eta: 0.5, out };
  const hebbian = { rule: 'hebbian', pre: row, post: two, eta: 0.5, out };
  const vectorProduct = { m: 2, n: 2, out: two };
  const array = Float32Array.of(1, 2, 3, 4);
  const fractions = {
    activate: () => ops.activate('tanh', a, options),
    scale: () => ops.scale(a, 0.5, out),
    axpy: () => ops.axpy(0.5, a, b, out),
    clamp: () => ops.clamp(a, 0.5, 1.5, out),
    activationGradient: () => ops.activationGradient('tanh', a, options),
    spikeRate: () => ops.spikeRate(a, 12.5),
    'optimizeConnections, bistable': () => ops.optimizeConnections(a, bistable),
    'optimizeConnections, hebbian': () => ops.optimizeConnections(a, hebbian),
    'matmul with beta': () => ops.matmul(a, b, accumulating),
  };
  const cases = {
    // Between functions of JavaScript, which the js build's kernels are, V8 hands a fraction over as an object.
    ...('${variant}' === 'js' ? {} : fractions),
    relu: () => ops.relu(a, out),
    add: () => ops.add(a, b, out),
    exp: () => ops.exp(a, out),
    softmax: () => ops.softmax(a, rows),
    normalize: () => ops.normalize(a, out),
    argmax: () => ops.argmax(a),
    matmul: () => ops.matmul(a, b, product),
    matvec: () => ops.matvec(a, row, vectorProduct),
    'with an array, as a control': () => ops.add(a, array, out),
  };
  const growth = {};
  for (const [name, call] of Object.entries(cases)) {
    const run = () => { for (let i = 0; i < ${calls}; i++) call(); };
    for (let warmUp = 0; warmUp < 5; warmUp++) run();
    // The engine's own work (feedback, code that is not optimised yet, late on a busy machine) ends sooner or later;
    // what a call itself allocates comes in every round.
    growth[name] = Infinity;
    for (let round = 0; round < 20 && growth[name] >= 1; round++) {
      gc();
      const before = process.memoryUsage().heapUsed;
      run();
      growth[name] = Math.min(growth[name], (process.memoryUsage().heapUsed - before) / ${calls});
    }
  }
  console.log(JSON.stringify(growth));
`;

for (const variant of builds) {
  test(`${variant} build`, () => {
    const flags = [
      ...engineFlags,
      '--expose-gc',
      '--max-semi-space-size=128',
      '--min-semi-space-size=128',
      '--input-type=module',
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '-e', program(variant)], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const growth: Record<string, number> = JSON.parse(stdout);
    const { 'with an array, as a control': control, ...blocks } = growth;
    // An object takes at least 16 bytes; what is below 1 per call is the measurement's own.
    assert.ok(control! >= 16, `the control allocates: ${control} bytes per call`);
    for (const [name, bytes] of Object.entries(blocks))
      assert.ok(bytes < 1, `${name}: ${bytes} bytes per call`);
  });
}
