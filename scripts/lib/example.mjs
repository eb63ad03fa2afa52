// From a fresh clone to an example: sets up, builds what it needs, runs it in this terminal.

import { setUpToolchain } from '../setup/setup.mjs';
import { buildWasm } from './cmake.mjs';
import { main } from './main.mjs';
import { inRoot } from './paths.mjs';
import { run, throwIfStopped } from './run.mjs';
import { Stages } from './stages.mjs';
import { buildTypeScript } from './typescript.mjs';

/**
 * What comes after `--` on the command line goes to the example. Only the example writes to stdout.
 * @param {string} program below examples/
 */
export function runExample(program) {
  main(async () => {
    const stages = new Stages(process.stderr);
    const { emscripten } = await setUpToolchain([], stages);
    await stages.quiet('building the wasm modules', () => buildWasm(emscripten, 'modules'));
    await stages.quiet('building the TypeScript API', () => buildTypeScript('ts'));

    // No time limit: how long it trains is the user's choice, and the user watches.
    const job = [inRoot('examples', program), ...process.argv.slice(2)];
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
}
