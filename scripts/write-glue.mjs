// node scripts/write-glue.mjs <neural.js>
//
// Writes the glue of a wasm build in place of Emscripten's: what the module beside it imports, taken from
// bindings/embind_library.js as the js build's linker takes it. Emscripten's own would fetch, compile, wait and run
// callbacks besides, all of which the loader does, and it hands out a wrapper for each export, which nothing calls:
// none of that can be told not to, and a bundler cannot take it out of the one function in which it stands.

import { readFileSync, writeFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { minify } from 'terser';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';

/** The functions and tables of the library by their names; a name that begins with $ is one of the glue itself. */
function readLibrary() {
  /** @type {Record<string, unknown>} */
  const library = {};
  const addToLibrary = (/** @type {object} */ entries) => Object.assign(library, entries);
  runInNewContext(readFileSync(inRoot('bindings/embind_library.js'), 'utf8'), { addToLibrary });
  return Object.entries(library).filter(([name]) => !name.endsWith('__deps'));
}

/** @param {unknown} value */
const source = (value) => (typeof value === 'function' ? String(value) : JSON.stringify(value));

/**
 * The functions that a module imports. Only the types and imports, which come first in a file, are compiled: Node need
 * not know the instructions of every build.
 * @param {Uint8Array} wasm
 */
function importedFunctions(wasm) {
  const importSection = 2;
  let end = 8; // Behind the magic number and the version.
  while (wasm[end] !== undefined && Number(wasm[end]) <= importSection) end = sectionEnd(wasm, end + 1);
  const module = new WebAssembly.Module(wasm.slice(0, end));
  return WebAssembly.Module.imports(module).filter(({ kind }) => kind === 'function');
}

/** Where a section ends whose length, seven bits in each byte, is at `at`. @param {Uint8Array} wasm @param {number} at */
function sectionEnd(wasm, at) {
  let [length, place] = [0, at];
  for (let shift = 0; ; shift += 7) {
    const byte = wasm[place++] ?? 0;
    length |= (byte & 127) << shift;
    if (byte < 128) return place + length;
  }
}

main(async () => {
  const file = process.argv[2] ?? '';
  const entries = readLibrary();
  const inner = entries.filter(([name]) => name.startsWith('$'));
  const offered = new Map(entries);
  const imports = importedFunctions(readFileSync(file.replace(/\.js$/, '.wasm'))).map(({ module, name }) => {
    if (module === 'env' && offered.has(name)) return `${name}: ${source(offered.get(name))}`;
    throw new Error(
      `${file}: the module imports ${module}.${name}; write it into bindings/embind_library.js`,
    );
  });
  const { code } = await minify(
    `export default (Module) => {
      let wasmExports;
      const HEAPU8 = new Uint8Array(Module.wasmMemory.buffer);
      const HEAPU32 = new Uint32Array(HEAPU8.buffer);
      ${inner.map(([name, value]) => `const ${name.slice(1)} = ${source(value)};`).join('\n')}
      return {
        imports: { env: { memory: Module.wasmMemory, ${imports.join(',\n')} } },
        start(exports) {
          Module.wasmExports = wasmExports = exports;
          exports.__wasm_call_ctors();
        },
      };
    };`,
    { module: true, ecma: 2020, compress: { passes: 3 } },
  );
  if (!code) throw new Error(`${file}: the minifier returned nothing`);
  writeFileSync(file, code);
});
