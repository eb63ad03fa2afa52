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

/** Waits for the page's script, and notes where everything lies then. @param {Page} page */
export async function untilReady(page) {
  await page.waitFor(() => document.documentElement.dataset.ready === 'yes');
  await page.evaluate(noteLandmarks);
}

/** Where the parts of a page lie, as `landmarks`, and where they lie now, as `landmarksBefore`. Runs in the page. */
function noteLandmarks() {
  const selector =
    'main, section, footer, h1, h2, h3, h4, .panel, .toolbar, .chart, canvas, button, dl, .status';
  const landmarks = (/** @type {Document} */ root) => {
    const { scrollX = 0, scrollY = 0 } = root.defaultView ?? {};
    // What a closed box holds has no place; in an open one, a table grows as the visitor wants.
    return Array.from(root.querySelectorAll(selector))
      .filter((element) => !element.closest('details'))
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const name = `${element.nodeName} ${element.id || element.className || element.textContent}`;
        const [left, top, ...size] = [x + scrollX, y + scrollY, width, height].map(Math.round);
        return { name, top, place: `${left},${top}`, box: `${left},${top},${size}` };
      });
  };
  Object.assign(globalThis, { landmarks, landmarksBefore: landmarks(document) });
}

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
 * What moved by itself since the page was opened, and how far. Where the engine tells, what moves within half a second
 * of a click is the visitor's doing and does not count; elsewhere nothing may lie in another place than before.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
export async function layoutShifts(page) {
  const isTold = () => PerformanceObserver.supportedEntryTypes.includes('layout-shift');
  if (await page.evaluate(isTold)) return page.evaluate(shiftsThatAreTold);
  // A page whose script did not start was never ready.
  if (!(await page.evaluate(() => 'landmarks' in globalThis))) await page.evaluate(noteLandmarks);
  return page.evaluate(movedLandmarks);
}

/** Runs in the page. */
async function shiftsThatAreTold() {
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
}

/** Since it was ready, and, as far as that could be seen, from before its script ran until then. Runs in the page. */
async function movedLandmarks() {
  const { landmarks, landmarksBefore: ready } = /** @type {any} */ (globalThis);
  // The page as the server sent it: in this frame no script runs.
  const frame = document.createElement('iframe');
  frame.sandbox.add('allow-same-origin');
  frame.style.cssText = `position: fixed; inset: 0; border: 0; visibility: hidden; width: ${innerWidth}px; height: ${innerHeight}px`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  frame.src = location.href;
  document.body.append(frame);
  await loaded;
  const sent = landmarks(frame.contentDocument);
  frame.remove();
  const compare = (/** @type {any[]} */ before, /** @type {any[]} */ after, /** @type {string} */ what) =>
    before.flatMap((one, index) =>
      one[what] === after[index][what] ? [] : [`${one.name} from ${one[what]} to ${after[index][what]}`],
    );
  // What grew below the edge of the screen nobody has seen; above it, growth shows in the places of what follows.
  const isSeen = (/** @type {any} */ _, /** @type {number} */ index) => sent[index].top < innerHeight;
  return [
    ...compare(sent.filter(isSeen), ready.filter(isSeen), 'place'),
    ...compare(ready, landmarks(document), 'box'),
  ];
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
