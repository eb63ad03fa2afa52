// Projects of people who use the package: each in a new folder outside the checkout, with the packed package and
// nothing else in its node_modules. Their tools lie elsewhere and are started by their path.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

export const TARBALL = inRoot(
  'build/package',
  readdirSync(inRoot('build/package')).find((name) => name.endsWith('.tgz')) ?? 'run npm run test:package',
);

/** The classes that have a file of their own below compat/, by SASI's names. */
export const COMPAT_NAMES = [
  'WasmBridge',
  'ProductionWasmBridge',
  'WasmPerformanceLayer',
  'SIMDAccelerationLayer',
  'WasmModuleManager',
];

/** The package of that name, for projects that have it: an optional peer of this one. */
export const RUV_SWARM = inRoot('node_modules/ruv-swarm');

/** @param {string} path below the node_modules of the tools */
export const tool = (path) => join(realpathSync(inRoot('build/package/tools')), 'node_modules', path);

/**
 * What every project does with the package, as the text of an ES module with one function, `check`. It asks for the
 * builds that are named, and gives what was chosen and computed.
 */
export const CHECK = `
import { loadRuntime } from '@sasi/wasm-performance';

export async function check(options) {
  const runtime = await loadRuntime(options);
  try {
    const product = runtime.ops.matmul(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), { m: 2, n: 2, k: 2 });
    const network = runtime.createNetwork({ layers: [2, 3, 1], activation: 'tanh', seed: 7 });
    const [output] = network.run(Float32Array.of(0.5, -0.25));
    return { variant: runtime.variant, product: [...product], output };
  } finally {
    runtime.dispose();
  }
}
`;

/** What `check` gives. The output is that of the same network, computed from the sources in this checkout. */
export const { EXPECTED_PRODUCT, EXPECTED_OUTPUT } = await (async () => {
  const { loadRuntime } = await import('@sasi/wasm-performance');
  const runtime = await loadRuntime({ variant: 'scalar' });
  const network = runtime.createNetwork({ layers: [2, 3, 1], activation: 'tanh', seed: 7 });
  const [output] = network.run(Float32Array.of(0.5, -0.25));
  runtime.dispose();
  return { EXPECTED_PRODUCT: [19, 22, 43, 50], EXPECTED_OUTPUT: output };
})();

/** @param {string} variant */
export const expected = (variant) => ({ variant, product: EXPECTED_PRODUCT, output: EXPECTED_OUTPUT });

/**
 * @param {Record<string, string>} files by their path in the project
 * @param {(folder: string) => Promise<void>} use
 * @param {Record<string, string>} [packages] what else is installed: from a name to the folder that holds it
 */
export async function inProject(files, use, packages = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sasi-wasm-performance-user-')));
  try {
    cpSync(inRoot('build/package/package'), join(folder, 'node_modules/@sasi/wasm-performance'), {
      recursive: true,
    });
    for (const [name, source] of Object.entries(packages)) {
      cpSync(source, join(folder, 'node_modules', name), { recursive: true });
    }
    const manifest = { name: 'user', private: true, dependencies: { '@sasi/wasm-performance': '*' } };
    for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MARK = 'result of the check: ';

/** A line at the end of a program that reports `value`. @param {string} value */
export const report = (value) => `console.log(${JSON.stringify(MARK)} + JSON.stringify(${value}));\n`;

/**
 * Runs a program in a project and gives what it reported.
 * @param {string} folder
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function reportOf(folder, program, args, env = {}) {
  const { code, output } = await run(program, args, {
    cwd: folder,
    timeout: 120_000,
    check: false,
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: '', ...env },
  });
  // An engine quotes the line that failed, and one of ours is 700 KB long.
  const said = output.replaceAll(/^.{1000,}$/gm, (line) => `${line.slice(0, 200)} …`);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with exit code ${code}:\n${said}`);
  const line = output.split('\n').find((text) => text.startsWith(MARK));
  if (line === undefined) throw new Error(`${program} ${args.join(' ')} reported nothing:\n${said}`);
  return JSON.parse(line.slice(MARK.length));
}

/** The seed's example, word for word but for the input. */
export const SEED_EXAMPLE = `
const wasmSystem = await createWasmPerformanceSystem({ preferredModule: 'ruv-swarm', enableSIMD: true, memoryLimit: 50 * 1024 * 1024 });
const result = await wasmSystem.performanceLayer.calculateNeuralActivation(inputs);
const metrics = wasmSystem.manager.getPerformanceMetrics();
const benchmarks = await runWasmBenchmarks(wasmSystem.manager);
`;
