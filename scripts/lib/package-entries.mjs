// The entries of the package that the TypeScript compiler does not write. They are made of its output:
//
//   dist/inline.js     the same as index.js in one file, with the bytes of the modules inside
//   dist-cjs/          what `require` gives: package.js is the inline form again, and one small file for each entry
//
// No address is needed in them: what stands in ts/core/variants.ts as new URL('…', import.meta.url) becomes the bytes of
// that file. So they work where there is no import.meta, no import() and no file server; the one import() of a file of
// Node's becomes a require, which since Node 20.19 takes ES modules, too.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { CommandError } from './errors.mjs';
import { inRoot } from './paths.mjs';
import { pack, UNPACK } from './printable-bytes.mjs';
import { findSources } from './sources.mjs';

const DIST = inRoot('dist');
const CJS = inRoot('dist-cjs');
const NOTE = '// Generated: the package in one file, its modules inside.\n';

/** Everything that may be required from the package, as a path below dist without its ending. */
function entryNames() {
  // Those that are called as SASI's files are; the others hold what they share.
  const files = readdirSync(join(DIST, 'compat')).filter((name) => /^[A-Z]\w*\.js$/.test(name));
  return ['index', ...files.sort().map((name) => `compat/${name.slice(0, -'.js'.length)}`)];
}

export async function buildPackageEntries() {
  const names = entryNames();
  rmSync(CJS, { recursive: true, force: true });
  mkdirSync(CJS, { recursive: true });
  const everything = "export * from './index.js';\n";
  writeFileSync(join(DIST, 'inline.d.ts'), everything);
  copyDeclarations();
  await bundle(everything, 'esm', join(DIST, 'inline.js'));

  // One bundle for all entries: the code and the modules are there once, however many of them are required.
  const namespaces = names.map((name, index) => `export * as entry${index} from './${name}.js';\n`).join('');
  await bundle(namespaces, 'cjs', join(CJS, 'package.js'));
  writeFileSync(join(CJS, 'package.json'), '{ "type": "commonjs" }\n');
  for (const [index, name] of names.entries()) writeEntry(name, `entry${index}`);
  writeEntry('inline', 'entry0');
}

/** The compiler reads a declaration as a CommonJS one by the package.json beside it, so they are there twice. */
function copyDeclarations() {
  const declarations = findSources(['dist'], /\.d\.ts$/);
  for (const file of declarations) {
    const copy = join(CJS, relative('dist', file));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(inRoot(file), copy);
  }
}

/**
 * @param {string} contents an entry that imports from dist
 * @param {'esm' | 'cjs'} format
 * @param {string} outfile
 */
async function bundle(contents, format, outfile) {
  const inlined = inlineModules();
  // Only now: on a fresh clone it is the set-up that installs it.
  const { build } = await import('esbuild');
  await build({
    stdin: { contents, resolveDir: DIST },
    bundle: true,
    format,
    outfile,
    target: 'es2022',
    platform: 'neutral',
    charset: 'utf8',
    minifyWhitespace: true, // Emscripten's code comes without; names stay, for stack traces.
    banner: { js: NOTE },
    plugins: [inlined.plugin],
    define: { 'import.meta.url': format === 'cjs' ? '__filename' : 'undefined' },
    logLevel: 'warning',
  });
  const text = readFileSync(outfile, 'utf8');
  const unwanted = /\bimport\.meta\b|\bimport\s*\(|\brequire\s*\(/.exec(text);
  if (inlined.count() < 2 || unwanted) {
    throw new CommandError(
      `${outfile}: ${inlined.count()} modules were put inside${unwanted ? `, and it still says ${unwanted[0]}` : ''}`,
    );
  }
}

/** Replaces the address of each module by its bytes. */
function inlineModules() {
  const files = new Set();
  /** @type {import('esbuild').Plugin} */
  const plugin = {
    name: 'inline-modules',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]core[\\/]variants\.js$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const address = /new URL\('([^']+\.wasm)', import\.meta\.url\)/g;
        const contents = source.replaceAll(address, (_, file) => {
          files.add(file);
          return pack(readFileSync(resolve(dirname(path), file)));
        });
        return { contents: UNPACK + contents, loader: 'js' };
      });
      onLoad({ filter: /[\\/]loader[\\/]host\.js$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const ofNode = /await import\([^;]*pathToFileURL\(path\)\.href\);/;
        return {
          contents: source.replace(ofNode, "nodeBuiltin('node:module').createRequire(path)(path);"),
          loader: 'js',
        };
      });
    },
  };
  return { plugin, count: () => files.size };
}

/**
 * A CommonJS file whose exports can be seen without running it: that is how an ES module knows their names.
 * @param {string} name
 * @param {string} namespace of package.js
 */
function writeEntry(name, namespace) {
  const file = join(CJS, `${name}.js`);
  /** @type {Record<string, Record<string, unknown>>} */
  const all = createRequire(import.meta.url)(join(CJS, 'package.js'));
  const lines = [
    "'use strict';",
    // A compiled `import X from` looks for it before it takes `default`.
    "Object.defineProperty(exports, '__esModule', { value: true });",
    `const { ${namespace} } = require('${name.includes('/') ? '../' : './'}package.js');`,
    ...Object.keys(all[namespace] ?? {}).map((key) => `exports.${key} = ${namespace}.${key};`),
  ];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}
