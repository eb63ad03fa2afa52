/** Calls that matter, with blocks, allocate nothing on the JavaScript heap, or next to nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadRuntime } from '@sasi/wasm-performance';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const rounds = 50_000;

/** Growth of the heap in bytes; the least of several measurements is free of what the engine does itself. */
function growth(call: () => void): number {
  const work = (): void => {
    for (let round = 0; round < rounds; round++) call();
  };
  const measure = (): number => {
    collect();
    const before = process.memoryUsage().heapUsed;
    work();
    return process.memoryUsage().heapUsed - before;
  };
  work();
  return Math.min(...Array.from({ length: 5 }, measure));
}

describe('calls with blocks', () => {
  it('allocate nothing, a training step less than 80 bytes', async () => {
    using runtime = await loadRuntime({ profiling: false });
    using network = runtime.createNetwork({ layers: [4, 8, 2], output: 'softmax' });
    const input = runtime.memory.float32([1, 2, 3, 4]);
    const output = runtime.memory.float32(2);
    const inputs = runtime.memory.float32(40);
    const outputs = runtime.memory.float32(20);
    using swarm = runtime.createSwarm({ layers: [4, 8, 2], output: 'softmax', agents: 3 });
    const all = runtime.memory.float32(12);
    const answers = runtime.memory.float32(6);
    using trainer = network.trainer({ batchSize: 10, loss: 'crossEntropy', optimizer: { kind: 'adam' } });
    const targets = runtime.memory.float32(20);
    targets.view.fill(0.5);
    const calls = {
      run: () => network.run(input, output),
      runBatch: () => network.runBatch(inputs, 10, outputs),
      runAll: () => swarm.runAll(all, answers),
      step: () => trainer.step(inputs, targets, 10),
    };
    for (const [name, call] of Object.entries(calls)) {
      // The smallest object takes 12 bytes; a step makes one small object of its batch, and the number that it returns.
      const perCall = growth(call) / rounds;
      assert.ok(perCall < (name === 'step' ? 80 : 1), `${name}: ${perCall} bytes in each call`);
    }
  });
});
