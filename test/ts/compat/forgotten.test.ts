/** Layers and bridges that nobody can reach any more and that were never cleaned up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../support/child.js';

const prelude = `
  const { getWasmPerformanceStatus, ProductionWasmBridge, SIMDAccelerationLayer, WasmBridge, WasmModuleManager,
    WasmPerformanceLayer } = await import(entry);
  const uses = () => getWasmPerformanceStatus().sharedRuntimes.map(({ uses }) => uses);
  const collect = async (done) => {
    for (let i = 0; i < 200 && !done(); i++) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const x = Float32Array.of(0, 1, 2);
`;
const flags = ['--expose-gc'];

test('they give their runtime back; those that are reached keep it', () => {
  const { before, after, alive, none } = runProgram<Record<string, unknown>>(
    `${prelude}
     // Each in a function of its own, whose variables are gone with it.
     const make = async (Class, count) => {
       const made = Array.from({ length: count }, () => new Class());
       for (const one of made) await one.initialize();
       return made;
     };
     const run = (bridges) => bridges.map((bridge) => bridge.calculateNeuralActivation(x).length);
     let kept = [...(await make(ProductionWasmBridge, 1)), ...(await make(WasmBridge, 1))];
     for (const Class of [ProductionWasmBridge, WasmBridge, WasmPerformanceLayer, SIMDAccelerationLayer]) {
       await make(Class, 5);
     }
     const before = uses();
     await collect(() => uses()[0] === 2);
     const after = uses();
     const alive = run(kept);
     kept = undefined;
     await collect(() => uses().length === 0);
     report({ before, after, alive, none: uses() });`,
    flags,
  );
  assert.deepEqual([before, after, alive, none], [[22], [2], [3, 3], []]);
});

test('what was taken from one keeps it: a call under way, a low-level module, a layer of a manager', () => {
  const { lengths, low, managed } = runProgram<Record<string, unknown>>(
    `${prelude}
     const calls = [];
     // A runtime of their own limit, which nobody else keeps alive.
     for (let i = 0; i < 3; i++) {
       const layer = new WasmPerformanceLayer({ memoryLimit: (4 + i) * 2 ** 20 });
       calls.push(layer.initialize().then(() => layer.calculateNeuralActivation(x)));
     }
     const [module, at] = await (async () => {
       const bridge = new WasmBridge({ memoryLimit: 8 * 2 ** 20 });
       await bridge.initialize();
       return [bridge.module, bridge.allocateMemory(16)];
     })();
     const layer = await (async () => {
       const manager = new WasmModuleManager({ preferredModule: 'production', memoryLimit: 9 * 2 ** 20 });
       await manager.initialize();
       return manager.getPerformanceLayer();
     })();
     let turns = 0;
     await collect(() => ++turns > 20);
     const lengths = (await Promise.all(calls)).map(({ length }) => length);
     module.calculate_neural_activation(3, at, 3, at);
     const low = new Float32Array(module.memory.buffer, at, 3).length;
     report({ lengths, low, managed: (await layer.calculateNeuralActivation(x)).length });`,
    flags,
  );
  assert.deepEqual([lengths, low, managed], [[3, 3, 3], 3, 3]);
});
