// Where the three browsers are, and what they are called in Debian. Looking is cheap: no program is started for it.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../lib/errors.mjs';
import { which } from '../lib/paths.mjs';

/** @typedef {'chromium' | 'firefox' | 'webkit'} Engine */

/** @type {readonly Engine[]} */
export const ENGINES = ['chromium', 'firefox', 'webkit'];

/**
 * The engines that a list like `firefox,webkit` names; all of them when there is none. An unknown name is an error: a
 * run of nothing must not pass.
 * @param {string | undefined} list default: the variable BROWSERS
 */
export function chosenEngines(list = process.env.BROWSERS) {
  const names = list?.split(',') ?? [...ENGINES];
  const unknown = names.filter((name) => !ENGINES.some((engine) => engine === name));
  if (unknown.length > 0) {
    throw new CommandError(`BROWSERS: '${unknown.join(',')}' is none of ${ENGINES.join(', ')}`);
  }
  return ENGINES.filter((engine) => names.includes(engine));
}

export const chromium = () => ['chromium', 'google-chrome', 'chrome'].map(which).find(Boolean);
export const firefox = () => ['firefox-esr', 'firefox'].map(which).find(Boolean);
export const webKitDriver = () => which('WebKitWebDriver');
export const xvfb = () => which('Xvfb');

/** WebKitGTK's small browser. It lies beside the library, in a folder named after the machine, not on the path. */
export function miniBrowser() {
  const folders = ['/usr/lib', '/usr/libexec', '/usr/lib64', '/usr/local/libexec'];
  const below = existsSync('/usr/lib')
    ? readdirSync('/usr/lib').filter((name) => name.includes('linux'))
    : [];
  return [...folders, ...below.map((name) => join('/usr/lib', name))]
    .map((folder) => join(folder, 'webkit2gtk-4.1', 'MiniBrowser'))
    .find((file) => existsSync(file));
}

/** Which programs `engine` needs that are not here. @param {Engine} engine @returns {string[]} */
export function missingPrograms(engine) {
  /** @type {Record<Engine, [string, string | undefined][]>} */
  const needed = {
    chromium: [['chromium', chromium()]],
    firefox: [['firefox-esr', firefox()]],
    webkit: [
      ['WebKitWebDriver', webKitDriver()],
      ['MiniBrowser of libwebkit2gtk-4.1-0', miniBrowser()],
      ['Xvfb', xvfb()],
    ],
  };
  return needed[engine].filter(([, path]) => path === undefined).map(([name]) => name);
}
