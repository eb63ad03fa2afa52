// Chromium, and Firefox by way of WebDriver BiDi.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { bounded, temporaryFolder, withLifetime } from './processes.mjs';
import { chromium, firefox } from './programs.mjs';

/** @typedef {Required<import('./launch.mjs').LaunchOptions>} Settings */

/** Nothing is looked up outside this machine, and it runs where there is neither a sandbox nor a graphics card. */
const CHROMIUM_FLAGS = [
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--hide-scrollbars=false',
  // Chromium refuses to run as root inside its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** @param {Settings} settings */
const firefoxPreferences = ({ colorScheme, reducedMotion }) => ({
  'layout.css.prefers-color-scheme.content-override': colorScheme === 'dark' ? 0 : 1,
  'ui.prefersReducedMotion': reducedMotion ? 1 : 0,
  // A tab opens without the animation that would move the page under the first click.
  'browser.tabs.animate': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.normandy.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'browser.region.update.enabled': false,
  'services.settings.server': 'data:,none',
});

/**
 * @param {'chromium' | 'firefox'} engine
 * @param {Settings} settings
 * @returns {Promise<import('./launch.mjs').Driver>}
 */
export async function launchPuppeteer(engine, settings) {
  const folder = temporaryFolder();
  try {
    const browser = await puppeteer.launch({
      browser: engine === 'firefox' ? 'firefox' : 'chrome',
      executablePath: wrap(
        folder.path,
        String(engine === 'firefox' ? firefox() : chromium()),
        settings.lifetime,
      ),
      headless: true,
      // Through a pipe Chromium notices when we are gone, and ends.
      pipe: engine === 'chromium',
      userDataDir: join(folder.path, 'profile'),
      timeout: 50_000,
      protocolTimeout: settings.timeout,
      defaultViewport: null,
      args: engine === 'chromium' ? [...CHROMIUM_FLAGS, '--window-size=1280,1024'] : [],
      extraPrefsFirefox: firefoxPreferences(settings),
      env: { ...process.env, HOME: folder.path, XDG_CACHE_HOME: join(folder.path, 'cache') },
    });
    return await makeDriver(browser, settings, folder.remove);
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** @param {string} folder @param {string} program @param {number} lifetime */
function wrap(folder, program, lifetime) {
  const file = join(folder, 'browser.sh');
  writeFileSync(file, `#!/bin/sh\nexec ${withLifetime(lifetime, program).join(' ')} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

/**
 * @param {import('puppeteer-core').Browser} browser
 * @param {Settings} settings
 * @param {() => void} cleanUp
 * @returns {Promise<import('./launch.mjs').Driver>}
 */
async function makeDriver(browser, settings, cleanUp) {
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  await page.setViewport({ width: settings.width, height: settings.height });
  // Firefox has both as preferences.
  if (settings.colorScheme !== 'light' || settings.reducedMotion) await emulate(page, settings);
  /** @type {string[]} */
  let errors = [];
  page.on('console', (message) => {
    // Browsers ask for it by themselves; for a page that was left, its server may be gone by then.
    const isFavicon = message.location().url?.endsWith('/favicon.ico');
    if (message.type() === 'error' && !isFavicon) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error instanceof Error ? error.message : String(error)));
  return {
    version: await browser.version(),
    async goto(url) {
      errors = [];
      await page.goto(url, { timeout: settings.timeout, waitUntil: 'load' });
    },
    async call(source, args) {
      // Sent as a declaration: under a strict Content-Security-Policy a page cannot evaluate text itself.
      const list = args.map((value) => JSON.stringify(value) ?? 'undefined').join(', ');
      return page.evaluate(`(${source})(${list})`);
    },
    screenshot: () => page.screenshot({ type: 'png', captureBeyondViewport: false }),
    resize: (width, height) => page.setViewport({ width, height }),
    async drag([first, ...rest]) {
      if (!first) return;
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const point of rest) await page.mouse.move(...point);
      await page.mouse.up();
    },
    type: (text) => page.keyboard.type(text),
    async press(key, modifiers) {
      const held = /** @type {import('puppeteer-core').KeyInput[]} */ (modifiers);
      for (const modifier of held) await page.keyboard.down(modifier);
      await page.keyboard.press(/** @type {import('puppeteer-core').KeyInput} */ (key));
      for (const modifier of held) await page.keyboard.up(modifier);
    },
    errors: async () => errors,
    async close() {
      const { pid } = browser.process() ?? {};
      await bounded(browser.close(), 10_000, 'closing the browser').catch(() => killGroup(pid));
      cleanUp();
    },
  };
}

/** @param {import('puppeteer-core').Page} page @param {Settings} settings */
async function emulate(page, { colorScheme, reducedMotion }) {
  try {
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: colorScheme },
      { name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference' },
    ]);
  } catch {
    // Not in WebDriver BiDi.
  }
}

/** @param {number | undefined} pid */
function killGroup(pid) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
