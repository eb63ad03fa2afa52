// WebKit: the WebKitGTK driver with its MiniBrowser on a virtual screen, by plain WebDriver requests
// (https://www.w3.org/TR/webdriver2/).

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { bounded, startProcess, temporaryFolder, withLifetime } from './processes.mjs';
import { miniBrowser, webKitDriver, xvfb } from './programs.mjs';

/** @typedef {Required<import('./launch.mjs').LaunchOptions>} Settings */

/** WebDriver's names of keys that are no characters. @type {Record<string, string>} */
const KEYS = {
  Backspace: '\uE003',
  Tab: '\uE004',
  Enter: '\uE007',
  Shift: '\uE008',
  Control: '\uE009',
  Alt: '\uE00A',
  Escape: '\uE00C',
  PageUp: '\uE00E',
  PageDown: '\uE00F',
  End: '\uE010',
  Home: '\uE011',
  ArrowLeft: '\uE012',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
  Delete: '\uE017',
};

/**
 * @param {Settings} settings
 * @returns {Promise<import('./launch.mjs').Driver>}
 */
export async function launchWebKit(settings) {
  const folder = temporaryFolder();
  /** @type {ReturnType<typeof startProcess>[]} */
  const started = [];
  const close = async () => {
    for (const each of [...started].reverse()) await each.end();
    folder.remove();
  };
  try {
    const screen = startProcess(
      withLifetime(settings.lifetime, String(xvfb()), [
        ...['-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'],
      ]),
      process.env,
    );
    started.push(screen);
    const display = await bounded(firstLine(screen.child), 15_000, 'starting Xvfb');
    const port = await freePort();
    const env = environment(folder.path, display, settings);
    const driver = startProcess(
      withLifetime(settings.lifetime, String(webKitDriver()), [`--port=${port}`]),
      env,
    );
    started.push(driver);
    return await openSession(`http://127.0.0.1:${port}`, settings, close);
  } catch (error) {
    const said = started.map((each) => each.said()).join('');
    await close();
    throw new Error(`WebKit did not start: ${error instanceof Error ? error.message : error}\n${said}`, {
      cause: error,
    });
  }
}

/** GTK tells the page what its user prefers. @param {string} folder @param {string} display @param {Settings} settings */
function environment(folder, display, { colorScheme, reducedMotion }) {
  const config = join(folder, 'config');
  mkdirSync(join(config, 'gtk-3.0'), { recursive: true });
  writeFileSync(
    join(config, 'gtk-3.0/settings.ini'),
    `[Settings]\ngtk-enable-animations=${reducedMotion ? 0 : 1}\n`,
  );
  return {
    ...process.env,
    DISPLAY: `:${display}`,
    GDK_BACKEND: 'x11',
    GTK_THEME: colorScheme === 'dark' ? 'Adwaita:dark' : 'Adwaita',
    HOME: folder,
    TMPDIR: folder,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    NO_AT_BRIDGE: '1', // no accessibility bus here
  };
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('close', () => reject(new Error('Xvfb ended')));
  });
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * @param {string} base
 * @param {Settings} settings
 * @param {() => Promise<void>} end
 * @returns {Promise<import('./launch.mjs').Driver>}
 */
async function openSession(base, settings, end) {
  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  const ask = async (method, path, body) => {
    const response = await fetch(base + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(settings.timeout + 1_000),
    });
    const { value } = /** @type {{ value: any }} */ (await response.json());
    if (!response.ok) throw new Error(`${value?.error}: ${value?.message}`);
    return value;
  };
  await untilReady(ask);
  const options = { binary: miniBrowser(), args: ['--automation'] };
  const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
  const session = await ask('POST', '/session', { capabilities });
  const at = `/session/${session.sessionId}`;
  await ask('POST', `${at}/timeouts`, { script: settings.timeout, pageLoad: settings.timeout });
  const driver = driverOf(`WebKit/${session.capabilities.browserVersion}`, (method, path, body) =>
    ask(method, at + path, body),
  );
  await driver.resize(settings.width, settings.height);
  return {
    ...driver,
    async close() {
      await bounded(ask('DELETE', at), 5_000, 'closing the browser').catch(() => {});
      await end();
    },
  };
}

/** @param {(method: string, path: string) => Promise<unknown>} ask */
async function untilReady(ask) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await ask('GET', '/status');
      return;
    } catch (error) {
      if (attempt === 150) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * @param {string} version
 * @param {(method: string, path: string, body?: object) => Promise<any>} ask
 * @returns {Omit<import('./launch.mjs').Driver, 'close'>}
 */
function driverOf(version, ask) {
  /** @param {string} source @param {unknown[]} args */
  const call = async (source, args) => {
    // What is thrown would arrive without its message otherwise.
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => (${source})(...arguments[0]))().then(
        (value) => done({ value: JSON.stringify(value) }),
        (error) => done({ error: String(error) + '\\n' + (error?.stack ?? '') }),
      );`;
    const { value, error } = await ask('POST', '/execute/async', { script, args: [args] });
    if (error !== undefined && error !== null) throw new Error(error);
    return value === undefined || value === null ? undefined : JSON.parse(value);
  };
  /** @param {string} type @param {object[]} actions @param {object} [more] */
  const act = (type, actions, more = {}) =>
    ask('POST', '/actions', { actions: [{ type, id: type, actions, ...more }] });
  /** @param {number} width @param {number} height */
  const resize = async (width, height) => {
    // The window is larger than the page by its bars: set it once, see how much is missing, set it again.
    const size = 'return [innerWidth, innerHeight]';
    const window = await ask('POST', '/window/rect', { x: 0, y: 0, width, height });
    const [innerWidth, innerHeight] = await ask('POST', '/execute/sync', { script: size, args: [] });
    await ask('POST', '/window/rect', {
      width: window.width + width - innerWidth,
      height: window.height + height - innerHeight,
    });
  };
  return {
    version,
    call,
    resize,
    goto: (url) => ask('POST', '/url', { url }),
    screenshot: async () => Buffer.from(await ask('GET', '/screenshot'), 'base64'),
    async drag([first, ...rest]) {
      if (!first) return;
      /** @param {import('./launch.mjs').Point} point */
      const move = ([x, y]) => ({ type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) });
      const press = [move(first), { type: 'pointerDown', button: 0 }];
      const release = { type: 'pointerUp', button: 0 };
      await act('pointer', [...press, ...rest.map(move), release], { parameters: { pointerType: 'mouse' } });
    },
    type: async (text) => act('key', [...text].flatMap(strike)),
    async press(key, modifiers) {
      const held = modifiers.map((name) => KEYS[name] ?? name);
      await act('key', [
        ...held.map((value) => ({ type: 'keyDown', value })),
        ...strike(KEYS[key] ?? key),
        ...held.map((value) => ({ type: 'keyUp', value })),
      ]);
    },
    errors: async () => /** @type {string[]} */ (await call('() => globalThis.collectedErrors ?? []', [])),
  };
}

/** @param {string} value */
const strike = (value) => [
  { type: 'keyDown', value },
  { type: 'keyUp', value },
];
