// The tests in test/package: on the tarball as it would be published, with the tools of those who use it.

import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { installConsumerTools } from '../setup/npm-packages.mjs';
import { CommandError } from './errors.mjs';
import { inRoot, ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { findSources } from './sources.mjs';

const FOLDER = inRoot('build/package');

/** Packs what is built and makes the tools ready, where the tests look for them. @param {import('./stages.mjs').Stages} stages */
export async function preparePackage(stages) {
  await stages.quiet('packing the package', packPackage);
  const tools = await installConsumerTools(stages);
  rmSync(inRoot('build/package/tools'), { force: true });
  symlinkSync(tools, inRoot('build/package/tools'));
}

async function packPackage() {
  if (!existsSync(inRoot('dist/inline.js')))
    throw new CommandError('nothing to pack: run npm run build first');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  // Without scripts: prepack would build everything anew.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', FOLDER], { cwd: ROOT });
  const [tarball] = readdirSync(FOLDER);
  await run('tar', ['-xzf', inRoot('build/package', String(tarball)), '-C', FOLDER]);
}

/** @param {{ pages: boolean }} which pages: also those that open a page, for which a browser is needed */
export function packageTestFiles({ pages }) {
  const files = findSources(['test/package'], /^[\w-]+\.test\.mjs$/);
  if (files.length === 0) throw new CommandError('no test found: test/package holds no *.test.mjs');
  return pages ? files : files.filter((file) => !file.endsWith('/pages.test.mjs'));
}

/** @param {string[]} files relative to the checkout */
export function runPackageTests(files) {
  const flags = ['--test', '--test-reporter=spec', '--test-concurrency=2', '--test-timeout=300000'];
  return run(process.execPath, [...flags, ...files], { cwd: ROOT, output: 'inherit', timeout: 12 * 60_000 });
}
