// @ts-check
/**
 * A browser as an engine: one page, served by this machine to itself, whose workers hold one contender each. The page
 * is isolated from other origins, which is what makes browsers give it their finer clock.
 */
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../command/errors.mjs';

/** @import { Folders } from '../command/engines.mjs' */
/** @import { Engine, Request, Worker } from '../measure/protocol.mjs' */

const bench = fileURLToPath(new URL('..', import.meta.url));

/** Milliseconds for an answer, and seconds for a whole run: after them the browser is ended, whatever it does. */
const patience = 120_000;
const lifetime = 3600;

/**
 * @param {'chromium' | 'firefox' | 'webkit'} name
 * @param {Folders} folders
 * @returns {Promise<Engine>}
 */
export async function browserEngine(name, folders) {
  const { launch, serve } = await browserModules();
  const server = await serve({
    folders: {
      '/package/': folders.package,
      ...(folders.baseline === undefined ? {} : { '/baseline/': folders.baseline }),
      '/peers/': folders.peers,
      '/compiled/': folders.compiled,
    },
    answers: await pageFiles(),
    headers: {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    },
  });
  /** @type {Awaited<ReturnType<typeof launch>>} */
  let browser;
  try {
    browser = await launch(name, { timeout: patience, lifetime });
  } catch (error) {
    await server.close();
    throw new EnvironmentError(error instanceof Error ? error.message : String(error));
  }
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const page = await browser.open(server.url);
    await page.waitFor(() => 'benchWorkers' in globalThis);
    return {
      name,
      description: { engine: name, version: browser.version },
      start: () => startWorker(page),
      address: (folder) => `${server.url}${folder}/`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Only a run in a browser needs what drives it. */
async function browserModules() {
  try {
    const [{ launch }, { serve }] = await Promise.all([
      import('../../scripts/browsers/launch.mjs'),
      import('../../scripts/browsers/server.mjs'),
    ]);
    return { launch, serve };
  } catch (error) {
    throw new EnvironmentError(
      `browsers cannot be driven: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** @typedef {Awaited<ReturnType<Awaited<ReturnType<typeof import('../../scripts/browsers/launch.mjs').launch>>['open']>>} Page */

/** @param {Page} page @returns {Promise<Worker>} */
async function startWorker(page) {
  const id = await page.evaluate(() => /** @type {any} */ (globalThis).benchWorkers.start());
  return {
    ask: (request) =>
      page.evaluate(
        (/** @type {number} */ worker, /** @type {Request} */ asked) =>
          /** @type {any} */ (globalThis).benchWorkers.ask(worker, asked),
        id,
        request,
      ),
    close: () => {
      const closed = page.evaluate(
        (/** @type {number} */ worker) => /** @type {any} */ (globalThis).benchWorkers.close(worker),
        id,
      );
      // When the browser is gone, so is the worker.
      closed.catch(() => {});
    },
  };
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Benchmark</title>
<script type="module">
const workers = new Map();
let last = 0;
globalThis.benchWorkers = {
  start() {
    workers.set(++last, new Worker('/worker.js', { type: 'module' }));
    return last;
  },
  ask(id, request) {
    const worker = workers.get(id);
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message || 'the worker cannot be loaded'));
      worker.postMessage(request);
    });
  },
  close(id) {
    workers.get(id)?.terminate();
    workers.delete(id);
  },
};
</script></html>`;

/** The page, and in one file each: the worker, and the peers that cannot be loaded as they are. */
async function pageFiles() {
  const { build } = await import('esbuild');
  /** @param {import('esbuild').BuildOptions} options */
  const bundle = async (options) => {
    const { outputFiles } = await build({
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      logLevel: 'silent',
      absWorkingDir: bench,
      // Branches for Node, which a browser never enters.
      external: ['node:*', 'fs', 'path', 'os', 'util', 'crypto', 'worker_threads', 'perf_hooks', 'gl'],
      ...options,
    });
    return { type: 'text/javascript; charset=utf-8', body: outputFiles?.[0]?.contents ?? '' };
  };
  /** @param {string} contents A peer that is not installed answers with 404 when it is asked for. */
  const peer = (contents) =>
    bundle({ stdin: { contents, resolveDir: bench } }).catch(() => ({ status: 404, body: '' }));
  return {
    '/': { type: 'text/html; charset=utf-8', body: page },
    '/worker.js': await bundle({ entryPoints: ['measure/browser-worker.mjs'] }),
    '/peers/tfjs.bundle.js': await peer(`
      import * as tf from '@tensorflow/tfjs-core';
      import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
      export { tf, setThreadsCount, setWasmPaths };`),
    '/peers/brain.bundle.js': await peer(`
      import { default as NeuralNetwork } from 'brain.js/dist/neural-network';
      export default { NeuralNetwork: NeuralNetwork.default ?? NeuralNetwork };`),
  };
}
