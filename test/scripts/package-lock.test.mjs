import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** @typedef {{ name?: string, version?: string, resolved?: string, optionalDependencies?: object }} Entry */
/** @param {string} path @returns {{ packages: Record<string, Entry> }} */
const readLock = (path) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const locks = ['package-lock.json', 'bench/package-lock.json', 'test/package/tools/package-lock.json'].map(
  readLock,
);

for (const { packages } of locks) {
  const name = packages['']?.name;

  test(`the lock file of ${name} names no registry, so that it works with every one`, () => {
    const resolved = Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined);
    assert.deepEqual(resolved, []);
  });

  test(`the lock file of ${name} has an entry for all that is optional, also what its writer could not fetch`, () => {
    const optional = Object.values(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    assert.deepEqual(
      optional.filter((dependency) => packages[`node_modules/${dependency}`] === undefined),
      [],
      'npm ci refuses a lock file without them',
    );
  });
}

test('the package has no dependency at run time, and pins those for development', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  for (const version of Object.values(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/);
});
