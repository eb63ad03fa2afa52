// An application that imports SASI's five files by their names, redirected by the aliases that docs/moving-sasi.md
// gives: the very lines of that page, in Vite and in Jest.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { COMPAT_NAMES, inProject, report, reportOf, tool } from './support.mjs';

const application = inRoot('test/package/sasi-application');
const sources = Object.fromEntries(
  readdirSync(application, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(application.length + 1), readFileSync(path, 'utf8')]),
);

/** The block of the page that begins with this line. @param {string} firstLine @param {string} [language] */
function block(firstLine, language = 'js') {
  const page = readFileSync(inRoot('docs/moving-sasi.md'), 'utf8');
  const found = page.split(`\`\`\`${language}\n`).find((text) => text.startsWith(firstLine));
  assert.ok(found !== undefined, `docs/moving-sasi.md has no block ${firstLine}`);
  return found.slice(0, found.indexOf('```'));
}

/** @param {any} result what the application's `run` gives */
function assertRight({ watched, inferred }) {
  const inputs = [0, 0.25, 0.5, 1];
  const close = (/** @type {number[]} */ given, /** @type {(x: number) => number} */ f) => {
    assert.equal(given.length, inputs.length);
    for (const [i, x] of inputs.entries()) {
      assert.ok(Math.abs(/** @type {number} */ (given[i]) - f(x)) < 1e-6, `${i}: ${given}`);
    }
  };
  const activation = (/** @type {number} */ x) => Math.tanh(0.5 * x);
  assert.equal(watched.initialized, true);
  assert.deepEqual(
    [watched.module, watched.tier, watched.healthy, watched.attached],
    ['production', 'simd', true, true],
  );
  close(watched.activated, activation);
  close(watched.sum, (x) => 2 * x);
  assert.equal(inferred.length, 2);
  for (const { activated, optimized, rate, efficiency, simd } of inferred) {
    close(activated, activation);
    close(optimized, (x) => x - 0.5 * x * (1 - x) * (1 - 2 * x));
    assert.deepEqual([rate, simd], [3, true]);
    assert.ok(Math.abs(efficiency - 0.4375 ** 2) < 1e-7);
  }
}

test('Vite', async () => {
  const files = {
    ...sources,
    // Vite lies elsewhere here, and its defineConfig gives back what it is given.
    'vite.config.mjs': block('// vite.config.js').replace(
      /import .*'vite';/,
      'const defineConfig = (config) => config;',
    ),
    'main.mjs': `import { run } from './built/application.mjs';\n${report('await run()')}`,
  };
  await inProject(files, async (folder) => {
    const arguments_ = ['build', '--ssr', 'src/application.js', '--outDir', 'built', '--logLevel', 'error'];
    const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' }, timeout: 120_000 };
    await run(process.execPath, [tool('vite/bin/vite.js'), ...arguments_], options);
    assertRight(await reportOf(folder, process.execPath, ['main.mjs']));
  });
});

test('Jest', async () => {
  const suite = `
const { run } = require('./src/application');
test('the application', async () => {
  const result = await run();
  ${report('result')}
  expect(result.inferred).toHaveLength(2);
});
`;
  const files = { ...sources, 'jest.config.cjs': block('// jest.config.cjs'), 'application.test.js': suite };
  await inProject(files, async (folder) => {
    const env = { ...process.env, NODE_OPTIONS: '' };
    const options = { cwd: folder, env, timeout: 120_000 };
    // What SASI's TypeScript transform does: modules become CommonJS one by one, and keep their relative names.
    const modules = Object.keys(sources).filter((path) => path.endsWith('.js'));
    const format = ['--format=cjs', '--outdir=.', '--outbase=.', '--allow-overwrite', '--log-level=error'];
    await run(process.execPath, [tool('esbuild/bin/esbuild'), ...modules, ...format], options);
    const flags = [
      `--rootDir=${folder}`,
      '--env=node',
      '--ci',
      '--no-cache',
      '--runInBand',
      '--colors=false',
      '--silent=false',
    ];
    const { output } = await run(process.execPath, [tool('jest/bin/jest.js'), ...flags], options);
    assert.match(output, /Tests: +1 passed, 1 total/);
    const line = output.split('\n').find((text) => text.includes('result of the check: '));
    assert.ok(line !== undefined, output);
    assertRight(JSON.parse(line.slice(line.indexOf('{'))));
  });
});

const typed = `
import { SIMDAccelerationLayer, type SimdBenchmarkResult } from './performance/SIMDAccelerationLayer';
import { WasmModuleManager, type ModuleStatus, type WasmModuleConfig } from './performance/WasmModuleManager';
import WasmPerformanceLayer, {
  type ConnectionOptions,
  type HealthStatus,
  type WasmBenchmarkResult,
} from './performance/WasmPerformanceLayer';
import ProductionWasmBridge, { type BridgeOptions } from './utils/ProductionWasmBridge';
import { WasmBridge, type WasmBridgeModule } from './utils/WasmBridge';

interface Dashboard {
  readonly status: ModuleStatus;
  readonly health: HealthStatus;
  readonly results: readonly (WasmBenchmarkResult | SimdBenchmarkResult)[];
}

export async function watch(config: Partial<WasmModuleConfig>, options: BridgeOptions): Promise<Dashboard> {
  const manager = new WasmModuleManager(config);
  await manager.initialize();
  const layer: WasmPerformanceLayer = manager.getPerformanceLayer();
  const simd: SIMDAccelerationLayer = manager.getSIMDLayer();
  const rule: ConnectionOptions = { rule: 'jitter', seed: 7 };
  const bridge: ProductionWasmBridge = new ProductionWasmBridge(options);
  const weights: Float32Array = bridge.optimizeConnections(await layer.optimizeConnections(new Float32Array(3), rule));
  const module: WasmBridgeModule | null = new WasmBridge().module;
  void [weights, module];
  const { results } = await simd.runComprehensiveBenchmark();
  const status = manager.getModuleStatus();
  return { status, health: layer.healthCheck().status, results: [...(await layer.runPerformanceBenchmark()), ...results] };
}
`;

for (const [resolution, module] of Object.entries({ bundler: 'esnext', node16: 'node16' })) {
  test(`TypeScript, ${resolution}`, async () => {
    const replacement = block('// src/utils/WasmBridge.ts', 'ts');
    const replaced = COMPAT_NAMES.map((name) => [
      `src/${name.endsWith('Bridge') ? 'utils' : 'performance'}/${name}.ts`,
      replacement.replaceAll('WasmBridge', name),
    ]);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      isolatedModules: true,
      noEmit: true,
      target: 'ES2022',
      lib: ['ES2022', 'DOM'],
      types: [],
      module,
      moduleResolution: resolution,
    };
    const files = {
      ...Object.fromEntries(replaced),
      'src/dashboard.ts': typed,
      'tsconfig.json': JSON.stringify({ compilerOptions, include: ['src'] }),
    };
    await inProject(files, async (folder) => {
      const { output } = await run(process.execPath, [tool('typescript-5.9/bin/tsc'), '-p', '.'], {
        cwd: folder,
        timeout: 120_000,
        check: false,
      });
      assert.equal(output, '');
    });
  });
}

test('the ESM entry, the CommonJS entry and the files of the classes share one runtime', async () => {
  const program = `
import { createRequire } from 'node:module';
import { getWasmPerformanceStatus, registerModule, WasmModuleManager } from '@sasi/wasm-performance';
import CompatLayer from '@sasi/wasm-performance/compat/WasmPerformanceLayer';
const require = createRequire(import.meta.url);
const cjs = require('@sasi/wasm-performance');
const { WasmBridge, default: DefaultBridge } = require('@sasi/wasm-performance/compat/WasmBridge');
const uses = () => getWasmPerformanceStatus().sharedRuntimes.map((runtime) => runtime.uses);

const manager = new WasmModuleManager({ preferredModule: 'production' });
await manager.initialize();
const layers = [new cjs.WasmPerformanceLayer(), new CompatLayer()];
const initialized = layers.map((layer) => layer.isWasmInitialized());
const bridge = new WasmBridge();
await bridge.initialize();
const together = uses();
registerModule({ name: 'mine', load: () => ({ dotProduct: (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0) }) });
const known = new cjs.WasmModuleManager().getAvailableModules().some(({ name }) => name === 'mine');
// An error of the one form is an error of the other.
const error = await layers[0].calculateNeuralActivation(null).catch((caught) => caught);
const { WasmPerformanceError } = await import('@sasi/wasm-performance');
const isError = error instanceof WasmPerformanceError && error instanceof cjs.WasmPerformanceError;
for (const layer of layers) layer.cleanup();
bridge.cleanup();
await manager.cleanup();
${report('{ initialized, together, known, isError, same: WasmBridge === DefaultBridge, left: uses() }')}`;
  await inProject({ 'main.mjs': program }, async (folder) => {
    assert.deepEqual(await reportOf(folder, process.execPath, ['main.mjs']), {
      initialized: [true, true],
      together: [4],
      known: true,
      isError: true,
      same: true,
      left: [],
    });
  });
});
