// What the tests in browsers share.

import { test } from 'node:test';
import { ENGINES, launch } from '../../scripts/browsers/launch.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';

/** @typedef {import('../../scripts/browsers/launch.mjs').Engine} Engine */
/** @typedef {import('../../scripts/browsers/launch.mjs').LaunchOptions} LaunchOptions */
/** @typedef {Awaited<ReturnType<typeof launch>>} Browser */

/** While you work on one of them: BROWSERS=firefox npm run test:browsers. */
const chosen = ENGINES.filter((engine) => (process.env.BROWSERS ?? engine).split(',').includes(engine));

/**
 * One test for each engine, with a browser that is closed at its end. Starting one takes seconds: put what belongs
 * together into one test, as subtests.
 * @param {string} name
 * @param {(browser: Browser, context: import('node:test').TestContext) => Promise<void>} body
 * @param {LaunchOptions} [options]
 */
export function inEachEngine(name, body, options = {}) {
  for (const engine of chosen) {
    test(`${engine}: ${name}`, { timeout: 180_000 }, async (context) => {
      const browser = await launch(engine, { lifetime: 180, ...options });
      try {
        await body(browser, context);
      } finally {
        await browser.close();
      }
    });
  }
}

/** Where a test leaves a picture of what it saw. @param {string} name */
export const screenshotFile = (name) => inRoot('build/screenshots', `${name}.png`);
