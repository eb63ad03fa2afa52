// npm run bench: from a fresh clone to the benchmark. What comes after `--` goes to it; only it writes to stdout.

import { buildWasm } from './lib/cmake.mjs';
import { SetupError } from './lib/errors.mjs';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';
import { run, throwIfStopped } from './lib/run.mjs';
import { Stages } from './lib/stages.mjs';
import { buildTypeScript } from './lib/typescript.mjs';
import { installPeers } from './setup/npm-packages.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  const args = process.argv.slice(2);
  // Whoever asks what the command can do need not wait for a compiler.
  if (!args.some((argument) => argument === '--help' || argument === '-h')) await prepare();
  const options = /** @type {const} */ ({
    output: 'inherit',
    input: 'inherit',
    timeout: Infinity,
    check: false,
  });
  const { code } = await run(process.execPath, [inRoot('bench/main.mjs'), ...args], options);
  if (code === 0) throwIfStopped();
  return code;
});

async function prepare() {
  const stages = new Stages(process.stderr);
  const { emscripten } = await setUpToolchain([], stages);
  await stages.quiet('building the wasm modules', () => buildWasm(emscripten, 'modules'));
  await stages.quiet('building the loops to compare with', () => buildWasm(emscripten, 'bench'));
  await stages.quiet('building the TypeScript API', () => buildTypeScript('ts'));
  try {
    await installPeers(stages);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    // The benchmark names each peer that it misses, and measures the others.
    process.stderr.write(`${error.message}\n`);
  }
}
