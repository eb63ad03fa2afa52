/**
 * Loads a build: the one that was named, or the first in the table that this engine runs and that passes its
 * self-test. Nothing is kept here between loads: a failed one leaves nothing behind, and runtimes live side by side.
 */
import { OperationRecorder } from '../metrics/operation-recorder.js';
import type { LoadTime } from '../metrics/runtime-metrics.js';
import { systemClock, systemTracer, timeSince, type WasmApi, wasmApi } from './environment.js';
import { type ErrorCode, importFailed, WasmPerformanceError } from './errors.js';
import { hasFeature } from './features.js';
import type { HostUrl } from './host-types.js';
import { Deadline } from './loader/deadline.js';
import { resolveLocation } from './loader/host.js';
import { type LoadOptions, type LoadSettings, readLoadOptions } from './loader/load-options.js';
import { startScriptModule, startWasmModule } from './loader/start-module.js';
import {
  assertMayCompile,
  type CompiledModule,
  compileBytes,
  compileFile,
  fetchError,
} from './loader/wasm-file.js';
import { ModuleEngine, type RunningModule } from './module-engine.js';
import { selfTest } from './self-test.js';
import {
  type Build,
  builds,
  isOnRequest,
  isWasmBuild,
  type ScriptBuild,
  type VariantName,
  type WasmBuild,
} from './variants.js';

export type { LoadOptions } from './loader/load-options.js';

/** What became of one build that was considered. */
export interface Candidate {
  readonly candidate: VariantName;
  readonly accepted: boolean;
  /** Why it was refused. */
  readonly code?: ErrorCode;
  readonly reason: string;
}

export interface LoadedEngine {
  readonly engine: ModuleEngine;
  /** Every build considered, in order; the last one is accepted. */
  readonly selection: readonly Candidate[];
  readonly loadTime: LoadTime;
}

/** Rejects with a `WasmPerformanceError` when no build could be loaded. */
export async function loadEngine(options: LoadOptions = {}): Promise<LoadedEngine> {
  const begin = systemClock();
  const settings = readLoadOptions(options);
  const selection: Candidate[] = [];
  const failures: WasmPerformanceError[] = [];
  for (const build of builds as readonly Build[]) {
    if (settings.variant === 'auto' ? isOnRequest(build) : settings.variant !== build.name) continue;
    const deadline = new Deadline(`the ${build.name} build`, settings.timeout, settings.signal);
    try {
      const { engine, ...times } = await deadline.race(loadBuild(build, settings, deadline));
      selection.push({ candidate: build.name, accepted: true, reason: acceptance(settings.variant) });
      const end = systemClock();
      if (settings.profiling === 'trace') tracePhases(times, end);
      return { engine, selection, loadTime: { total: timeSince(begin, end), ...times } };
    } catch (error) {
      if (!(error instanceof WasmPerformanceError) || error.code === 'ABORTED') throw error;
      failures.push(error);
      selection.push({ candidate: build.name, accepted: false, code: error.code, reason: error.message });
    } finally {
      deadline.clear();
    }
  }
  throw failures.length === 1 ? failures[0]! : nothingLoaded(failures);
}

/** Phases of the build that was accepted: they follow one another, and the last one ends with the load. */
function tracePhases(times: Omit<LoadTime, 'total'>, loaded: number): void {
  let end = loaded;
  for (const [phase, time] of Object.entries(times).reverse()) {
    systemTracer(`sasi-wasm:load:${phase}`, end - time, end, times);
    end -= time;
  }
}

type Loaded = { readonly engine: ModuleEngine } & Omit<LoadTime, 'total'>;

async function loadBuild(build: Build, settings: LoadSettings, deadline: Deadline): Promise<Loaded> {
  const started = isWasmBuild(build)
    ? await startWasmBuild(build, settings, deadline)
    : await startScriptBuild(build, settings, deadline);
  const { running, ...times } = started;
  const begin = systemClock();
  const recorder = new OperationRecorder({ profiling: settings.profiling });
  const engine = new ModuleEngine(build.name, running, recorder);
  selfTest(engine);
  return { engine, ...times, selfTest: timeSince(begin) };
}

type Started = { readonly running: RunningModule } & Omit<LoadTime, 'total' | 'selfTest'>;

async function startWasmBuild(
  build: WasmBuild,
  settings: LoadSettings,
  deadline: Deadline,
): Promise<Started> {
  const api = assertSupported(build);
  const { module, fetch, compile } = await obtainModule(api, build, settings, deadline);
  deadline.throwIfOver();
  const begin = systemClock();
  const running = await startWasmModule(api, module, settings.memoryLimit);
  deadline.throwIfOver();
  return { running, fetch, compile, instantiate: timeSince(begin) };
}

async function startScriptBuild(
  build: ScriptBuild,
  settings: LoadSettings,
  deadline: Deadline,
): Promise<Started> {
  const begin = systemClock();
  const { default: glue } = await build
    .glue()
    .catch(
      importFailed(`the script of the ${build.name} build`, "the package's dist/wasm beside its scripts"),
    );
  deadline.throwIfOver();
  const fetched = systemClock();
  const running = startScriptModule(glue, settings.memoryLimit);
  deadline.throwIfOver();
  return { running, fetch: timeSince(begin, fetched), compile: 0, instantiate: timeSince(fetched) };
}

/** `WASM_UNAVAILABLE` or `VARIANT_UNSUPPORTED`, unless this engine can run `build`. */
function assertSupported(build: WasmBuild): WasmApi {
  if (wasmApi === undefined || !hasFeature('wasm')) {
    throw new WasmPerformanceError(
      'WASM_UNAVAILABLE',
      `the ${build.name} build needs WebAssembly, which this engine does not have; use the variant 'js'`,
    );
  }
  if (hasFeature(build.requires)) return wasmApi;
  throw new WasmPerformanceError(
    'VARIANT_UNSUPPORTED',
    `the ${build.name} build needs the feature ${build.requires}, which this engine refuses; ` +
      "use the variant 'scalar', or 'auto'",
  );
}

async function obtainModule(
  api: WasmApi,
  build: WasmBuild,
  { supplied, locate }: LoadSettings,
  deadline: Deadline,
): Promise<CompiledModule> {
  if (supplied !== undefined && 'module' in supplied)
    return { module: supplied.module, fetch: 0, compile: 0 };
  assertMayCompile(api);
  if (supplied !== undefined && 'bytes' in supplied) return compileHere(api, supplied.bytes, 'wasmBinary');
  const location = supplied?.location ?? locate?.(build.file);
  const source = location === undefined ? ownSource(build) : resolveLocation(location);
  if (ArrayBuffer.isView(source)) return compileHere(api, source, 'the module inside');
  return compileFile(api, source, deadline);
}

/** `FETCH_FAILED` where a bundler's format has no `import.meta`, so that an address has nothing to be relative to. */
function ownSource(build: WasmBuild): HostUrl | Uint8Array {
  try {
    return build.source();
  } catch (cause) {
    throw fetchError(
      `${build.file} has no address in a bundle of this format; give wasmUrl, or import @sasi/wasm-performance/inline`,
      cause,
    );
  }
}

async function compileHere(api: WasmApi, bytes: Uint8Array, origin: string): Promise<CompiledModule> {
  const begin = systemClock();
  const module = await compileBytes(api, bytes, origin);
  return { module, fetch: 0, compile: timeSince(begin) };
}

function acceptance(asked: string): string {
  const by = asked === 'auto' ? 'the fastest build that this engine supports' : 'asked for by name';
  return `${by}; it passed its self-test`;
}

function nothingLoaded(failures: readonly WasmPerformanceError[]): WasmPerformanceError {
  const reasons = failures.map(({ code, message }) => `${code}: ${message}`).join('\n');
  return new WasmPerformanceError(failures.at(-1)!.code, `no build could be loaded\n${reasons}`, {
    cause: new AggregateError(failures),
  });
}
