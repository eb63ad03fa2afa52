// What the tests in browsers share.

import { after, test } from 'node:test';
import { launch } from '../../scripts/browsers/launch.mjs';
import { chosenEngines } from '../../scripts/browsers/programs.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';

/** @typedef {import('../../scripts/browsers/launch.mjs').Engine} Engine */
/** @typedef {import('../../scripts/browsers/launch.mjs').LaunchOptions} LaunchOptions */
/** @typedef {Awaited<ReturnType<typeof launch>>} Browser */

const chosen = chosenEngines();

/** The browsers that are open, by engine and by what they tell a page that its user prefers. @type {Map<string, Browser>} */
const open = new Map();

/** @param {string} key */
async function close(key) {
  const browser = open.get(key);
  open.delete(key);
  await browser?.close();
}
after(() => Promise.all(Array.from(open.keys(), close)));

/**
 * One test for each engine. Tests share a browser, one after the other: each opens pages of its own server, and so of
 * an origin that no other test has seen.
 * @param {string} name
 * @param {(browser: Browser, context: import('node:test').TestContext) => Promise<void>} body
 * @param {LaunchOptions} [options]
 */
export function inEachEngine(name, body, options = {}) {
  const { colorScheme = 'light', reducedMotion = false, width = 1000, height = 760 } = options;
  for (const engine of chosen) {
    test(`${engine}: ${name}`, { timeout: 180_000 }, async (context) => {
      const key = `${engine} ${colorScheme} ${reducedMotion}`;
      const browser = open.get(key) ?? (await launch(engine, { lifetime: 600, ...options }));
      open.set(key, browser);
      try {
        await (await browser.open('about:blank')).resize(width, height);
        await body(browser, context);
        // What a page still does must not disturb the next one.
        await browser.open('about:blank');
      } catch (error) {
        // Nobody knows in what state the browser is.
        await close(key);
        throw error;
      }
    });
  }
}

/** Where a test leaves a picture of what it saw. @param {string} name */
export const screenshotFile = (name) => inRoot('build/screenshots', `${name}.png`);
