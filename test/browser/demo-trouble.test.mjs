// The demo page where something is wrong: it says what, says how to mend it, and does what can still be done.

import assert from 'node:assert/strict';
import {
  cells,
  layoutShifts,
  scrollTo,
  serveDemo,
  spoiledWorker,
  untilReady,
  untilSays,
  violations,
} from './demo-page.mjs';
import { inEachEngine } from './support.mjs';

/** @typedef {import('./demo-page.mjs').Page} Page */

const indexPage = { body: '<!doctype html><title>index</title>', type: 'text/html' };

/** @param {Page} page @param {string} selector */
const isDisabled = (page, selector) =>
  page.evaluate((name) => /** @type {HTMLButtonElement} */ (document.querySelector(name)).disabled, selector);

/** @type {Record<string, { options: import('./demo-page.mjs').ServeOptions, check: (page: Page) => Promise<void> }>} */
const troubles = {
  'WebAssembly is forbidden': {
    options: { headers: { 'content-security-policy': "default-src 'self'" } },
    async check(page) {
      await untilReady(page);
      assert.match(await page.text('#notice'), /CSP_BLOCKED: .*'wasm-unsafe-eval'/);
      assert.equal(await page.text('#chip-build'), 'js');
      const selection = await cells(page, '#environment-selection');
      assert.deepEqual(
        selection.map(([, verdict]) => verdict),
        ['refused', 'refused', 'runs'],
      );
      await page.click('#swarm-start');
      await untilSays(page, '#swarm-rate', /^[\d.]+ [kM]$/);
      await page.click('#swarm-stop');
      // What was asked for by name is never replaced in silence.
      await page.click('#memory-start');
      await untilSays(page, '#memory-module', /^fallback, js$/);
      await page.click('#memory-builds input[value=simd]');
      await untilSays(page, '#memory-status', /^CSP_BLOCKED/);
      await page.click('#memory-stop');
      assert.deepEqual(await violations(page), []);
    },
  },
  'workers are forbidden': {
    options: {
      headers: {
        'content-security-policy':
          "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
      },
    },
    async check(page) {
      await untilReady(page);
      assert.match(await page.text('#notice'), /Content-Security-Policy forbids it; allow worker-src 'self'/);
      assert.match(await page.text('#environment-thread'), /the page’s own/);
      assert.equal(await page.text('#chip-build'), 'simd');
      await page.click('#learn-train');
      await untilSays(page, '#learn-accuracy', /^\d+\.\d %$/, 60_000);
      await page.click('#learn-stop');
      await untilSays(page, '#learn-status', /^(Stopped|Done) after/, 60_000);
    },
  },
  "the worker's script came as a page": {
    options: { answers: { 'assets/worker.js': indexPage } },
    async check(page) {
      await untilReady(page);
      assert.match(
        await page.text('#notice'),
        /worker\.js came with the content type text\/html.*serve the folder/,
      );
      assert.equal(await page.text('#chip-build'), 'simd');
    },
  },
  "the worker's script is not there": {
    options: { answers: { 'assets/worker.js': { status: 404, type: 'text/plain', body: 'no' } } },
    async check(page) {
      await untilReady(page);
      assert.match(await page.text('#notice'), /worker\.js was answered with status 404; serve the folder/);
    },
  },
  'a page came in place of each wasm file': {
    options: { answers: { 'wasm/simd/neural.wasm': indexPage, 'wasm/scalar/neural.wasm': indexPage } },
    async check(page) {
      await untilReady(page);
      assert.match(await page.text('#notice'), /NOT_WASM: .*status 200, content type text\/html/);
      assert.equal(await page.text('#chip-build'), 'js');
    },
  },
  'the SIMD file is not there': {
    options: { answers: { 'wasm/simd/neural.wasm': { status: 404, type: 'text/plain', body: 'no' } } },
    async check(page) {
      await untilReady(page);
      assert.match(await page.text('#notice'), /the scalar build.*FETCH_FAILED: .*status 404/);
      assert.equal(await page.text('#chip-build'), 'scalar');
      await page.evaluate(() => {
        /** @type {HTMLSelectElement} */ (document.querySelector('#learn-build')).value = 'simd';
      });
      await page.click('#learn-train');
      await untilSays(page, '#learn-status', /^FETCH_FAILED: .*status 404/);
    },
  },
  'the scalar file is not there': {
    options: { answers: { 'wasm/scalar/neural.wasm': { status: 404, type: 'text/plain', body: 'no' } } },
    async check(page) {
      await untilReady(page);
      await page.click('#memory-start');
      await untilSays(page, '#memory-status', /^Calls go on\.$/);
      await page.click('#pool-large');
      await untilSays(page, '#pool-status', /^Taken; /);
      await page.click('#memory-builds input[value=scalar]');
      await untilSays(page, '#memory-status', /^FETCH_FAILED: .*status 404.*\(simd runs\.\)$/);
      // As promised, the old build is still in use, with what the visitor took.
      assert.equal(await page.text('#memory-module'), 'production, simd');
      const checked = () => document.querySelector('#memory-builds input:checked')?.getAttribute('value');
      assert.equal(await page.evaluate(checked), 'simd');
      const blocks = (await cells(page, '#pool-table')).find(([name]) => name === 'Live blocks');
      assert.equal(blocks?.[1], '1');
      // From below the bar, which covers what the click before left there.
      await scrollTo(page, '#memory');
      await page.click('#memory-stop');
      await untilSays(page, '#memory-status', /^Stopped\.$/);
    },
  },
  'calls are lost in a switch, and a frame fails': {
    options: {
      answers: spoiledWorker(`
        const post = postMessage;
        let frames = 0;
        addEventListener('message', (event) => {
          const { id, method } = event.data;
          const result = (value) => { event.stopImmediatePropagation(); post(value); };
          if (method === 'use') result({ kind: 'result', id, value: 2 });
          // So many that the page is seen at work before: a look at it takes several frames.
          if (method === 'frame' && ++frames > 60)
            result({ kind: 'error', id, error: { name: 'Error', code: 'TRAPPED', message: 'it trapped' } });
        });`),
    },
    async check(page) {
      await untilReady(page);
      await page.click('#memory-start');
      await untilSays(page, '#memory-status', /^Calls go on\.$/);
      await page.click('#memory-builds input[value=scalar]');
      await untilSays(page, '#memory-status', /^scalar is in use, and 2 calls were lost\.$/);
      await page.click('#memory-stop');
      await page.click('#swarm-start');
      await untilSays(page, '#swarm-status', /^TRAPPED: it trapped$/);
      assert.ok(!(await isDisabled(page, '#swarm-start')));
      assert.ok(await isDisabled(page, '#swarm-stop'));
      // With a new worker.
      await page.click('#swarm-start');
      await untilSays(page, '#swarm-status', /^1,000 agents infer in every frame\.$/);
      await untilSays(page, '#swarm-status', /^TRAPPED: it trapped$/);
    },
  },
  'a worker breaks down under a call': {
    options: {
      answers: spoiledWorker(`
        addEventListener('message', (event) => {
          if (event.data.method !== 'begin') return;
          event.stopImmediatePropagation();
          throw new Error('out of luck');
        });`),
    },
    async check(page) {
      await untilReady(page);
      await page.click('#learn-train');
      await untilSays(page, '#learn-status', /^The worker broke down: .*out of luck/);
      assert.ok(!(await isDisabled(page, '#learn-train')));
      // What comes later is refused at once.
      await page.click('#learn-train');
      await untilSays(page, '#learn-status', /^The worker broke down: .*out of luck/);
    },
  },
  'the digits take their time': {
    options: {
      // Never answered: who waits for them has to be let go.
      answers: { 'data/digits.bin': () => {} },
    },
    async check(page) {
      await untilReady(page);
      await page.click('#learn-train');
      await untilSays(page, '#learn-status', /^Fetching the digits/);
      await page.click('#learn-stop');
      await untilSays(page, '#learn-status', /^Stopped before the training began\.$/);
      assert.ok(!(await isDisabled(page, '#learn-train')));
    },
  },
  'the wasm files have the wrong content type': {
    options: { types: { '.wasm': 'text/plain' } },
    async check(page) {
      await untilReady(page);
      assert.equal(await page.text('#notice'), 'Everything that this page needs is here.');
      assert.equal(await page.text('#chip-build'), 'simd');
    },
  },
  'a page came in place of the digits': {
    options: { answers: { 'data/digits.bin': indexPage } },
    async check(page) {
      await untilReady(page);
      await page.click('#learn-train');
      await untilSays(
        page,
        '#learn-status',
        /digits\.bin \(status 200, content type text\/html\).*npm run demo:build/,
      );
      assert.ok(!(await isDisabled(page, '#learn-train')));
    },
  },
  'the digits are not there': {
    options: { answers: { 'data/digits.bin': { status: 404, type: 'text/plain', body: 'no' } } },
    async check(page) {
      await untilReady(page);
      await page.click('#draw-example');
      await untilSays(page, '#draw-status', /digits are not at .*status 404.*npm run demo:build/);
    },
  },
  'the page’s own script is not there': {
    options: { answers: { 'assets/main.js': indexPage } },
    async check(page) {
      // At its moments, without waiting for them.
      const opacityAt = (/** @type {number} */ time) => {
        const line = /** @type {Element} */ (document.querySelector('.notice__boot'));
        for (const animation of line.getAnimations()) animation.currentTime = time;
        return Number(getComputedStyle(line).opacity);
      };
      assert.equal(await page.evaluate(opacityAt, 3900), 0);
      assert.equal(await page.evaluate(opacityAt, 4400), 1);
      assert.match(await page.text('#notice'), /assets\/main\.js/);
    },
  },
};

inEachEngine(
  'the demo page says what is wrong and does what it can',
  async (browser, context) => {
    for (const [name, { options, check }] of Object.entries(troubles)) {
      await context.test(name, async () => {
        const site = await serveDemo(options);
        try {
          const page = await browser.open(site.url);
          await check(page);
          assert.deepEqual(await layoutShifts(page), []);
        } finally {
          await site.close();
        }
      });
    }
  },
  { width: 1280, height: 900 },
);
