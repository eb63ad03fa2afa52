// The performance system on a page: the seed's example as it stands, ruv-swarm handed in by the page, entries in the
// page's performance timeline, and a page that forbids WebAssembly.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { serve } from '../../scripts/browsers/server.mjs';
import { BUNDLE } from '../../scripts/lib/browser-tests.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { inEachEngine } from './support.mjs';

/** @typedef {{ operation: string, servedBy: string }} Route */
/** @typedef {{ candidate: string, tier?: string, accepted: boolean, code?: string }} Entry */

/** What the pages do: module scripts, each of which leaves a promise in `outcome`. */
const programs = {
  // But for the inputs, and for what is done with the results, the lines are those of the seed, to the letter.
  example: `
import { createWasmPerformanceSystem, runWasmBenchmarks } from '/package/index.js';
const inputs = Float32Array.from({ length: 1000 }, (_, i) => i / 100 - 5);
globalThis.outcome = (async () => {
const wasmSystem = await createWasmPerformanceSystem({ preferredModule: 'ruv-swarm', enableSIMD: true, memoryLimit: 50 * 1024 * 1024 });
const result = await wasmSystem.performanceLayer.calculateNeuralActivation(inputs);
const metrics = wasmSystem.manager.getPerformanceMetrics();
const benchmarks = await runWasmBenchmarks(wasmSystem.manager);
const status = wasmSystem.manager.getModuleStatus();
const worst = Math.max(...result.map((value, i) => Math.abs(value - Math.tanh(0.5 * inputs[i]))));
const { cells, targets } = benchmarks;
wasmSystem.dispose();
return { worst, metrics, status, targets, wrong: cells.filter(({ correct }) => !correct), cells: cells.length };
})();`,
  'ruv-swarm': `
import { WasmModuleManager } from '/package/index.js';
globalThis.outcome = (async () => {
  const manager = new WasmModuleManager({ ruvSwarm: () => import('/ruv/ruv_swarm_wasm.js') });
  const initialized = await manager.initialize();
  const status = manager.getModuleStatus();
  const available = manager.getAvailableModules()[0].available;
  const sum = [...manager.getSIMDLayer().simdVectorAdd(Float32Array.of(1, 2), Float32Array.of(3, 4))];
  const values = [...(await manager.getPerformanceLayer().calculateNeuralActivation(Float32Array.of(-2, 0, 2)))];
  const health = manager.healthCheck();
  await manager.cleanup();
  return { initialized, status, available, sum, values, health };
})();`,
  late: `
import { WasmModuleManager } from '/package/index.js';
const outcomeOf = async (loadTimeout) => {
  const manager = new WasmModuleManager({ preferredModule: 'production', loadTimeout });
  await manager.initialize();
  const { module, tier, selection } = manager.getModuleStatus();
  return { manager, module, tier, codes: selection.map((entry) => entry.code ?? 'loaded') };
};
globalThis.outcome = (async () => {
  const alone = await outcomeOf(2000);
  await alone.manager.cleanup();
  const waiting = outcomeOf(600_000);
  const short = await outcomeOf(2000);
  await fetch('/answer-now');
  const long = await waiting;
  for (const { manager } of [short, long]) await manager.cleanup();
  return [alone, short, long].map(({ module, tier, codes }) => ({ module, tier, codes }));
})();`,
  trace: `
import { createWasmPerformanceSystem } from '/package/index.js';
globalThis.outcome = (async () => {
  const system = await createWasmPerformanceSystem({ enableProfiling: 'trace' });
  await system.performanceLayer.calculateNeuralActivation(new Float32Array(100));
  system.dispose();
  const entriesOf = (type) => performance
    .getEntriesByType(type)
    .filter(({ name }) => name.startsWith('sasi-wasm:'))
    .map(({ name, duration, startTime }) => ({ name, duration, startTime }));
  return { measures: entriesOf('measure'), marks: entriesOf('mark') };
})();`,
};

const folders = {
  '/package/': BUNDLE,
  '/wasm/': inRoot('dist/wasm'),
  '/ruv/': inRoot('node_modules/ruv-swarm/wasm'),
};
const answers = Object.fromEntries(
  Object.entries(programs).flatMap(([name, body]) => [
    [
      `/${name}`,
      { body: `<!doctype html><title>${name}</title><script type="module" src="/${name}.js"></script>` },
    ],
    [`/${name}.js`, { body }],
  ]),
);

/** @param {string} policy for scripts */
const servePages = (policy) =>
  serve({
    folders,
    answers,
    headers: { 'content-security-policy': `default-src 'self'; script-src ${policy}` },
    collectErrors: true,
  });

/** @param {import('../../scripts/browsers/launch.mjs').Page} page @returns {Promise<any>} */
const outcomeOf = (page) => page.waitFor(() => /** @type {any} */ (globalThis).outcome, { timeout: 120_000 });

inEachEngine("the seed's example, ruv-swarm, and the timeline", async (browser, context) => {
  const server = await servePages("'self' 'wasm-unsafe-eval'");
  context.after(() => server.close());

  const page = await browser.open(`${server.url}example`);
  const example = await outcomeOf(page);
  assert.ok(example.worst < 2.4e-7, `off by ${example.worst}`);
  assert.equal(example.status.module, 'production');
  assert.equal(example.status.tier, 'simd');
  assert.equal(example.status.selection[0].code, 'MODULE_NOT_FOUND');
  assert.equal(example.status.errorCount, 0);
  assert.ok(example.metrics.loadTime > 0);
  assert.deepEqual(example.wrong, []);
  assert.ok(example.cells >= 40 && example.targets.length > 0);
  assert.deepEqual(await page.errors(), []);

  await page.goto(`${server.url}ruv-swarm`);
  const theirs = await outcomeOf(page);
  assert.equal(theirs.status.module, 'ruv-swarm');
  assert.equal(theirs.available, true);
  assert.deepEqual(theirs.sum, [4, 6]);
  /** @type {Route[]} */
  const routing = theirs.status.routing;
  const servedBy = Object.fromEntries(routing.map((route) => [route.operation, route.servedBy]));
  assert.equal(servedBy.calculateNeuralActivation, 'production');
  assert.equal(servedBy.vectorAdd, 'ruv-swarm');
  assert.ok(Math.abs(theirs.values[2] - Math.tanh(1)) < 1e-7);

  await page.goto(`${server.url}trace`);
  /** @typedef {{ name: string, duration: number, startTime: number }} Timed */
  /** @type {{ measures: Timed[], marks: Timed[] }} */
  const { measures, marks } = await outcomeOf(page);
  /** @param {Timed[]} entries */
  const startsOf = (entries) => entries.map(({ name, startTime }) => `${name} ${startTime}`).sort();
  for (const entries of [measures, marks]) {
    const names = entries.map(({ name }) => name);
    for (const name of ['calculateNeuralActivation', 'load:fetch', 'load:compile', 'load:selfTest']) {
      assert.ok(names.includes(`sasi-wasm:${name}`), names.join());
    }
  }
  assert.deepEqual(startsOf(marks), startsOf(measures));
  assert.ok(measures.every(({ duration, startTime }) => duration >= 0 && startTime > 0));
});

inEachEngine('row 11: a file that comes late, for one who waits and for two', async (browser, context) => {
  const file = '/wasm/simd/neural.wasm';
  const bytes = readFileSync(inRoot('dist/wasm/simd/neural.wasm'));
  /** @type {import('node:http').ServerResponse[]} */
  const waiting = [];
  let givenUp = 0;
  const server = await serve({
    folders,
    answers: {
      ...answers,
      [file]: (_, response) => {
        waiting.push(response);
        response.on('close', () => {
          if (!response.writableFinished) givenUp++;
        });
      },
      '/answer-now': (_, response) => {
        for (const late of waiting) {
          late.writeHead(200, { 'content-type': 'application/wasm', 'cache-control': 'no-store' });
          late.end(bytes);
        }
        response.end();
      },
    },
    collectErrors: true,
  });
  context.after(() => server.close());
  const page = await browser.open(`${server.url}late`);
  const gaveUp = { module: 'production', tier: 'scalar', codes: ['LOAD_TIMEOUT', 'loaded'] };
  const [alone, short, long] = await outcomeOf(page);
  assert.deepEqual(alone, gaveUp);
  assert.deepEqual(short, gaveUp);
  assert.deepEqual(long, { module: 'production', tier: 'simd', codes: ['loaded'] });
  // The first one's request ended with its load; the other two shared one, which came in time for one of them.
  assert.deepEqual([waiting.length, givenUp], [2, 1]);
  assert.deepEqual(await page.errors(), []);
});

inEachEngine('row 8: a page whose policy forbids WebAssembly', async (browser, context) => {
  const server = await servePages("'self'");
  context.after(() => server.close());
  const page = await browser.open(`${server.url}ruv-swarm`);
  const { initialized, status, values, sum, health } = await outcomeOf(page);
  assert.equal(initialized, true);
  assert.equal(status.module, 'fallback');
  assert.equal(status.tier, 'js');
  /** @type {Entry[]} */
  const selection = status.selection;
  assert.deepEqual(
    selection.map(({ candidate, tier, accepted, code }) => [candidate, tier ?? '', accepted, code ?? '']),
    [
      ['ruv-swarm', '', false, 'CSP_BLOCKED'],
      ['production', 'simd', false, 'CSP_BLOCKED'],
      ['production', 'scalar', false, 'CSP_BLOCKED'],
      ['fallback', 'js', true, ''],
    ],
  );
  assert.equal(status.errorCount, 0);
  assert.notEqual(health.status, 'error');
  assert.deepEqual(sum, [4, 6]);
  assert.ok(Math.abs(values[2] - Math.tanh(1)) < 1e-7 && values[0] === -values[2]);
  // What may not be used is not fetched, and the console is left alone but for what the browser itself notes of each
  // attempt, of which there is one for each candidate.
  assert.deepEqual(
    server.requests.filter((path) => path.endsWith('.wasm')),
    [],
  );
  const errors = await page.errors();
  assert.ok(errors.length <= 3, errors.join('\n'));
});
