import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { cacheFolder, makeInCache } from '../../scripts/setup/cache.mjs';

const base = mkdtempSync(join(tmpdir(), 'cache-test-'));
const before = process.env.XDG_CACHE_HOME;
process.env.XDG_CACHE_HOME = base;
after(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  rmSync(base, { recursive: true });
});
beforeEach(() => rmSync(cacheFolder(), { recursive: true, force: true }));

/** @param {string} text @returns {(folder: string) => Promise<void>} */
const write = (text) => async (folder) => writeFileSync(join(folder, 'file'), text);

test('what failed half-way leaves nothing behind', async () => {
  const failing = makeInCache(cacheFolder('tool'), async (folder) => {
    await write('half')(folder);
    throw new Error('interrupted');
  });
  await assert.rejects(failing, /interrupted/);
  assert.deepEqual(readdirSync(cacheFolder()), []);
});

test('two clones at once both succeed, and one whole result stays', async () => {
  await Promise.all(['a', 'b'].map((text) => makeInCache(cacheFolder('tool'), write(text))));
  assert.deepEqual(readdirSync(cacheFolder()), ['tool']);
  assert.match(readFileSync(cacheFolder('tool', 'file'), 'utf8'), /^[ab]$/);
});

test('leftovers of a killed process are removed, the work of a running one is not', async () => {
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const running = `.partial_${hostname()}_${process.pid}_0`;
  for (const name of [`.partial_${hostname()}_${dead}_0`, running, '.partial_elsewhere_1_0']) {
    mkdirSync(cacheFolder(name), { recursive: true });
  }
  await makeInCache(cacheFolder('tool'), write('whole'));
  assert.deepEqual(readdirSync(cacheFolder()).sort(), ['.partial_elsewhere_1_0', running, 'tool'].sort());
});
