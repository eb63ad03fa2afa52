// The package itself in the three engines: every build and its bits, the probe, workers, policies, and servers that
// answer something else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadRuntime } from '@sasi/wasm-performance';
import { serve } from '../../scripts/browsers/server.mjs';
import { BUNDLE } from '../../scripts/lib/browser-tests.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { kernelHashes } from './kernel-bits.mjs';
import { inEachEngine, screenshotFile } from './support.mjs';

/** @typedef {import('../../scripts/browsers/server.mjs').ServeOptions} ServeOptions */
/** @typedef {import('../../scripts/browsers/launch.mjs').Page} Page */
/** @typedef {{ candidate: string, accepted: boolean, code?: string, reason: string }} Candidate */

const ALLOWED = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const FORBIDDEN = "default-src 'self'; script-src 'self'";
const simd = readFileSync(inRoot('dist/wasm/simd/neural.wasm'));

/** What the page does: each program is a script of its own, which leaves a promise in `outcome`. */
const PROGRAMS = {
  builds: `
    import { detectFeatures, loadRuntime } from '/package/bundle/index.js';
    import { kernelHashes } from '/test/browser/kernel-bits.mjs';
    globalThis.outcome = (async () => {
      const features = detectFeatures();
      const hashes = {};
      for (const variant of ['simd', 'scalar', 'js']) {
        const runtime = await loadRuntime({ variant });
        hashes[variant] = await kernelHashes(runtime);
        runtime.dispose();
      }
      const relaxed = await loadRuntime({ variant: 'relaxed' }).then(
        (runtime) => { const product = [...runtime.ops.matmul(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), { m: 2, n: 2, k: 2 })]; runtime.dispose(); return product; },
        (error) => error.code,
      );
      const auto = await loadRuntime();
      const { variant } = auto;
      auto.dispose();
      return { features, hashes, relaxed, variant };
    })();`,
  load: `
    import { loadRuntime } from '/package/bundle/index.js';
    const options = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}');
    globalThis.outcome = loadRuntime(options).then(
      (runtime) => ({ variant: runtime.variant, selection: runtime.selection, sum: runtime.ops.sum(Float32Array.of(1, 2, 3)) }),
      (error) => ({ code: error.code, message: error.message }),
    );`,
  worker: `
    globalThis.outcome = new Promise((resolve, reject) => {
      const worker = new Worker('/in-worker.js', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
    });`,
  'in-worker': `
    import { loadRuntime } from '/package/bundle/index.js';
    import { kernelHashes } from '/test/browser/kernel-bits.mjs';
    const runtime = await loadRuntime();
    postMessage({ variant: runtime.variant, hashes: await kernelHashes(runtime) });
    runtime.dispose();`,
  inline: `
    import { loadRuntime } from '/package/inline.js';
    globalThis.outcome = (async () => {
      const variants = [];
      for (const variant of ['simd', 'scalar', 'js']) {
        const runtime = await loadRuntime({ variant });
        variants.push([runtime.variant, runtime.ops.sum(Float32Array.of(1, 2, 3))]);
        runtime.dispose();
      }
      return variants;
    })();`,
};
const PAGES = Object.fromEntries(
  Object.entries(PROGRAMS).flatMap(([name, body]) => [
    [
      `/${name}`,
      {
        body: `<!doctype html><title>${name}</title><p>${name}</p><script type="module" src="/${name}.js"></script>`,
      },
    ],
    [`/${name}.js`, { body }],
  ]),
);

/**
 * @param {ServeOptions} options
 * @param {(server: Awaited<ReturnType<typeof serve>>) => Promise<void>} use
 */
async function withServer(options, use) {
  const server = await serve({
    folders: {
      '/dist/': inRoot('dist'),
      '/package/': inRoot('dist'),
      '/package/bundle/': BUNDLE,
      '/test/browser/': inRoot('test/browser'),
    },
    headers: { 'content-security-policy': ALLOWED },
    collectErrors: true,
    ...options,
    answers: { ...PAGES, ...options.answers },
  });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

/** @param {Page} page @returns {Promise<any>} */
const outcome = (page) => page.waitFor(() => /** @type {any} */ (globalThis).outcome, { timeout: 60_000 });

/** What Node computes, with the scalar build. */
const expected = await (async () => {
  const runtime = await loadRuntime({ variant: 'scalar' });
  const hashes = await kernelHashes(runtime);
  runtime.dispose();
  return hashes;
})();

inEachEngine('every build, the probe, workers, policies, wrong answers', async (browser, context) => {
  await context.test("every build runs, and its bits are Node's", async () => {
    await withServer({}, async (server) => {
      const page = await browser.open(`${server.url}builds`);
      const { features, hashes, relaxed, variant } = await outcome(page);
      assert.ok(Object.keys(expected).length > 50);
      for (const build of ['simd', 'scalar', 'js']) assert.deepEqual(hashes[build], expected, build);
      assert.equal(variant, 'simd');
      assert.deepEqual([features.wasm, features.simd, features.crossOriginIsolated], [true, true, false]);
      // Asked of the engine itself, in other words than ours.
      assert.deepEqual(relaxed, features.relaxedSimd ? [19, 22, 43, 50] : 'VARIANT_UNSUPPORTED');
      assert.deepEqual(await page.errors(), []);
      await page.screenshot(screenshotFile(`builds-${browser.engine}`));
    });
  });

  await context.test('only the chosen build is fetched, once', async () => {
    await withServer({}, async (server) => {
      const { variant } = await outcome(await browser.open(`${server.url}load`));
      assert.equal(variant, 'simd');
      const files = server.requests.filter((path) => /\/wasm\//.test(path));
      assert.deepEqual(files, ['/package/wasm/simd/neural.wasm']);
    });
  });

  await context.test('in a worker the bits are the same', async () => {
    await withServer({}, async (server) => {
      const { variant, hashes } = await outcome(await browser.open(`${server.url}worker`));
      assert.equal(variant, 'simd');
      assert.deepEqual(hashes, expected);
    });
  });

  await context.test('the inline form fetches nothing but itself', async () => {
    await withServer({}, async (server) => {
      const result = await outcome(await browser.open(`${server.url}inline`));
      assert.deepEqual(result, [
        ['simd', 6],
        ['scalar', 6],
        ['js', 6],
      ]);
      assert.ok(!server.requests.some((path) => /\/wasm\//.test(path)));
    });
  });

  await context.test('where the policy forbids WebAssembly the js build runs and says why', async () => {
    await withServer({ headers: { 'content-security-policy': FORBIDDEN } }, async (server) => {
      const page = await browser.open(`${server.url}load`);
      const { variant, selection, sum } = await outcome(page);
      assert.deepEqual([variant, sum], ['js', 6]);
      const refused = /** @type {Candidate[]} */ (selection).filter(({ accepted }) => !accepted);
      assert.deepEqual(
        refused.map(({ candidate, code }) => [candidate, code]),
        [
          ['simd', 'CSP_BLOCKED'],
          ['scalar', 'CSP_BLOCKED'],
        ],
      );
      for (const { reason } of refused) assert.match(reason, /wasm-unsafe-eval/);
      assert.ok(!server.requests.some((path) => path.endsWith('.wasm')), 'what may not run is not fetched');
      // The browser itself notes each attempt, of which there is one for each candidate.
      const errors = await page.errors();
      assert.ok(errors.length <= 2, errors.join('\n'));
      await page.screenshot(screenshotFile(`policy-${browser.engine}`));

      const named = await browser.open(`${server.url}load?named#${encodeURIComponent('{"variant":"simd"}')}`);
      const { code, message } = await outcome(named);
      assert.equal(code, 'CSP_BLOCKED');
      assert.match(message, /script-src 'wasm-unsafe-eval'/);
    });
  });

  await context.test(
    'a worker whose policy forbids WebAssembly runs the js build, with the same bits',
    async () => {
      await withServer({ headers: { 'content-security-policy': FORBIDDEN } }, async (server) => {
        const { variant, hashes } = await outcome(await browser.open(`${server.url}worker`));
        assert.equal(variant, 'js');
        assert.deepEqual(hashes, expected);
      });
    },
  );

  await context.test('a wrong MIME type costs nothing but streaming', async () => {
    for (const type of ['application/octet-stream', 'text/plain', '']) {
      await withServer({ types: { '.wasm': type } }, async (server) => {
        const page = await browser.open(`${server.url}load`);
        const { variant, sum } = await outcome(page);
        assert.deepEqual([variant, sum], ['simd', 6], type);
        assert.deepEqual(await page.errors(), []);
      });
    }
  });

  /** @type {[string, import('../../scripts/browsers/server.mjs').Answer, string, RegExp][]} */
  const wrong = [
    [
      'index.html',
      { body: '<!doctype html><title>App</title>', type: 'text/html' },
      'NOT_WASM',
      /neural\.wasm is not WebAssembly: .*3c 21 64 6f.*status 200.*text\/html.*give wasmUrl/,
    ],
    [
      'a page that calls itself wasm',
      { body: '<!doctype html>', type: 'application/wasm' },
      'NOT_WASM',
      /3c 21 64 6f.*application\/wasm/,
    ],
    ['404', { body: 'not here', type: 'text/plain', status: 404 }, 'FETCH_FAILED', /neural\.wasm .*404/],
    [
      'half of the file',
      { body: simd.subarray(0, simd.length / 2), type: 'application/wasm' },
      'COMPILE_FAILED',
      /truncated or damaged/,
    ],
  ];
  for (const [what, answer, code, message] of wrong) {
    await context.test(
      `a server that answers ${what}: named, it rejects and says so; else the next build runs`,
      async () => {
        await withServer({ answers: { '/package/wasm/simd/neural.wasm': answer } }, async (server) => {
          const failed = await outcome(
            await browser.open(`${server.url}load#${encodeURIComponent('{"variant":"simd"}')}`),
          );
          assert.equal(failed.code, code);
          assert.match(failed.message, message);
          const { variant, selection, sum } = await outcome(await browser.open(`${server.url}load?auto`));
          assert.deepEqual([variant, sum, selection[0].code], ['scalar', 6, code]);
        });
      },
    );
  }

  await context.test('a load that is cancelled, and one that takes too long', async () => {
    const late = () => {}; // an answer that never comes
    await withServer({ answers: { '/package/wasm/simd/neural.wasm': late } }, async (server) => {
      const options = encodeURIComponent('{"variant":"simd","timeout":300}');
      const { code, message } = await outcome(await browser.open(`${server.url}load#${options}`));
      assert.equal(code, 'LOAD_TIMEOUT');
      assert.match(message, /300/);
    });
  });
});
