// @ts-check
/** What was measured, and where. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { EnvironmentError } from './errors.mjs';

/** @import { BenchmarkResults, WasmFile } from '../measure/results.mjs' */

/** Of the package that the benchmark belongs to. */
const own = fileURLToPath(new URL('../../package.json', import.meta.url));

/** @returns {BenchmarkResults['machine']} */
export function describeMachine() {
  const all = cpus();
  return {
    cpu: processorName(all[0]?.model ?? '', lscpu()),
    cores: all.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
  };
}

/** What the system says beside the model's name; empty where there is no such command. */
function lscpu() {
  const { stdout } = spawnSync('lscpu', {
    encoding: 'utf8',
    timeout: 10_000,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout ?? '';
}

/**
 * A name that tells processors apart: virtual machines say "AMD EPYC" of five generations, and Node on Arm says nothing.
 * @param {string} model as Node has it
 * @param {string} details what lscpu prints
 */
export function processorName(model, details) {
  const value = (/** @type {string} */ key) => new RegExp(`^${key}: +(.+)$`, 'm').exec(details)?.[1]?.trim();
  const named = [model, value('Model name')].find((name) => name && name !== 'unknown' && name !== '-');
  const name = (named ?? value('Architecture') ?? 'unknown processor').replace(/\((R|TM)\)/gi, '').trim();
  const [family, number] = [value('CPU family'), value('Model')];
  return family === undefined || number === undefined ? name : `${name} (family ${family}, model ${number})`;
}

/** Of the checkout in `folder`; null where that is no checkout. @param {string} folder */
export function commitOf(folder) {
  const git = spawnSync('git', ['-C', folder, 'rev-parse', 'HEAD'], { encoding: 'utf8', timeout: 10_000 });
  return git.status === 0 ? git.stdout.trim() : null;
}

/**
 * The file that a program gets when it imports the package: what its manifest says.
 * @param {string} folder a built checkout, or the package as it is installed
 * @returns {{ entry: string, version: string, folder: string }} the file relative to the folder
 */
export function locatePackage(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) throw new EnvironmentError(`${folder} is no package: it has no package.json`);
  const { exports, version, name } = readManifest(manifest);
  const entry = moduleIn(exports?.['.']);
  if (entry === undefined || name !== readManifest(own).name)
    throw new EnvironmentError(`${folder} holds ${name ?? 'no package'}, not this one`);
  const file = join(folder, entry);
  if (!existsSync(file))
    throw new EnvironmentError(`${folder} is not built: it has no ${entry}; run npm run build there`);
  return { entry, version, folder };
}

/** @param {string} file @returns {any} */
function readManifest(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new EnvironmentError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The ES module among nested conditions. @param {unknown} conditions @returns {string | undefined} */
function moduleIn(conditions) {
  if (typeof conditions === 'string') return conditions;
  if (typeof conditions !== 'object' || conditions === null) return undefined;
  const { import: module, default: other } = /** @type {Record<string, unknown>} */ (conditions);
  return moduleIn(module) ?? moduleIn(other);
}

/** @param {string} folder of the package @returns {Record<string, WasmFile>} by build */
export function wasmFiles(folder) {
  const builds = join(folder, 'dist/wasm');
  if (!existsSync(builds)) return {};
  const files = readdirSync(builds).map((build) => [build, join(builds, build, 'neural.wasm')]);
  return Object.fromEntries(
    files
      .filter(([, file]) => file !== undefined && existsSync(file))
      .map(([build, file]) => [build, describeFile(readFileSync(/** @type {string} */ (file)))]),
  );
}

/** Whether a package has a build: earlier states have not every one. @param {string} folder @param {string} build */
export const hasBuild = (folder, build) => existsSync(join(folder, 'dist/wasm', build));

/** @param {Uint8Array} bytes @returns {WasmFile} */
const describeFile = (bytes) => ({
  bytes: bytes.length,
  gzipped: gzipSync(bytes, { level: 9 }).length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
