/** Swarms: the bits of networks on their own, ids that stay, exact memory, and agents that train side by side. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  loadRuntime,
  type NetworkConfig,
  type Swarm,
  type TrainOptions,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { allParameters, bitsOf, randomLabels, randomValues } from './support.js';

function isError(code: WasmPerformanceError['code'], ...words: string[]): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof WasmPerformanceError, String(error));
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `'${word}' in: ${error.message}`);
    return true;
  };
}
const wrong = (value: unknown) => value as never;

const topology = {
  layers: [9, 14, 5],
  activation: 'tanh',
  output: 'softmax',
} as const satisfies NetworkConfig;

/** Row `row` of a matrix of `columns` columns. */
function rowOf(values: Float32Array, row: number, columns: number): Float32Array {
  return values.slice(row * columns, (row + 1) * columns);
}

describeBuilds('swarms', (runtime, build) => {
  it('agent `id` begins as a network with seed + id', () => {
    using swarm = runtime().createSwarm({ ...topology, agents: 4, seed: 7 });
    for (const id of swarm.agents) {
      using alone = runtime().createNetwork({ ...topology, seed: 7 + id });
      assert.deepEqual(allParameters(swarm.network(id)), allParameters(alone));
    }
    assert.deepEqual(swarm.agents, [0, 1, 2, 3]);
    assert.deepEqual([swarm.size, swarm.capacity, swarm.parameters], [4, 4, 10 * 14 + 15 * 5]);
    assert.deepEqual(swarm.layers, topology.layers);
  });

  it('run, runBatch and runAll give the same bits for the same row', () => {
    for (const config of [
      topology,
      { layers: [64, 32, 16] },
      { layers: [1, 1] },
      { layers: [300, 257, 33, 6], activation: 'gelu', output: 'sigmoid' },
    ] satisfies NetworkConfig[]) {
      using swarm = runtime().createSwarm({ ...config, agents: 7, seed: 3 });
      const [inputs, outputs] = [config.layers[0]!, config.layers.at(-1)!];
      const x = randomValues(1, 7 * inputs);
      using block = runtime().memory.float32(x);
      using room = runtime().memory.float32(7 * outputs);
      const all = swarm.runAll(x);
      assert.deepEqual(bitsOf(swarm.runAll(block)), bitsOf(all));
      assert.equal(swarm.runAll(block, room), room);
      assert.deepEqual(bitsOf(room.toArray()), bitsOf(all));
      const out = new Float32Array(7 * outputs);
      assert.equal(swarm.runAll(block, out), out);
      assert.deepEqual(bitsOf(out), bitsOf(all));
      for (const [row, id] of swarm.agents.entries()) {
        const input = rowOf(x, row, inputs);
        const wanted = bitsOf(rowOf(all, row, outputs));
        assert.deepEqual(bitsOf(swarm.run(id, input)), wanted);
        assert.deepEqual(bitsOf(swarm.network(id).run(input)), wanted);
        const three = Float32Array.from([...input, ...input, ...input]);
        assert.deepEqual(
          bitsOf(
            swarm
              .network(id)
              .runBatch(three, 3)
              .slice(outputs, 2 * outputs),
          ),
          wanted,
        );
      }
    }
  });

  it('ids stay when others go and come', () => {
    using swarm = runtime().createSwarm({ ...topology, agents: 3, capacity: 5 });
    const first = swarm.network(0);
    const before = allParameters(first);
    const input = randomValues(1, 9);
    const wanted = bitsOf(swarm.run(2, input));
    swarm.remove(1);
    assert.deepEqual(swarm.agents, [0, 2]);
    assert.deepEqual(swarm.add(3), [3, 4, 5]);
    assert.deepEqual(swarm.agents, [0, 2, 3, 4, 5]);
    assert.throws(() => swarm.add(1), isError('INVALID_ARGUMENT', '1 agents', 'capacity 5', 'room for 0'));
    swarm.remove(4);
    assert.deepEqual(swarm.add(1), [6]);
    assert.deepEqual(bitsOf(swarm.run(2, input)), wanted);
    assert.deepEqual(allParameters(first), before);
    assert.equal(swarm.network(0), first);
    for (const gone of [1, 4]) {
      for (const use of [() => swarm.run(gone, input), () => swarm.network(gone), () => swarm.remove(gone)]) {
        assert.throws(use, isError('INVALID_ARGUMENT', `agent ${gone}`, 'removed'));
      }
    }
    for (const none of [7, -1, 1.5, Number.NaN, wrong('0')]) {
      assert.throws(() => swarm.run(none, input), isError('INVALID_ARGUMENT', 'agents'));
    }
    using alone = runtime().createNetwork({ ...topology, seed: 6 });
    assert.deepEqual(allParameters(swarm.network(6)), allParameters(alone), 'a freed place begins anew');
  });

  it('a network of the swarm shares the weights, and throws once its agent is gone', async () => {
    using swarm = runtime().createSwarm({ ...topology, agents: 3 });
    const input = randomValues(1, 9);
    const network = swarm.network(1);
    const before = bitsOf(swarm.run(1, input));
    const data = { inputs: randomValues(2, 90), labels: randomLabels(3, 10, 5), rows: 10 };
    await network.train(data, { epochs: 2 });
    assert.notDeepEqual(bitsOf(swarm.run(1, input)), before);
    assert.deepEqual(bitsOf(swarm.run(1, input)), bitsOf(network.run(input)));
    network.blend(swarm.network(0), 1);
    assert.deepEqual(bitsOf(swarm.run(1, input)), bitsOf(swarm.run(0, input)));
    using copy = network.clone();
    swarm.network(2).importLayers(copy.exportLayers());
    assert.deepEqual(bitsOf(swarm.run(2, input)), bitsOf(swarm.run(0, input)));

    const trainer = network.trainer();
    swarm.remove(1);
    assert.throws(() => network.run(input), isError('DISPOSED', 'run'));
    assert.throws(() => trainer.step(data.inputs, data.labels, 10), isError('DISPOSED'));
    const other = swarm.network(2);
    other.dispose();
    assert.throws(() => other.run(input), isError('DISPOSED'));
    assert.deepEqual(
      bitsOf(swarm.network(2).run(input)),
      bitsOf(swarm.run(2, input)),
      'the agent is still there',
    );
  });

  it('memoryBytes is what the pool gives, to the byte; 1000 agents take at most 5 % more than their weights', () => {
    const start = runtime().memory.stats();
    const swarm = runtime().createSwarm({ layers: [64, 32, 16], agents: 1000 });
    assert.equal(runtime().memory.stats().used - start.used, swarm.memoryBytes);
    const weights = 1000 * swarm.parameters * 4;
    assert.ok(swarm.memoryBytes <= weights * 1.05, `${swarm.memoryBytes} bytes for ${weights} of weights`);
    const trainer = swarm.trainer({ optimizer: { kind: 'momentum' } });
    assert.equal(runtime().memory.stats().used - start.used, swarm.memoryBytes + trainer.memoryBytes);
    swarm.network(5);
    swarm.dispose();
    swarm.dispose();
    const end = runtime().memory.stats();
    assert.deepEqual([end.used, end.liveBlocks], [start.used, start.liveBlocks]);
  });

  it('what does not fit leaves everything as it was', async () => {
    using small = await loadRuntime({ variant: build, memoryLimit: 4 * 1024 * 1024 });
    using swarm = small.createSwarm({ ...topology, agents: 3 });
    const input = randomValues(1, 9);
    const wanted = bitsOf(swarm.run(1, input));
    const { used, liveBlocks } = small.memory.stats();
    for (const attempt of [
      () => small.createSwarm({ layers: [64, 32, 16], agents: 1000 }),
      () => small.createSwarm({ layers: [64, 32, 16], agents: 1, capacity: 400 }),
      () => swarm.trainer({ batchSize: 100_000 }),
    ]) {
      assert.throws(attempt, isError('POOL_EXHAUSTED'));
      assert.deepEqual([small.memory.stats().used, small.memory.stats().liveBlocks], [used, liveBlocks]);
    }
    assert.deepEqual(bitsOf(swarm.run(1, input)), wanted);
  });

  it('what makes no sense is refused', () => {
    const { used } = runtime().memory.stats();
    for (const [config, ...words] of [
      [{ agents: -1 }, 'agents', '-1'],
      [{ agents: 1.5 }, 'agents', '1.5'],
      [{ agents: 0 }, 'capacity', '0'],
      [{ agents: 3, capacity: 2 }, 'capacity', '2'],
      [{ agents: 2, seed: Number.MAX_SAFE_INTEGER }, 'seed'],
      [{ agents: 2, layers: [3] }, 'layers'],
      [{ agents: 2, size: 3 }, "'size'", 'agents', 'capacity'],
      [{ agents: 2_000_000, layers: [1000, 1000] }, '2 GiB'],
    ] as const) {
      const given = wrong({ ...topology, ...(config as object) });
      assert.throws(() => runtime().createSwarm(given), isError('INVALID_ARGUMENT', 'createSwarm', ...words));
    }
    assert.equal(runtime().memory.stats().used, used);
    using swarm = runtime().createSwarm({ ...topology, agents: 2 });
    assert.throws(() => swarm.runAll(new Float32Array(9)), isError('SHAPE_MISMATCH', '9', '2x9'));
    assert.throws(
      () => swarm.runAll(new Float32Array(18), new Float32Array(9)),
      isError('SHAPE_MISMATCH', 'out'),
    );
    assert.throws(() => swarm.run(0, new Float32Array(8)), isError('SHAPE_MISMATCH', '8', '9'));
    assert.throws(() => swarm.add(-1), isError('INVALID_ARGUMENT', 'count', '-1'));
    using empty = runtime().createSwarm({ ...topology, agents: 0, capacity: 2 });
    assert.equal(empty.runAll(new Float32Array(0)).length, 0);
  });

  const trainings: TrainOptions[] = [
    { optimizer: { kind: 'sgd', learningRate: 0.1 } },
    { optimizer: { kind: 'adam' }, l2: 0.01, clipNorm: 0.5 },
    { optimizer: { kind: 'rprop' } },
    { optimizer: { kind: 'momentum' }, schedule: 'cosine', updates: 4, batchSize: 3 },
  ];
  for (const options of trainings) {
    it(`a step of all is a step of each: ${JSON.stringify(options)}`, () => {
      const [rows, agents] = [6, 5];
      using swarm = runtime().createSwarm({ ...topology, agents, seed: 4 });
      using trainer = swarm.trainer(options);
      const twins = swarm.agents.map((id) => runtime().createNetwork({ ...topology, seed: 4 + id }));
      const own = twins.map((twin) => twin.trainer(options));
      for (let step = 0; step < 4; step++) {
        const x = randomValues(step, agents * rows * 9);
        const labels = randomLabels(step, agents * rows, 5);
        const losses = trainer.step(x, labels, rows);
        const wanted = own.map((one, agent) => {
          const from = agent * rows;
          return one.step(x.slice(from * 9, (from + rows) * 9), labels.slice(from, from + rows), rows);
        });
        assert.deepEqual(losses, Float32Array.from(wanted));
      }
      swarm.agents.forEach((id, row) => {
        assert.deepEqual(allParameters(swarm.network(id)), allParameters(twins[row]!));
      });
      for (const twin of twins) twin.dispose();
    });
  }

  it('a newcomer inherits no momentum', () => {
    const options: TrainOptions = { optimizer: { kind: 'momentum' } };
    using swarm = runtime().createSwarm({ ...topology, agents: 2, capacity: 2 });
    using trainer = swarm.trainer(options);
    const x = randomValues(1, 2 * 3 * 9);
    const targets = randomValues(2, 2 * 3 * 5, 0, 1);
    trainer.step(x, targets, 3);
    swarm.remove(0);
    const [id] = swarm.add(1);
    using twin = runtime().createNetwork({ ...topology, seed: id! });
    using own = twin.trainer(options);
    trainer.step(x, targets, 3);
    own.step(x.slice(27), targets.slice(15), 3);
    assert.deepEqual(allParameters(swarm.network(id!)), allParameters(twin));
  });

  it('data with NaN change nothing, and an agent that overflows does not stop the others', () => {
    using swarm = runtime().createSwarm({ layers: [2, 3, 1], activation: 'linear', agents: 3 });
    using trainer = swarm.trainer({ optimizer: { kind: 'sgd' } });
    const x = randomValues(1, 3 * 2 * 2);
    const targets = randomValues(2, 3 * 2);
    const all = (from: Swarm) => from.agents.flatMap((id) => allParameters(from.network(id)));
    const before = all(swarm);
    const spoiled = x.slice();
    spoiled[4 * 2 + 1] = Number.NaN;
    const refused = isError('INVALID_ARGUMENT', 'row 0 of agent 2', 'row 4 of the inputs');
    assert.throws(() => trainer.step(spoiled, targets, 2), refused);
    assert.throws(() => trainer.step(x, targets, 3), isError('SHAPE_MISMATCH', '12', '9x2'));
    assert.throws(
      () => trainer.step(x, Uint8Array.of(0, 0, 0, 0, 0, 1), 2),
      isError('INVALID_ARGUMENT', 'row 5'),
    );
    assert.deepEqual(all(swarm), before);

    const huge = x.slice();
    huge.fill(3e38, 4, 6);
    const losses = trainer.step(huge, targets, 2);
    assert.deepEqual(Array.from(losses, Number.isFinite), [true, false, true]);
    const after = swarm.agents.map((id) => allParameters(swarm.network(id)));
    const unchanged = swarm.agents.map((id, row) => {
      using fresh = runtime().createNetwork({ layers: [2, 3, 1], activation: 'linear', seed: id });
      return String(allParameters(fresh)) === String(after[row]);
    });
    assert.deepEqual(unchanged, [false, true, false]);
  });

  it('after the end every use throws DISPOSED', () => {
    const swarm = runtime().createSwarm({ ...topology, agents: 2 });
    const trainer = swarm.trainer();
    const network = swarm.network(1);
    swarm.dispose();
    for (const use of [
      () => swarm.runAll(new Float32Array(18)),
      () => swarm.run(0, new Float32Array(9)),
      () => swarm.network(0),
      () => swarm.add(1),
      () => swarm.remove(0),
      () => swarm.trainer(),
      () => network.run(new Float32Array(9)),
      () => trainer.step(new Float32Array(18), new Uint8Array(2), 1),
    ]) {
      assert.throws(use, isError('DISPOSED'));
    }
    trainer.dispose();
    network.dispose();
  });

  it('counts its calls', () => {
    using swarm = runtime().createSwarm({ ...topology, agents: 2 });
    using trainer = swarm.trainer();
    runtime().resetMetrics();
    swarm.runAll(new Float32Array(18));
    swarm.run(1, new Float32Array(9));
    trainer.step(new Float32Array(18), new Uint8Array(2), 1);
    const { operations } = runtime().metrics();
    const counts = ['swarm.runAll', 'swarm.run', 'swarmTrainer.step'].map((name) => operations[name]?.calls);
    assert.deepEqual(counts, [1, 1, 1]);
  });
});
