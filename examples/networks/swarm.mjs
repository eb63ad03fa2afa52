// @ts-check
/** A thousand agents in one block of the pool: one call runs them all, another one trains them all. */
import { loadRuntime } from '@sasi/wasm-performance';

const runtime = await loadRuntime();
const swarm = runtime.createSwarm({ layers: [64, 32, 16], activation: 'tanh', agents: 1000, capacity: 1100 });
const weights = swarm.capacity * swarm.parameters * 4;
console.log(`${swarm.size} agents: ${swarm.memoryBytes} bytes, ${weights} of them weights`);

// One row for each agent, in the order of swarm.agents.
const inputs = Float32Array.from({ length: swarm.size * 64 }, (_, i) => ((i * 37) % 101) / 101);
const wanted = Float32Array.from({ length: swarm.size * 16 }, (_, i) => ((i * 53) % 97) / 97);
const mean = (/** @type {Float32Array} */ values) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const trainer = swarm.trainer({ optimizer: { kind: 'momentum', learningRate: 0.05 } });
const first = mean(trainer.step(inputs, wanted, 1));
for (let step = 0; step < 50; step++) trainer.step(inputs, wanted, 1);
console.log(`loss ${first.toFixed(4)}, then ${mean(trainer.step(inputs, wanted, 1)).toFixed(4)}`);

swarm.remove(17); // All other ids stay.
const [newcomer = 0] = swarm.add(1);
const outputs = swarm.runAll(inputs);
const own = swarm.network(newcomer).run(inputs.subarray(-64));
console.log(
  `agent ${newcomer}: ${own.every((value, i) => value === outputs.at(i - 16)) ? 'the same bits' : 'other bits'}`,
);
runtime.dispose();
