// Real browsers for the tests: one way to use three engines. Each session has a new profile, talks to this machine
// only, and ends by itself after its lifetime.
//
//   const browser = await launch('webkit', { colorScheme: 'dark' });
//   const page = await browser.open(url);
//   await page.click('#train');
//   await page.waitFor(() => document.querySelector('#accuracy')?.textContent !== '');
//   await page.screenshot('build/screenshots/learn.png');
//   assert.deepEqual(await page.errors(), []);
//   await browser.close();

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bounded } from './processes.mjs';
import { missingPrograms } from './programs.mjs';
import { launchPuppeteer } from './puppeteer.mjs';
import { launchWebKit } from './webkit.mjs';

export { ENGINES } from './programs.mjs';

/** @typedef {import('./programs.mjs').Engine} Engine */

/**
 * @typedef {object} LaunchOptions
 * @property {'light' | 'dark'} [colorScheme] what the page is told the user prefers, default light
 * @property {boolean} [reducedMotion] likewise, default false
 * @property {number} [width] of the page in CSS pixels, default 1000
 * @property {number} [height] default 760
 * @property {number} [timeout] milliseconds for each thing that is asked of the browser, default 30 000
 * @property {number} [lifetime] seconds after which the browser is ended, whatever it does, default 300
 */

/**
 * What an engine's driver has to give; `Page` makes everything else of it.
 * @typedef {object} Driver
 * @property {string} version
 * @property {(url: string) => Promise<void>} goto until the page's load event
 * @property {(source: string, args: unknown[]) => Promise<unknown>} call a function, by its source; arguments and result are JSON
 * @property {() => Promise<Uint8Array>} screenshot of what is visible, PNG
 * @property {(width: number, height: number) => Promise<void>} resize
 * @property {(points: Point[]) => Promise<void>} drag presses at the first point, releases at the last; one point: a click
 * @property {(text: string) => Promise<void>} type into what has the focus
 * @property {(key: string, modifiers: string[]) => Promise<void>} press a key by its name
 * @property {() => Promise<string[]>} errors
 * @property {() => Promise<void>} close
 */
/** @typedef {readonly [x: number, y: number]} Point */

/**
 * Starts a browser with one page.
 * @param {Engine} engine
 * @param {LaunchOptions} [options]
 */
export async function launch(engine, options = {}) {
  const missing = missingPrograms(engine);
  if (missing.length > 0) throw new Error(`${engine} cannot be started: ${missing.join(', ')} not found`);
  const { colorScheme = 'light', reducedMotion = false, width = 1000, height = 760 } = options;
  const { timeout = 30_000, lifetime = 300 } = options;
  const settings = { colorScheme, reducedMotion, width, height, timeout, lifetime };
  const start = engine === 'webkit' ? launchWebKit(settings) : launchPuppeteer(engine, settings);
  const driver = await bounded(start, 60_000, `starting ${engine}`);
  const page = new Page(driver, timeout);
  return {
    engine,
    version: driver.version,
    /** Opens an address in this browser's only page. @param {string | URL} url */
    async open(url) {
      await page.goto(url);
      return page;
    },
    close: () => driver.close(),
  };
}

/** Runs `use` with a page at `url`, and closes the browser in any case.
 * @template T
 * @param {Engine} engine
 * @param {string | URL} url
 * @param {(page: Page) => Promise<T>} use
 * @param {LaunchOptions} [options]
 * @returns {Promise<T>}
 */
export async function withPage(engine, url, use, options) {
  const browser = await launch(engine, options);
  try {
    return await use(await browser.open(url));
  } finally {
    await browser.close();
  }
}

/** One page. Selectors are CSS selectors; each must find an element, or the call rejects and names it. */
export class Page {
  #driver;
  #timeout;

  /** @param {Driver} driver @param {number} timeout */
  constructor(driver, timeout) {
    this.#driver = driver;
    this.#timeout = timeout;
  }

  /** @param {string | URL} url */
  async goto(url) {
    await bounded(this.#driver.goto(String(url)), this.#timeout, `opening ${url}`);
  }

  /**
   * Calls a function in the page and waits for what it returns. It is sent as text: it sees its arguments and the
   * page, nothing of ours. Arguments and result are JSON.
   * @template {unknown[]} Args
   * @template Result
   * @param {(...args: Args) => Result} work
   * @param {Args} args
   * @returns {Promise<Awaited<Result>>}
   */
  async evaluate(work, ...args) {
    const result = this.#driver.call(String(work), args);
    return /** @type {Promise<Awaited<Result>>} */ (bounded(result, this.#timeout, 'a script in the page'));
  }

  /**
   * Asks until the function returns something true, and gives that.
   * @template {unknown[]} Args
   * @template Result
   * @param {(...args: Args) => Result} condition
   * @param {{ timeout?: number }} [options] milliseconds
   * @param {Args} args
   * @returns {Promise<NonNullable<Awaited<Result>>>}
   */
  async waitFor(condition, { timeout = this.#timeout } = {}, ...args) {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await this.evaluate(condition, ...args);
      if (value) return value;
      if (Date.now() > end) {
        const errors = await this.errors();
        throw new Error(`after ${timeout} ms this is still not true: ${condition}\n${errors.join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** PNG of what is visible. @param {string} [file] written there, its folder made @returns {Promise<Uint8Array>} */
  async screenshot(file) {
    const png = await bounded(this.#driver.screenshot(), this.#timeout, 'a screenshot');
    if (file !== undefined) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, png);
    }
    return png;
  }

  /** @param {number} width @param {number} height of the page, in CSS pixels */
  async resize(width, height) {
    await bounded(this.#driver.resize(width, height), this.#timeout, 'a new size');
  }

  /** Clicks with the mouse into the middle of the element. @param {string} selector */
  async click(selector) {
    const { width, height, left, top } = await this.#box(selector);
    await this.#input(this.#driver.drag([[left + width / 2, top + height / 2]]), `a click on ${selector}`);
  }

  /**
   * Presses the mouse at the first point, moves it through the others, releases it at the last.
   * @param {string} selector
   * @param {readonly Point[]} points CSS pixels from the element's upper left corner
   */
  async drag(selector, points) {
    const { left, top } = await this.#box(selector);
    const path = points.map(([x, y]) => /** @type {const} */ ([left + x, top + y]));
    await this.#input(this.#driver.drag([...path]), `a drag on ${selector}`);
  }

  /** Gives the element the focus and types. @param {string} selector @param {string} text */
  async type(selector, text) {
    await this.focus(selector);
    await this.#input(this.#driver.type(text), `typing into ${selector}`);
  }

  /**
   * Presses a key for what has the focus: a character, or 'Enter', 'Tab', 'Escape', 'Backspace', 'Delete', 'Home',
   * 'End', 'PageUp', 'PageDown', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'.
   * @param {string} key
   * @param {...('Shift' | 'Control' | 'Alt')} modifiers
   */
  async press(key, ...modifiers) {
    await this.#input(this.#driver.press(key, modifiers), `the key ${key}`);
  }

  /** @param {string} selector */
  async focus(selector) {
    await this.#box(selector);
    await this.evaluate(
      (name) => /** @type {HTMLElement} */ (document.querySelector(name)).focus(),
      selector,
    );
  }

  /** @param {string} selector */
  async text(selector) {
    await this.#box(selector);
    return this.evaluate((name) => document.querySelector(name)?.textContent ?? '', selector);
  }

  /**
   * Errors on the console, uncaught errors and unhandled rejections since the page was opened. WebKit's driver has no
   * console: there they are known for pages of `serve` with `collectErrors` only.
   * @returns {Promise<string[]>}
   */
  errors() {
    return bounded(this.#driver.errors(), this.#timeout, 'the errors of the page');
  }

  /** Scrolls the element into view. @param {string} selector */
  async #box(selector) {
    const box = await this.evaluate((name) => {
      const element = document.querySelector(name);
      if (!element) return undefined;
      const visible = element.getBoundingClientRect();
      if (visible.top < 0 || visible.bottom > innerHeight)
        element.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { left, top, width, height };
    }, selector);
    if (!box) throw new Error(`no element ${selector} in the page`);
    return box;
  }

  /** @param {Promise<void>} work @param {string} what */
  #input(work, what) {
    return bounded(work, this.#timeout, what);
  }
}
