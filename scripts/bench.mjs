// npm run bench: from a fresh clone to the benchmark. What comes after `--` goes to it; only it writes to stdout.

import { buildWasm } from './lib/cmake.mjs';
import { SetupError } from './lib/errors.mjs';
import { main } from './lib/main.mjs';
import { inRoot } from './lib/paths.mjs';
import { run, throwIfStopped } from './lib/run.mjs';
import { Stages } from './lib/stages.mjs';
import { buildTypeScript } from './lib/typescript.mjs';
import { installPeers } from './setup/npm-packages.mjs';
import { installNode } from './setup/other-node.mjs';
import { setUpToolchain } from './setup/setup.mjs';

main(async () => {
  const args = process.argv.slice(2);
  // Whoever asks what the command can do need not wait for a compiler.
  if (!args.some((argument) => argument === '--help' || argument === '-h')) await prepare(args);
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

/** @param {string[]} args */
async function prepare(args) {
  const stages = new Stages(process.stderr);
  const { emscripten } = await setUpToolchain([], stages);
  await stages.quiet('building the wasm modules', () => buildWasm(emscripten, 'modules'));
  await stages.quiet('building the loops to compare with', () => buildWasm(emscripten, 'bench'));
  await stages.quiet('building the TypeScript API', () => buildTypeScript('ts'));
  await ifPossible(() => installPeers(stages));
  for (const major of otherNodes(args)) {
    await ifPossible(() => stages.quiet(`fetching Node ${major}`, () => installNode(major)));
  }
}

/** The benchmark names whoever it misses, and measures the others. @param {() => Promise<unknown>} install */
async function ifPossible(install) {
  try {
    await install();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
  }
}

/** What `--engine` asks for beside the Node that runs this. @param {string[]} args */
function otherNodes(args) {
  const engines = args.filter((arg, i) => arg.startsWith('--engine=') || args[i - 1] === '--engine');
  const asked = engines.join(',').match(/\bnode(20|24)\b/g) ?? [];
  const majors = [...new Set(asked.map((name) => name.slice('node'.length)))];
  return majors.filter((major) => major !== process.versions.node.split('.')[0]);
}
