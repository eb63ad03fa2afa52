// npm run demo: builds the demo page and serves it on this machine until Ctrl-C. `npm run demo -- PORT` chooses the port.

import { serveSite } from './demo/serve.mjs';
import { buildSite } from './demo/site.mjs';
import { buildWasm } from './lib/cmake.mjs';
import { CommandError } from './lib/errors.mjs';
import { main } from './lib/main.mjs';
import { Stages } from './lib/stages.mjs';
import { buildTypeScript } from './lib/typescript.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  const port = readPort(process.argv[2]);
  const stages = new Stages(process.stderr);
  const { emscripten } = await setUpToolchain([], stages);
  await stages.quiet('building the wasm modules', () => buildWasm(emscripten, 'modules'));
  await stages.quiet('building the TypeScript API', () => buildTypeScript('ts'));
  const folder = await stages.quiet('building the page', buildSite);
  const server = await serveSite(folder, port);
  process.stdout.write(`the page is at ${server.url} (Ctrl-C ends it)\n`);
  await untilInterrupted();
  await server.close();
});

/** @param {string | undefined} text @returns {number | undefined} */
function readPort(text) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new CommandError(`'${text}' is no port: give a number from 1 to 65535, or nothing for any free one`);
}

/** The server keeps no process alive: this does. @returns {Promise<void>} */
function untilInterrupted() {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000);
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.once(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}
