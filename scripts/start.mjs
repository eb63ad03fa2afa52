// npm start: from a fresh clone to the main job, which recognises handwritten digits.
// What comes after `--` goes to that job. Only the job writes to stdout.

import { buildWasm } from './lib/cmake.mjs';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';
import { run, throwIfStopped } from './lib/run.mjs';
import { Stages } from './lib/stages.mjs';
import { buildTypeScript } from './lib/typescript.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  const stages = new Stages(process.stderr);
  const { emscripten } = await setUpToolchain([], stages);
  await stages.quiet('building the wasm modules', () => buildWasm(emscripten, 'modules'));
  await stages.quiet('building the TypeScript API', () => buildTypeScript('ts'));

  // No time limit: how long it trains is the user's choice, and the user watches.
  const job = [inRoot('examples/digits/main.mjs'), ...process.argv.slice(2)];
  const options = /** @type {const} */ ({
    output: 'inherit',
    input: 'inherit',
    timeout: Infinity,
    check: false,
  });
  const { code } = await run(process.execPath, job, options);
  // A job that ends well although it was interrupted still did not do all that was asked.
  if (code === 0) throwIfStopped();
  return code;
});
