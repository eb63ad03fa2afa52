/** SASI's agents in the memory that it gives them: what fits, and that the one too many harms nobody. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadRuntime, type Network, type NetworkConfig, PoolExhaustedError } from '@sasi/wasm-performance';
import { describeBuilds } from '../support/builds.js';
import { bitsOf, randomValues } from './support.js';

const shapes: NetworkConfig[] = [
  { layers: [128, 64, 32, 16], activation: 'relu' },
  { layers: [256, 128, 64, 32], activation: 'tanh' },
  { layers: [512, 256, 128, 64], activation: 'gelu' },
  { layers: [1024, 512, 256, 128], activation: 'relu' },
  { layers: [784, 392, 196, 10], activation: 'leakyRelu' },
];

describeBuilds('agents of the five shapes', (_, build) => {
  it('the default memory holds all 50', async () => {
    const expected = 50;
    for (const options of [{}, { memoryLimit: 51 * 1024 * 1024 }]) {
      using runtime = await loadRuntime({ variant: build, ...options });
      const agents: Network[] = [];
      const create = () =>
        agents.push(runtime.createNetwork({ ...shapes[agents.length % 5]!, seed: agents.length }));
      while (agents.length < expected) create();
      const weights = agents.reduce((sum, { parameters }) => sum + 4 * parameters, 0);
      const { used } = runtime.memory.stats();
      assert.equal(
        used,
        agents.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      );
      assert.ok(used < weights * 1.001, `${used} bytes for ${weights} of weights`);

      const run = () => agents.map((agent) => bitsOf(agent.run(randomValues(1, agent.layers[0]!))));
      const before = run();
      assert.throws(() => {
        for (let more = 0; more < 5; more++) create();
      }, PoolExhaustedError);
      assert.deepEqual(run().slice(0, expected), before);
    }
  });
});
