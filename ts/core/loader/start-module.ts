/** From a compiled module, or from the `js` build's glue, to a running one. */
import createModule from '../../wasm/simd/neural.js';
import { type Abi, abiVersion } from '../abi.js';
import type { WasmApi } from '../environment.js';
import { messageOf, WasmPerformanceError } from '../errors.js';
import type { Glue, GlueModule } from '../glue.js';
import type { RunningModule } from '../module-engine.js';

const pageBytes = 65_536;

/** Throws `ABI_MISMATCH` or `MEMORY_LIMIT`. */
export async function startWasmModule(
  api: WasmApi,
  module: WebAssembly.Module,
  memoryLimit: number,
): Promise<RunningModule> {
  const pages = memoryLimit / pageBytes;
  // As large at the start as it may ever be: it never grows, so no view is ever detached.
  const memory = makeMemory(memoryLimit, () => new api.Memory({ initial: pages, maximum: pages }));
  const objects = { wasmMemory: memory };
  const { imports, start } = createModule(objects);
  try {
    const { exports } = await api.instantiate(module, imports as WebAssembly.Imports);
    const abi = exports as unknown as Abi;
    assertVersion(abi);
    start(exports);
    return { abi, objects: objects as unknown as GlueModule, buffer: memory.buffer };
  } catch (cause) {
    throw cause instanceof WasmPerformanceError ? cause : foreignModuleError(cause);
  }
}

/** The same for the build without WebAssembly: its memory is an ordinary buffer. */
export function startScriptModule(glue: Glue, memoryLimit: number): RunningModule {
  const memory = makeMemory(memoryLimit, () => ({ buffer: new ArrayBuffer(memoryLimit) }));
  const objects = { wasmMemory: memory } as unknown as GlueModule;
  glue(objects);
  const abi = objects.wasmExports as Abi;
  assertVersion(abi);
  return { abi, objects, buffer: memory.buffer };
}

function makeMemory<Memory>(bytes: number, make: () => Memory): Memory {
  try {
    return make();
  } catch (cause) {
    throw new WasmPerformanceError(
      'MEMORY_LIMIT',
      `the engine refused a memory of ${bytes} bytes; give a smaller memoryLimit`,
      { cause },
    );
  }
}

/** The version vouches for all other exports: it changes with each of them. */
function assertVersion(exports: Readonly<Partial<Abi>>): void {
  const version = typeof exports.abi_version === 'function' ? exports.abi_version() >>> 0 : 'none';
  if (version === abiVersion) return;
  throw new WasmPerformanceError(
    'ABI_MISMATCH',
    `the module says version ${version} of the ABI, this script needs ${abiVersion}; ` +
      'take both from the same release of the package',
  );
}

function foreignModuleError(cause: unknown): WasmPerformanceError {
  return new WasmPerformanceError(
    'ABI_MISMATCH',
    `the module could not be started: ${messageOf(cause)}; ` +
      'take the file from the same dist/wasm as this script',
    { cause },
  );
}
