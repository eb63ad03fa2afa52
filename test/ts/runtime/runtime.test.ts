import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Block, type Float32Block, loadRuntime } from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { runProgram } from '../support/child.js';

describeBuilds('scope', (runtime) => {
  test('frees what was made inside, but for what is in the result, however deep', () => {
    const { memory, ops, scope } = bound(runtime());
    const outside = memory.float32(4);
    const start = memory.stats().liveBlocks;
    const made: (Block | Float32Block)[] = [];
    const keep = <B extends Block | Float32Block>(block: B): B => {
      made.push(block);
      return block;
    };
    const result = scope(() => {
      const a = keep(memory.float32([1, 2, 3, 4]));
      keep(ops.relu(a));
      keep(memory.allocate(100));
      return {
        sum: keep(ops.add(a, a)),
        list: [keep(memory.float32(1)), { deep: keep(memory.allocate(8)) }],
        n: 3,
      };
    });
    assert.deepEqual(
      made.map(({ disposed }) => disposed),
      [true, true, true, false, false, false],
    );
    assert.deepEqual([...result.sum.toArray()], [2, 4, 6, 8]);
    assert.equal(outside.disposed, false);
    assert.equal(memory.stats().liveBlocks, start + 3);
    memory.reset();
  });

  test('a result may be a block, an array of blocks, nothing, or a circle', () => {
    const { memory, scope } = bound(runtime());
    assert.equal(scope(() => memory.float32(1)).disposed, false);
    assert.ok(scope(() => [memory.float32(1), memory.float32(2)]).every(({ disposed }) => !disposed));
    assert.equal(
      scope(() => void memory.float32(1)),
      undefined,
    );
    interface Circle {
      block: Float32Block;
      self?: Circle;
    }
    const circle: Circle = scope(() => {
      const made: Circle = { block: memory.float32(1) };
      made.self = made;
      return made;
    });
    assert.equal(circle.block.disposed, false);
    memory.reset();
  });

  test('scopes nest: what the inner one lets out belongs to the outer one', () => {
    const { memory, scope } = bound(runtime());
    const blocks: Float32Block[] = [];
    scope(() => {
      const inner = scope(() => {
        blocks.push(memory.float32(1), memory.float32(2));
        return blocks[1];
      });
      assert.deepEqual(
        blocks.map(({ disposed }) => disposed),
        [true, false],
      );
      assert.equal(inner?.disposed, false);
    });
    assert.deepEqual(
      blocks.map(({ disposed }) => disposed),
      [true, true],
    );
    assert.equal(memory.stats().liveBlocks, 0);
  });

  test('an error frees everything and comes through', () => {
    const { memory, scope } = bound(runtime());
    const failure = new Error('half-way');
    assert.throws(
      () =>
        scope(() => {
          memory.float32(10);
          throw failure;
        }),
      failure,
    );
    assert.equal(memory.stats().liveBlocks, 0);
  });

  test('a reset or a dispose inside is no problem; a promise is refused', () => {
    const { memory, scope } = bound(runtime());
    scope(() => {
      memory.float32(1).dispose();
      memory.float32(1);
      memory.reset();
      memory.float32(1);
    });
    assert.equal(memory.stats().liveBlocks, 0);
    const refusal = {
      code: 'INVALID_ARGUMENT',
      message: /^scope: work returned a promise; .*dispose of the blocks/,
    };
    assert.throws(() => scope(async () => memory.float32(1)), refusal);
    assert.throws(() => scope(() => Promise.reject(new Error('nobody sees this'))), refusal);
    assert.throws(() => scope(undefined as never), {
      code: 'INVALID_ARGUMENT',
      message: /^scope: work is undefined/,
    });
    assert.equal(memory.stats().liveBlocks, 0);
  });
});

describeBuilds('the runtime', (runtime, build) => {
  test('metrics and health are plain JSON; a reset forgets calls, not memory', () => {
    const { ops, memory } = runtime();
    runtime().resetMetrics();
    const block = ops.add(memory.float32([1, 2]), memory.float32([3, 4]));
    const metrics = runtime().metrics();
    assert.deepEqual(JSON.parse(JSON.stringify(metrics)), metrics);
    assert.deepEqual([metrics.total.calls, metrics.total.elements, metrics.operations.add?.calls], [1, 2, 1]);
    assert.deepEqual(metrics.memory, memory.stats());
    assert.deepEqual(metrics.loadTime, runtime().loadTime);
    const health = runtime().health();
    assert.deepEqual(JSON.parse(JSON.stringify(health)), health);
    assert.ok(!health.issues.some(({ severity }) => severity === 'error'));
    runtime().resetMetrics();
    assert.equal(runtime().metrics().total.calls, 0);
    assert.equal(runtime().metrics().memory.liveBlocks, 3);
    assert.equal(block.disposed, false);
    memory.reset();
  });

  test('the self-test and the load leave no call and no block', async () => {
    const fresh = await loadRuntime({ variant: build });
    const { total, memory } = fresh.metrics();
    assert.deepEqual([total.calls, memory.liveBlocks, memory.used], [0, 0, 0]);
    fresh.dispose();
  });

  test('makes networks', () => {
    const network = runtime().createNetwork({ layers: [2, 3, 1], seed: 1 });
    assert.equal(network.run(Float32Array.of(1, 2)).length, 1);
    network.dispose();
  });

  test('after dispose every use throws DISPOSED, but dispose', async () => {
    const gone = await loadRuntime({ variant: build });
    const { memory, ops, variant, selection, loadTime } = gone;
    const block = memory.float32(4);
    const network = gone.createNetwork({ layers: [2, 1] });
    gone.dispose();
    gone.dispose();
    gone[Symbol.dispose]();
    const uses: (() => unknown)[] = [
      () => memory.allocate(8),
      () => memory.float32(8),
      () => memory.stats(),
      () => memory.optimize(),
      () => memory.reset(),
      () => ops.relu(Float32Array.of(1)),
      () => ops.relu(block),
      () => ops.dot(block, block),
      () => ops.matmul(block, block, { m: 2, n: 2, k: 2 }),
      () => gone.createNetwork({ layers: [1, 1] }),
      () => network.run(Float32Array.of(1, 2)),
      () => gone.scope(() => 1),
      () => gone.metrics(),
      () => gone.health(),
      () => gone.resetMetrics(),
      () => block.view,
      () => block.toArray(),
    ];
    for (const use of uses) assert.throws(use, { code: 'DISPOSED', message: /disposed/ }, String(use));
    block.dispose();
    network.dispose();
    assert.equal(block.disposed, true);
    assert.deepEqual([gone.variant, gone.selection, gone.loadTime], [variant, selection, loadTime]);
  });
});

test('with profiling off no clock is read by a call', () => {
  const [calls, readings] = runProgram<[number, number]>(`
    let readings = 0;
    const { now } = performance;
    performance.now = () => { readings++; return now.call(performance); };
    const { loadRuntime } = await import(entry);
    const runtime = await loadRuntime({ profiling: false });
    const block = runtime.memory.float32(4);
    const before = readings;
    for (let i = 0; i < 100; i++) { runtime.ops.relu(block, block); runtime.ops.sum(Float32Array.of(1)); }
    report([runtime.metrics().total.calls, readings - before]);`);
  assert.deepEqual([calls, readings], [0, 0]);
});

test("profiling: 'trace' writes a mark and a measure for each phase of the load and each call", () => {
  type Entry = { name: string; startTime: number; duration: number };
  const [measures, marks, loadTime, before] = runProgram<[Entry[], Entry[], Record<string, number>, number]>(`
    const { loadRuntime } = await import(entry);
    const before = performance.now();
    const { ops, loadTime } = await loadRuntime({ profiling: 'trace' });
    ops.relu(Float32Array.of(1));
    const of = (type) => performance.getEntriesByType(type)
      .map(({ name, startTime, duration }) => ({ name, startTime, duration }));
    report([of('measure'), of('mark'), loadTime, before]);`);
  const phases = ['fetch', 'compile', 'instantiate', 'selfTest'];
  const names = [...phases.map((phase) => `sasi-wasm:load:${phase}`), 'sasi-wasm:relu'];
  for (const entries of [measures, marks]) {
    assert.deepEqual(
      entries.map(({ name }) => name),
      names,
    );
  }
  for (const [index, { startTime, duration }] of measures.entries()) {
    assert.equal(marks[index]!.startTime, startTime);
    assert.ok(startTime >= before);
    const phase = phases[index];
    if (phase === undefined) continue;
    assert.ok(Math.abs(duration - loadTime[phase]!) < 1e-6, `${phase}: ${duration}, not ${loadTime[phase]}`);
    assert.ok(startTime + duration <= measures[index + 1]!.startTime + 1e-6, `${phase} ends before the next`);
  }
});

test("profiling: 'trace' costs no call anything else where User Timing is missing or refuses", () => {
  for (const host of [
    '{ now: () => 1 }',
    "{ now: () => 1, measure() { throw new SyntaxError('no options') }, mark() { written++ } }",
    'undefined',
  ]) {
    const [value, calls, written] = runProgram<[number, number, number]>(`
      let written = 0;
      globalThis.performance = ${host};
      const { loadRuntime } = await import(entry);
      const runtime = await loadRuntime({ profiling: 'trace' });
      const [value] = runtime.ops.relu(Float32Array.of(2));
      report([value, runtime.metrics().total.calls, written]);`);
    assert.deepEqual([value, calls, written], [2, 1, 0], host);
  }
});

/** `scope` may be taken from the runtime only with it. */
function bound(runtime: Awaited<ReturnType<typeof loadRuntime>>) {
  return { memory: runtime.memory, ops: runtime.ops, scope: <T>(work: () => T): T => runtime.scope(work) };
}
