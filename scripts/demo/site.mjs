// Makes the demo page as a static site in build/demo. All addresses in it are relative: it works below any path.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inRoot } from '../lib/paths.mjs';
import { digitsFile } from './digits.mjs';

export const SITE = inRoot('build/demo');

/** The API and its modules have to be built. @returns {Promise<string>} the site's folder */
export async function buildSite() {
  // The digits take seconds to pack and never change.
  rmSync(join(SITE, 'assets'), { recursive: true, force: true });
  mkdirSync(join(SITE, 'data'), { recursive: true });
  copyFileSync(inRoot('web-demo/index.html'), join(SITE, 'index.html'));
  copyFileSync(inRoot('web-demo/favicon.svg'), join(SITE, 'favicon.svg'));
  // The bundled loader looks for ../wasm/, seen from assets/, as it does in the package.
  for (const name of ['simd', 'scalar', 'relaxed']) {
    mkdirSync(join(SITE, 'wasm', name), { recursive: true });
    copyFileSync(inRoot(`dist/wasm/${name}/neural.wasm`), join(SITE, `wasm/${name}/neural.wasm`));
  }
  // Only now: on a fresh clone it is the set-up that installs it.
  const { build } = await import('esbuild');
  await build({
    entryPoints: {
      main: inRoot('web-demo/src/main.ts'),
      worker: inRoot('web-demo/src/worker.ts'),
      app: inRoot('web-demo/styles/app.css'),
    },
    outdir: join(SITE, 'assets'),
    bundle: true,
    splitting: true, // The js build, and the worker's work in the page's thread, are fetched only when needed.
    format: 'esm',
    minify: true,
    sourcemap: true,
    target: 'es2022',
    tsconfig: inRoot('web-demo/tsconfig.json'),
    define: { BUILD_SIZES: JSON.stringify(sizes()) },
    logLevel: 'warning',
  });
  const digits = join(SITE, 'data/digits.bin');
  if (!existsSync(digits)) writeFileSync(digits, digitsFile());
  return SITE;
}

/** Bytes of each build as a server with compression sends them. */
function sizes() {
  const gzipped = (/** @type {string} */ file) => gzipSync(readFileSync(file), { level: 9 }).length;
  return {
    simd: gzipped(inRoot('dist/wasm/simd/neural.wasm')),
    scalar: gzipped(inRoot('dist/wasm/scalar/neural.wasm')),
    js: gzipped(inRoot('dist/wasm/js/neural.js')),
  };
}
