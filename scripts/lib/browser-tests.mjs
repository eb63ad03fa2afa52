// The tests in test/browser. Each engine has a process that runs all of them with one browser: starting one takes
// seconds, on a busy machine ten.

import { availableParallelism } from 'node:os';
import { chosenEngines } from '../browsers/programs.mjs';
import { buildSite } from '../demo/site.mjs';
import { CommandError } from './errors.mjs';
import { inRoot, ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { findSources } from './sources.mjs';

/** Where the pages of the tests find the package in few files: one of a hundred modules takes seconds to open. */
export const BUNDLE = inRoot('build/browser-bundle');

export function browserTestFiles() {
  const files = findSources(['test/browser'], /\.test\.mjs$/);
  if (files.length === 0) throw new CommandError('no test found: test/browser holds no *.test.mjs');
  return files;
}

/**
 * WebKit alone, since beside another browser its pages came late or broke down, then as many of the others at a time as
 * there are cores. An engine in which a test fails gets a second attempt, alone: a machine that others use can be late;
 * what fails again is a defect.
 * @param {string[]} files relative to the checkout
 */
export async function runBrowserTests(files) {
  /** While you work on one of them: BROWSERS=firefox npm run test:browsers. */
  const chosen = chosenEngines();
  await buildSite();
  await buildBundle();
  const waiting = chosen.filter((engine) => engine !== 'webkit');
  /** @type {string[]} */
  const failed = [];
  const attempt = async (/** @type {string} */ engine) => {
    if (!(await passes(engine, files))) failed.push(engine);
  };
  const lane = async () => {
    for (let engine = waiting.shift(); engine; engine = waiting.shift()) await attempt(engine);
  };
  if (chosen.includes('webkit')) await attempt('webkit');
  const lanes = Math.min(availableParallelism(), waiting.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  for (const engine of failed) {
    process.stdout.write(`\na test failed in ${engine}: all of its tests once more\n`);
    if (!(await passes(engine, files))) throw new CommandError(`tests failed in ${engine}`);
  }
}

/** What it says comes as a whole, so that two engines do not speak at once. @param {string} engine @param {string[]} files */
async function passes(engine, files) {
  const { code, output } = await run(
    process.execPath,
    ['--test-reporter=spec', 'test/browser/run.mjs', ...files],
    { cwd: ROOT, env: { ...process.env, BROWSERS: engine }, timeout: 10 * 60_000, check: false },
  );
  process.stdout.write(output);
  return code === 0;
}

async function buildBundle() {
  // Only now: on a fresh clone it is the set-up that installs it.
  const { build } = await import('esbuild');
  await build({
    entryPoints: [inRoot('dist/index.js')],
    bundle: true,
    splitting: true, // the js build stays a file of its own
    format: 'esm',
    outdir: BUNDLE,
    logLevel: 'warning',
  });
}
