import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** @type {{ packages: Record<string, { version?: string, resolved?: string, optionalDependencies?: object }> }} */
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));

test('the lock file names no registry, so that it works with every one', () => {
  const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
  assert.deepEqual(resolved, []);
});

test('the lock file has an entry for every platform, also those that its writer could not fetch', () => {
  const optional = Object.values(lock.packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}),
  );
  assert.deepEqual(
    optional.filter((name) => lock.packages[`node_modules/${name}`] === undefined),
    [],
    'npm ci refuses a lock file without them',
  );
});

test('the package has no dependency at run time, and pins those for development', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  for (const version of Object.values(manifest.devDependencies)) assert.match(version, /^\d+\.\d+\.\d+$/);
});
