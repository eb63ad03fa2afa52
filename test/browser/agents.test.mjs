// Agents that a page forgets, on the default pool: their memory comes back in every engine.

import assert from 'node:assert/strict';
import { serve } from '../../scripts/browsers/server.mjs';
import { BUNDLE } from '../../scripts/lib/browser-tests.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { inEachEngine } from './support.mjs';

const script = `
import { createSasiNeuralModule, loadRuntime } from '/package/index.js';
const architectures = [
  [128, 64, 32, 16], [256, 128, 64, 32], [512, 256, 128, 64], [1024, 512, 256, 128], [784, 392, 196, 10],
];
globalThis.outcome = (async () => {
  const runtime = await loadRuntime();
  const module = createSasiNeuralModule(runtime);
  const spawn = (i) => module.createNeuralNetwork({ architecture: architectures[i % 5] });
  const run = (agent) => module.runInference(agent, new Array(agent.architecture[0]).fill(0.5));
  const held = Array.from({ length: 10 }, (_, i) => spawn(i));
  const before = await Promise.all(held.map(run));
  let slowest = 0;
  for (let i = 0; i < 1000; i++) {
    const begin = performance.now();
    const agent = spawn(i);
    slowest = Math.max(slowest, performance.now() - begin);
    await run(agent);
  }
  const after = await Promise.all(held.map(run));
  const { limit } = runtime.memory.stats();
  runtime.dispose();
  return { limit, slowest, same: JSON.stringify(before) === JSON.stringify(after) };
})();`;

inEachEngine('a thousand agents that are forgotten, and ten that are held', async (browser, context) => {
  const server = await serve({
    folders: { '/package/': BUNDLE, '/wasm/': inRoot('dist/wasm') },
    answers: {
      '/': { body: '<!doctype html><title>agents</title><script type="module" src="/agents.js"></script>' },
      '/agents.js': { body: script },
    },
    headers: { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" },
    collectErrors: true,
  });
  context.after(() => server.close());
  const page = await browser.open(server.url);
  const outcome = await page.waitFor(() => /** @type {any} */ (globalThis).outcome, { timeout: 60_000 });
  context.diagnostic(`the slowest creation took ${outcome.slowest.toFixed(1)} ms`);
  assert.deepEqual([outcome.limit, outcome.same], [52_428_800, true]);
  assert.deepEqual(await page.errors(), []);
});
