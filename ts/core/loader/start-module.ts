/** From a compiled module, or from the `js` build's glue, to a running one. */
import createModule from '../../wasm/simd/neural.js';
import { type Abi, abiVersion, type ModuleObjects } from '../abi.js';
import type { WasmApi } from '../environment.js';
import { WasmPerformanceError } from '../errors.js';
import type { Glue } from '../glue.js';
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
  let abi: Abi | undefined;
  const objects = await new Promise<ModuleObjects>((resolve, reject) => {
    createModule({
      wasmMemory: memory,
      // The glue does not notice when this fails: a throw would end the process and a rejection would leave its
      // promise open for ever. So failures go to our own promise.
      instantiateWasm(imports, receive) {
        api
          .instantiate(module, imports as WebAssembly.Imports)
          .then((instance) => {
            abi = instance.exports as unknown as Abi;
            assertVersion(abi);
            receive(instance, module);
          })
          .catch(reject);
        return {};
      },
    }).then(resolve, reject);
  }).catch((cause: unknown) => {
    throw cause instanceof WasmPerformanceError ? cause : foreignModuleError(cause);
  });
  return { abi: abi!, objects, buffer: memory.buffer };
}

/** The same for the build without WebAssembly: its memory is an ordinary buffer. */
export async function startScriptModule(glue: Glue, memoryLimit: number): Promise<RunningModule> {
  const memory = makeMemory(memoryLimit, () => ({ buffer: new ArrayBuffer(memoryLimit) }));
  const module = await glue({ wasmMemory: memory });
  const abi = module.wasmExports as Abi;
  assertVersion(abi);
  return { abi, objects: module, buffer: memory.buffer };
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
    `the module could not be started: ${cause instanceof Error ? cause.message : String(cause)}; ` +
      'take the file from the same dist/wasm as this script',
    { cause },
  );
}
