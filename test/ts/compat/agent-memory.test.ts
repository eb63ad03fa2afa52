/** Agents that a program forgets rather than destroys: their memory comes back, without a call of the collector. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSasiNeuralModule, loadRuntime } from '@sasi/wasm-performance';
import { runProgram } from '../support/child.js';

/** The 25 agents of SASI, in the order in which it spawns them; over and over. */
const population = `
const { createSasiNeuralModule, loadRuntime } = await import(entry);
const mix = [
  { architecture: [128, 64, 32, 16], activationFunction: 'relu' },
  { architecture: [256, 128, 64, 32], activationFunction: 'tanh' },
  { architecture: [512, 256, 128, 64], activationFunction: 'gelu' },
  { architecture: [1024, 512, 256, 128], activationFunction: 'relu' },
  { architecture: [784, 392, 196, 10], activationFunction: 'leaky_relu' },
];
const runtime = await loadRuntime();
const module = createSasiNeuralModule(runtime);
const spawn = (i) => module.createNeuralNetwork(mix[i % mix.length]);
const run = (agent) => module.runInference(agent, new Array(agent.architecture[0]).fill(0.5));
`;

test('200 agents that run once and are forgotten, on the default pool', () => {
  const { created, limit, used } = runProgram<{ created: number; limit: number; used: number }>(`
    ${population}
    if (globalThis.gc !== undefined) throw new Error('nobody may call the collector here');
    let created = 0;
    for (; created < 200; created++) await run(spawn(created));
    const { limit, used } = runtime.memory.stats();
    report({ created, limit, used });`);
  assert.equal(created, 200);
  assert.equal(limit, 52_428_800);
  assert.ok(used < limit, `${used}`);
});

test('200 of the largest, of which the pool holds 19', () => {
  const created = runProgram<number>(`
    ${population}
    let created = 0;
    for (; created < 200; created++) await run(spawn(3));
    report(created);`);
  assert.equal(created, 200);
});

test('200 without an await, once the event loop had a turn', () => {
  const created = runProgram<number>(`
    ${population}
    await new Promise((resolve) => setTimeout(resolve));
    let created = 0;
    for (; created < 200; created++) spawn(created);
    report(created);`);
  assert.equal(created, 200);
});

test('those that are held keep every bit of their outputs while others are forgotten', () => {
  const { differing, held } = runProgram<{ differing: number[]; held: number }>(`
    ${population}
    const held = Array.from({ length: 25 }, (_, i) => spawn(i));
    const before = [];
    for (const agent of held) before.push(JSON.stringify([await run(agent), agent.biases.length]));
    for (let i = 0; i < 200; i++) await run(spawn(i));
    const differing = [];
    for (const [i, agent] of held.entries()) {
      if (JSON.stringify([await run(agent), agent.biases.length]) !== before[i]) differing.push(i);
    }
    report({ differing, held: held.length });`);
  assert.deepEqual(differing, []);
  assert.equal(held, 25);
});

test('a population whose oldest agent is replaced by each new one', () => {
  const created = runProgram<number>(`
    ${population}
    const held = [];
    let created = 0;
    for (; created < 300; created++) {
      held.push(spawn(created));
      await run(held.at(-1));
      if (held.length > 25) held.shift();
    }
    for (const agent of held) await run(agent);
    report(created);`);
  assert.equal(created, 300);
});

test('a training under way keeps an agent that nobody else holds', () => {
  const { losses, created } = runProgram<{ losses: number[]; created: number }>(`
    ${population}
    const rows = Array.from({ length: 64 }, (_, i) => ({
      inputs: Array.from({ length: 128 }, (_, j) => Math.fround(((i * j) % 7) / 7)),
      outputs: Array.from({ length: 16 }, (_, j) => (i + j) % 2),
    }));
    let done = false;
    const training = Promise.all(Array.from({ length: 3 }, () => module.trainNetwork(spawn(0), rows, 500)));
    training.finally(() => (done = true));
    let created = 0;
    for (; !done && created < 5000; created++) {
      await run(spawn(created));
      if (created % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    report({ losses: (await training).map(({ loss }) => loss), created });`);
  // The pool holds 50.
  assert.ok(created > 100, `${created}`);
  assert.ok(losses.length === 3 && losses.every((loss) => loss > 0 && loss < 1), `${losses}`);
});

test('a training finds room for its gradients among what was forgotten', () => {
  const { full, accuracy } = runProgram<{ full: boolean; accuracy: number }>(`
    ${population}
    const learner = spawn(4);
    const rows = [{ inputs: new Array(784).fill(0.5), outputs: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] }];
    await run(learner);
    let forgotten = 0;
    // 2.7 MB each: what remains is less than an optimizer needs.
    for (; runtime.memory.stats().available > 2.8 * 2 ** 20; forgotten++) await run(spawn(3));
    const full = forgotten > 10;
    const { accuracy } = await module.trainNetwork(learner, rows, 3);
    report({ full, accuracy });`);
  assert.deepEqual([full, accuracy], [true, 1]);
});

test('a module finds what the agents of another on the same runtime have left', () => {
  const created = runProgram<number>(`
    ${population}
    const other = createSasiNeuralModule(runtime);
    let created = 0;
    for (; created < 60; created++) await run((created < 19 ? module : other).createNeuralNetwork(mix[3]));
    report(created);`);
  assert.equal(created, 60);
});

test('a pool full of agents that live is refused soon, again and again; room is found once one is let go', async () => {
  const runtime = await loadRuntime({ memoryLimit: 8 * 1024 * 1024 });
  const module = createSasiNeuralModule(runtime);
  const config = { architecture: [512, 512, 128] };
  const held = Array.from({ length: 6 }, () => module.createNeuralNetwork(config));
  const exhausted = { code: 'POOL_EXHAUSTED' };
  const begin = performance.now();
  for (let i = 0; i < 1000; i++) assert.throws(() => module.createNeuralNetwork(config), exhausted);
  const elapsed = performance.now() - begin;
  assert.ok(elapsed < 10_000, `${elapsed} ms`);
  for (const agent of held)
    assert.equal((await module.runInference(agent, new Array(512).fill(1))).length, 128);
  module.destroyNetwork(held.pop()!);
  held.push(module.createNeuralNetwork(config));
  runtime.dispose();
});

test('one that is let go after the pool was full is found in a later turn', () => {
  const { refused, created } = runProgram<{ refused: string; created: number }>(`
    ${population}
    const held = Array.from({ length: 18 }, () => spawn(3));
    let refused = '';
    try {
      for (;;) held.push(spawn(3));
    } catch (error) {
      refused = error.code;
    }
    let created = 0;
    for (; created < 5; created++) {
      held.shift();
      await new Promise((resolve) => setTimeout(resolve));
      held.push(spawn(3));
      await run(held.at(-1));
    }
    report({ refused, created });`);
  assert.deepEqual([refused, created], ['POOL_EXHAUSTED', 5]);
});

test('the registry gives back what was collected before the pool is full', () => {
  const { peak, rounds, limit } = runProgram<{ peak: number; rounds: number; limit: number }>(
    `${population}
     let rounds = 0, peak = 0;
     for (; rounds < 100; rounds++) {
       await run(module.createNeuralNetwork({ architecture: [512, 512, 128] }));
       peak = Math.max(peak, module.getMemoryUsage());
       globalThis.gc();
       await new Promise((resolve) => setTimeout(resolve));
     }
     report({ peak, rounds, limit: runtime.memory.stats().limit });`,
    ['--expose-gc'],
  );
  assert.equal(rounds, 100);
  assert.ok(peak < limit / 4, `${peak}`);
});
