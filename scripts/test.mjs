// npm test: sets the machine up, builds everything, runs every test, and shows where the time went.
//
// The first stage that fails in set-up or build ends the run. After that every test stage runs, whatever the
// earlier ones gave, so that one run shows all that is wrong.

import { performance } from 'node:perf_hooks';
import { browserTestFiles, runBrowserTests } from './lib/browser-tests.mjs';
import { buildEverything } from './lib/builds.mjs';
import { testNative, testWasm } from './lib/cmake.mjs';
import { buildSite, checkApiReport } from './lib/documentation.mjs';
import { CommandError, Stopped } from './lib/errors.mjs';
import { checkWithBiome, clangFormat } from './lib/lint.mjs';
import { main } from './lib/main.mjs';
import { notRun } from './lib/not-run.mjs';
import { packageTestFiles, preparePackage, runPackageTests } from './lib/package-tests.mjs';
import { stopEverything } from './lib/run.mjs';
import { Stages } from './lib/stages.mjs';
import { nodeTestFiles, runNodeTests } from './lib/typescript.mjs';
import { consumerToolsAreInstalled } from './setup/npm-packages.mjs';
import { missingBrowsers, setUpPeers, setUpToolchain } from './setup/setup.mjs';

// What a run may take on two cores; a quiet machine needs about eight minutes, and 15 are aimed at. The limit is a test like the others: whoever makes the suite slower learns it.
const LIMIT = 30;
const LIMIT_WITH_SET_UP = 40;

// Whoever tests on a machine of their own is not made to install three browsers and 450 MB of tools; a CI machine is.
const wantsAll = Boolean(process.env.CI) || process.getuid?.() === 0;

main(async () => {
  const consumers = wantsAll || consumerToolsAreInstalled();
  const absent = wantsAll ? [] : missingBrowsers();
  const stages = new Stages(process.stdout);
  const limit = enforceLimit(LIMIT_WITH_SET_UP);
  try {
    const browsers = wantsAll ? [/** @type {const} */ ('browsers')] : [];
    const toolchain = await setUpToolchain(['native', 'format', ...browsers], stages);
    if (!toolchain.fetched) limit.lower(LIMIT);
    await buildEverything(toolchain, stages);
    await setUpPeers(stages);

    await stages.test('lint: TypeScript, JavaScript, JSON', checkWithBiome);
    await stages.test('report of the API', checkApiReport);
    await stages.test('site of the API', buildSite);
    await stages.test('format: C++', () => clangFormat('check'));
    await stages.test('C++ tests, native with sanitizers', testNative);
    await stages.test('C++ tests, wasm', () => testWasm(toolchain.emscripten));
    await stages.test('API tests, Node', () => runNodeTests(nodeTestFiles()));
    if (consumers) {
      await preparePackage(stages);
      const files = packageTestFiles({ pages: absent.length === 0 });
      await stages.test('tests of the package', () => runPackageTests(files));
    }
    if (absent.length === 0) {
      await stages.test('tests in browsers', () => runBrowserTests(browserTestFiles()));
    }
  } finally {
    limit.clear();
    stages.table(performance.now() / 1000, `limit ${limit.minutes} min`);
  }
  process.stdout.write(notRun({ consumers, absent }));
  if (stages.failed.length > 0) throw new CommandError(`failed: ${stages.failed.join('; ')}`);
  process.stdout.write('all passed\n');
});

/** @param {number} minutes since this process started */
function enforceLimit(minutes) {
  const start = () =>
    setTimeout(
      () => stopEverything(new Stopped(`npm test took longer than its limit of ${limit.minutes} minutes`, 1)),
      limit.minutes * 60_000 - performance.now(),
    );
  const limit = {
    minutes,
    /** @param {number} lower */
    lower(lower) {
      clearTimeout(timer);
      limit.minutes = lower;
      timer = start();
    },
    clear: () => clearTimeout(timer),
  };
  let timer = start();
  return limit;
}
