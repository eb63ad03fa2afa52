// What the tests of the demo page share: the built site, ways to use it, and what is asked of it at every moment.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from '../../scripts/browsers/server.mjs';
import { HEADERS } from '../../scripts/demo/serve.mjs';
import { SITE } from '../../scripts/demo/site.mjs';

/** @typedef {import('../../scripts/browsers/launch.mjs').Page} Page */
/** @typedef {import('../../scripts/browsers/server.mjs').ServeOptions} ServeOptions */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'));

/**
 * The page's worker with a script before its own: it can spoil the messages, which no server can.
 * @param {string} script
 */
export const spoiledWorker = (script) => ({
  'assets/worker.js': { body: `${script}\n${readFileSync(join(SITE, 'assets/worker.js'), 'utf8')}` },
});

/** Below a path of its own: the site must not depend on where it lies. */
const PATH = '/some/where/';

/** @param {ServeOptions} [options] answers are named as in the site: 'assets/worker.js' */
export async function serveDemo({ answers = {}, ...options } = {}) {
  const placed = Object.entries(answers).map(([name, answer]) => [PATH + name, answer]);
  const server = await serve({
    folders: { [PATH]: SITE },
    headers: HEADERS,
    collectErrors: true,
    ...options,
    answers: { '/axe.js': { body: axe }, ...Object.fromEntries(placed) },
  });
  return { ...server, url: server.url + PATH.slice(1) };
}

/** @param {Page} page */
export const untilReady = (page) => page.waitFor(() => document.documentElement.dataset.ready === 'yes');

/**
 * Waits until what an element says matches; rejects with what it says instead.
 * @param {Page} page
 * @param {string} selector
 * @param {RegExp} pattern
 * @param {number} [timeout] milliseconds
 */
export async function untilSays(page, selector, pattern, timeout = 30_000) {
  const says = (/** @type {string} */ name, /** @type {string} */ source) =>
    new RegExp(source).test(document.querySelector(name)?.textContent ?? '');
  await page.waitFor(says, { timeout }, selector, pattern.source).catch(async () => {
    assert.match(await page.text(selector), pattern, `${selector} after ${timeout} ms`);
  });
  return page.text(selector);
}

/** What stands in the cells of a table's body. @param {Page} page @param {string} selector @returns {Promise<string[][]>} */
export function cells(page, selector) {
  return page.evaluate(
    (name) =>
      Array.from(document.querySelectorAll(`${name} tbody tr`), (row) =>
        Array.from(row.children, (cell) => cell.textContent ?? ''),
      ),
    selector,
  );
}

/**
 * What moved by itself since the page was opened, and how far; undefined where the engine does not tell. What moves
 * within half a second of a click is the visitor's doing and does not count.
 * @param {Page} page
 * @returns {Promise<string[] | undefined>}
 */
export function layoutShifts(page) {
  return page.evaluate(async () => {
    if (!PerformanceObserver.supportedEntryTypes.includes('layout-shift')) return undefined;
    /** @type {string[]} */
    const shifts = [];
    const name = (/** @type {any} */ { node, previousRect: from, currentRect: to }) =>
      `${node?.id || node?.className || node?.nodeName} from ${from.x},${from.y} to ${to.x},${to.y}`;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { hadRecentInput, value, sources } = /** @type {any} */ (entry);
        if (!hadRecentInput) shifts.push(`${value}: ${sources.map(name).join('; ')}`);
      }
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
    observer.disconnect();
    return shifts;
  });
}

/**
 * Every violation that axe finds, with the elements.
 * @param {Page} page
 * @param {string[]} [rules] default: all
 * @returns {Promise<string[]>}
 */
export async function violations(page, rules) {
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        if ('axe' in globalThis) resolve(undefined);
        const script = document.createElement('script');
        script.src = '/axe.js';
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      }),
  );
  return page.evaluate(async (chosen) => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      resultTypes: ['violations'],
      ...(chosen ? { runOnly: { type: 'rule', values: chosen } } : {}),
    });
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  }, rules);
}

/** @param {Page} page @param {'auto' | 'light' | 'dark'} scheme */
export const chooseColours = (page, scheme) => page.click(`#theme input[value=${scheme}]`);

/** Opens or closes every box with a table. @param {Page} page @param {boolean} open */
export const openTables = (page, open) =>
  page.evaluate((wanted) => {
    for (const box of document.querySelectorAll('details')) box.open = wanted;
  }, open);

/** @param {Page} page @param {string} selector */
export const scrollTo = (page, selector) =>
  page.evaluate((name) => {
    document.querySelector(name)?.scrollIntoView({ block: 'start', behavior: 'instant' });
  }, selector);
