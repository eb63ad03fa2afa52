// The TypeScript build, and the test files that come out of it.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CommandError } from './errors.mjs';
import { inRoot, npmBinary, ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { findSources } from './sources.mjs';

/** Sources of an earlier build, to notice those that were removed: the compiler leaves their output where it is. */
const LIST = inRoot('build/typescript-sources.json');

/** ts/core/memory.ts → dist/core/memory; test/ts/memory.test.ts → build/test/ts/memory.test @param {string} source */
function outputStem(source) {
  return source
    .replace(/\.ts$/, '')
    .replace(/^ts\//, 'dist/')
    .replace(/^test\//, 'build/test/');
}

/**
 * @param {'ts' | '.'} project `ts` compiles the package alone, `.` its tests and everything that is type-checked too
 */
export async function buildTypeScript(project) {
  const sources = findSources(['ts', 'test/ts'], /(?<!\.d)\.ts$/);
  /** @type {string[]} */
  const earlier = existsSync(LIST) ? JSON.parse(readFileSync(LIST, 'utf8')) : [];
  for (const source of earlier.filter((name) => !sources.includes(name))) {
    for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map']) {
      rmSync(inRoot(outputStem(source) + ending), { force: true });
    }
  }
  mkdirSync(dirname(LIST), { recursive: true });
  writeFileSync(LIST, JSON.stringify(sources));

  // The compiler trusts its notes about what it wrote: when an output was deleted since, it has to be told.
  const expected = sources.filter((source) => project === '.' || source.startsWith('ts/'));
  const isComplete = expected.every((source) => existsSync(inRoot(`${outputStem(source)}.js`)));
  const pretty = process.stdout.isTTY ? ['--pretty'] : [];
  await run(npmBinary('tsc'), ['-b', project, ...pretty, ...(isComplete ? [] : ['--force'])], { cwd: ROOT });
}

/** Every test for Node's runner: the compiled ones, found by their sources so that no leftover runs, and plain ones. */
export function nodeTestFiles() {
  const compiled = findSources(['test/ts'], /\.test\.ts$/).map((source) => `${outputStem(source)}.js`);
  const plain = findSources(['test/scripts', 'test/bench'], /\.test\.mjs$/);
  const files = [...compiled, ...plain];
  if (compiled.length === 0) throw new CommandError('no test found: test/ts holds no *.test.ts');
  return files;
}

/** @param {string[]} files relative to the checkout */
export function runNodeTests(files) {
  const flags = [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2', // Its own choice on two cores is one.
    '--test-timeout=300000',
  ];
  return run(process.execPath, [...flags, ...files], { cwd: ROOT, output: 'inherit', timeout: 20 * 60_000 });
}
