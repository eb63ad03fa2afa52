// The declarations, as three TypeScripts see them under the ways of finding modules that bundlers and Node have:
// with skipLibCheck off, without the DOM library, without @types/node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../scripts/lib/run.mjs';
import { COMPAT_NAMES, inProject, TARBALL, tool } from './support.mjs';

const USE = `
const main = async (): Promise<void> => {
  const options: RuntimeOptions = { variant: 'auto', memoryLimit: 50 * 1024 * 1024 };
  const runtime: NeuralRuntime = await loadRuntime(options);
  const block: Float32Block = runtime.memory.float32([1, 2, 3]);
  const inPlace: Float32Block = runtime.ops.relu(block, block);
  const copied: Float32Array = runtime.ops.relu(new Float32Array(3));
  const network: Network = runtime.createNetwork({ layers: [3, 2], activation: 'relu', output: 'softmax', seed: 1 });
  const report: TrainingReport = await network.train({ inputs: copied, labels: Uint8Array.of(1), rows: 1 }, { epochs: 1 });
  const loss: number = report.loss;
  // @ts-expect-error no such build
  await loadRuntime({ variant: 'avx512' });
  // @ts-expect-error no such activation
  runtime.ops.activate('nonsense', copied);
  try {
    runtime.memory.allocate(1e12);
  } catch (error) {
    if (error instanceof PoolExhaustedError) { const bytes: number = error.requested + loss + inPlace.length; void bytes; }
  }
  const system = await createWasmPerformanceSystem({ preferredModule: 'ruv-swarm', enableSIMD: true });
  const result: Float32Array = await system.performanceLayer.calculateNeuralActivation(copied);
  void result;
  runtime.dispose();
};
void main;
`;
const NAMES = 'createWasmPerformanceSystem, loadRuntime, PoolExhaustedError';
const TYPES = 'Float32Block, Network, NeuralRuntime, RuntimeOptions, TrainingReport';
/** @param {string} entry */
const imports = (entry) =>
  `import { ${NAMES} } from '${entry}';\nimport type { ${TYPES} } from '${entry}';\n`;
/** Default and named are the same class, and both are types, too. @param {string} name */
const importCompat = (name) =>
  `import ${name}, { ${name} as Named${name} } from "@sasi/wasm-performance/compat/${name}";\n` +
  `const make${name} = (): ${name} => new Named${name}();\nvoid [${name}, make${name}];\n`;
/** Types that the signatures of a class name, of each file by itself: an application has no other entry for them. */
const COMPAT_TYPES = {
  WasmBridge: 'BridgeOptions, WasmBridgeMetrics, WasmBridgeModule, WasmModuleConfig, Profiling',
  ProductionWasmBridge: 'BridgeOptions, ConnectionOptions, HealthStatus, HealthThresholds',
  WasmPerformanceLayer: 'WasmBenchmarkResult, ConnectionOptions, HealthStatus, WasmPerformanceLayerOptions',
  SIMDAccelerationLayer: 'ComprehensiveBenchmark, SimdBenchmarkResult, LayerOptions, SIMDStatus',
  WasmModuleManager: 'WasmModuleConfig, ModuleStatus, ModuleMetrics, NeuralRuntime, HealthIssue',
};
/** @param {string} name */
const importTypes = (name) => {
  const types = COMPAT_TYPES[/** @type {keyof COMPAT_TYPES} */ (name)];
  const renamed = types.split(', ').map((type) => [type, `${name}${type}`]);
  return (
    `import type { ${renamed.map((pair) => pair.join(' as ')).join(', ')} } from "@sasi/wasm-performance/compat/${name}";\n` +
    renamed.map(([, own]) => `export type Keys${own} = keyof ${own};\n`).join('')
  );
};
/** What an application does with SASI's names alone. */
const COMPAT_USE = `
import type { BridgeOptions } from '@sasi/wasm-performance/compat/ProductionWasmBridge';
import type { WasmBenchmarkResult, HealthStatus, ConnectionOptions } from '@sasi/wasm-performance/compat/WasmPerformanceLayer';
import type { WasmModuleConfig } from '@sasi/wasm-performance/compat/WasmModuleManager';
import type { SimdBenchmarkResult } from '@sasi/wasm-performance/compat/SIMDAccelerationLayer';
export const config: Partial<WasmModuleConfig> = { preferredModule: 'production', memoryLimit: 8 * 1024 * 1024 };
export const useCompat = async (options: BridgeOptions, rule: ConnectionOptions): Promise<HealthStatus> => {
  const bridge = new ProductionWasmBridge({ ...options, ...config });
  bridge.optimizeConnections(new Float32Array(3), rule);
  const layer = new WasmPerformanceLayer(config);
  const results: WasmBenchmarkResult[] = await layer.runPerformanceBenchmark();
  const simd: SimdBenchmarkResult[] = (await new WasmModuleManager(config).getSIMDLayer().runComprehensiveBenchmark()).results;
  void [results, simd];
  return layer.healthCheck().status;
};
`;
const FURTHER =
  'import { loadRuntime as inlined } from "@sasi/wasm-performance/inline";\nvoid inlined;\n' +
  COMPAT_NAMES.map((name) => importCompat(name) + importTypes(name)).join('') +
  COMPAT_USE;

const COMMON = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'ES2022',
  lib: ['ES2022'],
  types: [],
};
const RESOLUTIONS = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
};

for (const version of ['5.9', '6.0', '7.0']) {
  for (const [resolution, options] of Object.entries(RESOLUTIONS)) {
    test(`TypeScript ${version}, ${resolution}`, async () => {
      const files = {
        'tsconfig.json': JSON.stringify({ compilerOptions: { ...COMMON, ...options }, include: ['*'] }),
        'esm.mts': imports('@sasi/wasm-performance') + FURTHER + USE,
        'cjs.cts': imports('@sasi/wasm-performance') + FURTHER + USE,
      };
      await inProject(files, async (folder) => {
        const { output } = await run(process.execPath, [tool(`typescript-${version}/bin/tsc`), '-p', '.'], {
          cwd: folder,
          timeout: 120_000,
        });
        assert.equal(output, '');
      });
    });
  }
}

test('publint finds nothing', async () => {
  const { output } = await run(process.execPath, [tool('publint/src/cli.js'), 'run', TARBALL, '--strict'], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  assert.match(output, /All good!/);
});

test('@arethetypeswrong/cli finds nothing', async () => {
  const program = tool('@arethetypeswrong/cli/dist/index.js');
  // A wildcard in `exports` is not expanded.
  const compat = COMPAT_NAMES.map((name) => `./compat/${name}`);
  const excluded = ['--exclude-entrypoints', './package.json'];
  const flags = [TARBALL, '--format', 'json', '--include-entrypoints', ...compat, ...excluded];
  const { output } = await run(process.execPath, [program, ...flags], { check: false });
  const { analysis, problems } = JSON.parse(output);
  assert.deepEqual(problems, {});
  const seen = Object.keys(analysis.entrypoints);
  for (const entry of ['.', './inline', ...compat]) assert.ok(seen.includes(entry), entry);
});
