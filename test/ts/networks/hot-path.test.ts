/** Calls that matter: a run with blocks allocates nothing on the JavaScript heap. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadRuntime } from '@sasi/wasm-performance';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('run and runBatch with blocks', () => {
  it('allocate nothing', async () => {
    using runtime = await loadRuntime({ profiling: false });
    using network = runtime.createNetwork({ layers: [4, 8, 2], output: 'softmax' });
    const input = runtime.memory.float32([1, 2, 3, 4]);
    const output = runtime.memory.float32(2);
    const inputs = runtime.memory.float32(40);
    const outputs = runtime.memory.float32(20);
    const rounds = 50_000;
    const work = () => {
      for (let round = 0; round < rounds; round++) {
        network.run(input, output);
        network.runBatch(inputs, 10, outputs);
      }
    };
    const measure = () => {
      collect();
      const before = process.memoryUsage().heapUsed;
      work();
      return process.memoryUsage().heapUsed - before;
    };
    work();
    // The smallest object takes 12 bytes; the least of several measurements is free of what the engine does itself.
    const bytes = Math.min(...Array.from({ length: 5 }, measure));
    assert.ok(bytes < rounds, `${bytes} bytes in ${2 * rounds} calls`);
  });
});
