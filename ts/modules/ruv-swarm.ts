/**
 * The adapter to the npm package ruv-swarm (an optional peer): its bindings, loaded only where they are installed,
 * as a module whose operations must earn their calls.
 *
 * Of version 1.0.20 the package's own entry has no vector operations, so the bindings are taken themselves. Their
 * activations are wrong in the vector part and right in the tail of one array; the golden values find that out.
 */

import { wasmApi } from '../core/environment.js';
import { WasmPerformanceError } from '../core/errors.js';
import { hasFeature } from '../core/features.js';
import { importInstalled, readFile, resolveInstalled } from '../core/loader/host.js';
import { assertMayCompile } from '../core/loader/wasm-file.js';
import { failureOf, loadAborted } from './failure.js';
import type { ModuleDefinition, ModuleImplementation, ModuleLoadOptions } from './module-definition.js';

/** Bytes of the memory limit that its own memory may take: it begins with 1.1 MiB. */
const ownMemory = 4 * 1024 * 1024;
/** Bytes of one call's operands and result: with the copies that its bindings make, its memory stays below the above. */
const largestCall = 1024 * 1024;

const bindingsFile = 'ruv-swarm/wasm/ruv_swarm_wasm.js';
const wasmFile = 'ruv-swarm/wasm/ruv_swarm_wasm_bg.wasm';

/** The classes of wasm-bindgen that are used. */
interface Vectors {
  dot_product(a: Float32Array, b: Float32Array): number;
  vector_add(a: Float32Array, b: Float32Array): Float32Array;
  vector_scale(x: Float32Array, factor: number): Float32Array;
  apply_activation(x: Float32Array, name: string): Float32Array;
  free(): void;
}
interface Matrices {
  matrix_multiply(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array;
  free(): void;
}
interface Exports {
  readonly memory: { readonly buffer: ArrayBufferLike };
}
interface Bindings {
  /** Starts the module, once; a further call gives the same exports. */
  readonly default: (options?: { readonly module_or_path: unknown }) => Promise<Exports>;
  readonly initSync: (options: { readonly module: Uint8Array }) => Exports;
  readonly SimdVectorOps: new () => Vectors;
  readonly SimdMatrixOps: new () => Matrices;
}

export const ruvSwarm: ModuleDefinition = {
  name: 'ruv-swarm',
  description:
    'The npm package of that name, where it is installed: what it computes rightly, production does the rest',
  version: '1.0',
  capabilities: ['vectors', 'matmul'],
  memoryRequirement: ownMemory,
  loadPriority: 10,
  isAvailable: (options) =>
    canRun(options) === undefined &&
    (options.ruvSwarm !== undefined || resolveInstalled(bindingsFile) !== undefined),
  load,
};

async function load(options: ModuleLoadOptions): Promise<ModuleImplementation> {
  const path = options.ruvSwarm === undefined ? resolveInstalled(bindingsFile) : undefined;
  if (options.ruvSwarm === undefined && path === undefined) {
    throw new WasmPerformanceError(
      'MODULE_NOT_FOUND',
      'ruv-swarm is not installed; install it, or in a browser give the option ruvSwarm, a function that imports ' +
        `${bindingsFile}. The next module takes its place`,
    );
  }
  const obstacle = canRun(options);
  if (obstacle !== undefined) throw obstacle;
  assertMayCompile(wasmApi!);
  try {
    const imported = path === undefined ? await options.ruvSwarm!() : await importInstalled(path);
    // Its bindings can be started once, and never be ended: not for somebody who has turned away.
    if (options.signal?.aborted) throw loadAborted();
    return await implementation(bindingsOf(imported), path !== undefined);
  } catch (cause) {
    if (cause instanceof WasmPerformanceError) throw cause;
    throw unusable(failureOf(cause).message, cause);
  }
}

/**
 * Why it is not asked at all. Beside the scalar build it is not used either: there the results shall have the same
 * bits on every engine, which are those of this package.
 */
function canRun(options: Partial<ModuleLoadOptions>): WasmPerformanceError | undefined {
  if (wasmApi === undefined || !hasFeature('wasm')) {
    return new WasmPerformanceError(
      'WASM_UNAVAILABLE',
      'ruv-swarm needs WebAssembly, which this engine does not have',
    );
  }
  if (options.enableSIMD !== false && hasFeature('simd')) return undefined;
  const reason = options.enableSIMD === false ? 'enableSIMD is false' : 'this engine has no SIMD';
  return new WasmPerformanceError('VARIANT_UNSUPPORTED', `ruv-swarm is used with SIMD only, and ${reason}`);
}

/** The bindings among what was imported: they themselves, or a wrapper's default export. */
function bindingsOf(imported: unknown): Bindings {
  const candidates = [imported, (imported as { readonly default?: unknown } | null | undefined)?.default];
  const found = candidates.find(
    (candidate) => typeof (candidate as Partial<Bindings> | null | undefined)?.SimdVectorOps === 'function',
  );
  if (found === undefined) throw unusable(`what was imported has no SimdVectorOps; give ${bindingsFile}`);
  return found as Bindings;
}

async function implementation(bindings: Bindings, installed: boolean): Promise<ModuleImplementation> {
  const exports = installed ? startAtOnce(bindings) : await startOnce(bindings);
  const vectors = new bindings.SimdVectorOps();
  const matrices = new bindings.SimdMatrixOps();
  return {
    largestCall,
    calculateNeuralActivation: (x) => vectors.apply_activation(vectors.vector_scale(x, 0.5), 'tanh'),
    vectorAdd: (a, b) => vectors.vector_add(a, b),
    dotProduct: (a, b) => vectors.dot_product(a, b),
    matrixMultiply: (a, b, m, n, k) => matrices.matrix_multiply(a, b, m, k, n),
    memoryUsage: () => exports.memory.buffer.byteLength,
    dispose() {
      vectors.free();
      matrices.free();
    },
  };
}

/**
 * With the bytes there is no waiting, so it cannot start twice. The options must be a plain object of the realm in
 * which the bindings live, which under a test runner is another one.
 */
function startAtOnce(bindings: Bindings): Exports {
  const functionPrototype = Object.getPrototypeOf(bindings.initSync) as object;
  const options = Object.create(Object.getPrototypeOf(functionPrototype)) as { module: Uint8Array };
  options.module = wasmBytes();
  return bindings.initSync(options);
}

/** Its bindings would start twice when asked twice at the same time, and the objects of the first would be lost. */
const starts = new WeakMap<object, Promise<Exports>>();

function startOnce(bindings: Bindings): Promise<Exports> {
  let start = starts.get(bindings);
  if (start === undefined) {
    start = Promise.resolve(bindings.default());
    starts.set(bindings, start);
    start.catch(() => starts.delete(bindings));
  }
  return start;
}

/** Node's fetch reads no files, so the bindings cannot find theirs by themselves. */
function wasmBytes(): Uint8Array {
  const path = resolveInstalled(wasmFile);
  const bytes = path === undefined ? undefined : readFile(path);
  if (bytes === undefined) throw unusable(`its file ${wasmFile} is missing; install it again`);
  return bytes;
}

function unusable(message: string, cause?: unknown): WasmPerformanceError {
  return new WasmPerformanceError(
    'SELFTEST_FAILED',
    `ruv-swarm could not be used: ${message}`,
    cause === undefined ? undefined : { cause },
  );
}
