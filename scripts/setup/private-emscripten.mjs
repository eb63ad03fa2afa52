// Assembles Emscripten 3.1.69 in the user's cache folder from packages of Debian 13 (trixie), without root and
// without touching the system: for machines whose own emscripten package is too old.
//
// - emscripten and node-acorn are scripts: unpacking them is enough. LLVM 19 comes from the system.
// - binaryen is a program linked against trixie's C library, newer than the one here: it runs through that
//   library's own loader, unpacked beside it.

import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, SetupError } from '../lib/errors.mjs';
import { run } from '../lib/run.mjs';
import { debianArchives, readAptSources } from './apt-sources.mjs';
import { cacheFolder, makeInCache } from './cache.mjs';
import { fetchDebs, unpackDeb } from './debian-packages.mjs';
import { emscriptenEnvironment } from './emscripten-environment.mjs';
import { osRelease } from './os-release.mjs';

export const PRIVATE_VERSION = '3.1.69';
const SUITE = 'trixie';
/** Counted up when this file comes to assemble something else, so that an older result is not taken for it. */
const RECIPE = 1;

/**
 * What each package gives, and what of it is left out: nearly all of Emscripten's 1.6 GB are library variants that
 * nobody links here. libGL.a itself stays, since emcc names it in every link.
 */
const LIBRARIES = 'cache/sysroot/lib/wasm32-emscripten';
const PACKAGES = [
  {
    name: 'emscripten',
    from: 'usr/share/emscripten',
    to: 'emscripten',
    without: [
      ...['test', 'docs', 'media', 'ChangeLog.*', '.emscripten'],
      ...['pic', 'lto-pic'].map((folder) => `${LIBRARIES}/${folder}`),
      ...['GL*-emu*', 'GL*-ofb*', 'GL*-full_es3*', 'SDL*', 'wasmfs*', 'webgpu*', 'stb_image*'].map(
        (library) => `${LIBRARIES}*/lib${library}.a`,
      ),
      ...['asan', 'lsan', 'ww'].map((variant) => `${LIBRARIES}*/lib*${variant}*.a`),
    ],
  },
  { name: 'node-acorn', from: 'usr/share/nodejs/acorn', to: 'emscripten/node_modules/acorn', without: [] },
  { name: 'binaryen', from: 'usr', to: 'binaryen', without: ['share', 'include'] },
  { name: 'libc6', from: 'usr', to: 'binaryen', without: ['share', 'lib/*/gconv', 'lib/*/audit'] },
  { name: 'libstdc++6', from: 'usr', to: 'binaryen', without: ['share'] },
  { name: 'libgcc-s1', from: 'usr', to: 'binaryen', without: ['share'] },
];

/** Emscripten runs it as Python. The paths are found, not written, so that the folder may be moved. */
const EMSCRIPTEN_CONFIG = `import os, shutil
_root = os.path.dirname(os.path.dirname(os.environ['EM_CONFIG']))
LLVM_ROOT = os.path.dirname(shutil.which('clang-19') or '/usr/bin/clang-19')
LLVM_ADD_VERSION = '19'
CLANG_ADD_VERSION = '19'
BINARYEN_ROOT = os.path.join(_root, 'binaryen')
NODE_JS = shutil.which('node')
CACHE = os.path.join(_root, 'emscripten', 'cache')
FROZEN_CACHE = True
`;

const BINARYEN_WRAPPER = `#!/bin/sh
# Runs a program of this package through the C library that it was linked against.
root=\${0%/*}/..
set -- "$root/programs/\${0##*/}" "$@"
for loader in "$root"/lib/*/ld-linux*.so.*; do
  exec "$loader" --library-path "\${loader%/*}" "$@"
done
`;

/** The private Emscripten, or undefined when it was not assembled yet. It is whole whenever it is there. */
export function findPrivateEmscripten() {
  const root = join(target(), 'emscripten');
  return existsSync(join(root, 'emcc')) ? { root, version: PRIVATE_VERSION, own: true } : undefined;
}

/** Why this machine cannot have one, or undefined when it can. */
export function obstacle() {
  const { id, codename, name } = osRelease();
  if (id !== 'debian') return `it is made of Debian's packages, and this is ${name}`;
  if (debianArchives(readAptSources(), codename).length > 0) return undefined;
  return `no source under /etc/apt names Debian's main archive (suite ${codename}, component main)`;
}

/** Fetches and unpacks the packages, makes one toolchain of them, and keeps it if it works. */
export async function assemblePrivateEmscripten() {
  await makeInCache(target(), async (root, work) => {
    const archives = debianArchives(readAptSources(), osRelease().codename);
    const names = PACKAGES.map(({ name }) => name);
    const debs = await fetchDebs({
      archives,
      suite: SUITE,
      names,
      work,
      purpose: `emscripten ${PRIVATE_VERSION}`,
    });
    for (const { name, from, to, without } of PACKAGES) {
      await unpackDeb(join(debs, `${name}.deb`), join(root, to), from, without);
    }
    wrapBinaryen(join(root, 'binaryen'));
    writeFileSync(join(root, 'emscripten/.emscripten'), EMSCRIPTEN_CONFIG);
    await check(join(root, 'emscripten'), work);
  });
  const made = findPrivateEmscripten();
  if (!made) throw new SetupError(`${target()} holds no emcc. Remove it, then run the same command again.`);
  return made;
}

const target = () => cacheFolder(`emscripten-${PRIVATE_VERSION}-${process.arch}-${RECIPE}`);

/** @param {string} folder the unpacked package: bin/ becomes programs/, and bin/ gets a wrapper for each of them */
function wrapBinaryen(folder) {
  const [bin, programs] = [join(folder, 'bin'), join(folder, 'programs')];
  renameSync(bin, programs);
  mkdirSync(bin);
  for (const program of readdirSync(programs)) {
    writeFileSync(join(bin, program), BINARYEN_WRAPPER);
    chmodSync(join(bin, program), 0o755);
  }
}

/**
 * One small program through compiler, linker, Binaryen and acorn.
 * @param {string} emscripten
 * @param {string} work
 */
async function check(emscripten, work) {
  const binding = 'EMSCRIPTEN_BINDINGS(check) { emscripten::function("one", &one); }';
  writeFileSync(
    join(work, 'check.cpp'),
    `#include <emscripten/bind.h>\nint one() { return 1; }\n${binding}\n`,
  );
  const args = ['check.cpp', '-O2', '-flto', '-lembind', '-sMODULARIZE', '-o', 'check.js'];
  const env = emscriptenEnvironment({ root: emscripten, own: true });
  try {
    await run(join(emscripten, 'em++'), args, { cwd: work, env, timeout: 120_000 });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new SetupError(
      `the assembled Emscripten ${PRIVATE_VERSION} cannot compile a small program:\n${error.message}`,
    );
  }
}
