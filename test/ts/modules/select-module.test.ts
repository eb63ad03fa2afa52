import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { WasmPerformanceError } from '@sasi/wasm-performance';
import { knownModules, moduleByName } from '#ts/modules/known-modules.js';
import { loadChain } from '#ts/modules/load-chain.js';
import type { LoadedModule, ModuleProvider } from '#ts/modules/module-definition.js';
import { version } from '#ts/modules/version.js';

const options = {
  enableSIMD: true,
  memoryLimit: 4 * 1024 * 1024,
  loadTimeout: 1000,
  retryAttempts: 0,
  enableProfiling: true,
};

const loaded = { release() {} } as LoadedModule;

function module(name: string, load: ModuleProvider['load'], memoryRequirement = 0): ModuleProvider {
  return {
    name,
    description: name,
    version: '1',
    capabilities: [],
    memoryRequirement,
    loadPriority: 1,
    isAvailable: () => true,
    load,
  };
}

const works = module('works', async () => loaded);
const throwsText = module('throws', () => {
  throw 'a text';
});
const rejects = module('rejects', async () => {
  throw new WasmPerformanceError('SELFTEST_FAILED', 'tanh is wrong');
});

test('the first module that loads is taken, and every one before it is recorded', async () => {
  const never = module('never', () => assert.fail('asked after one had loaded'));
  const { entries, chosen, error } = await loadChain([throwsText, rejects, works, never], options);
  assert.equal(chosen?.definition, works);
  assert.equal(error, undefined);
  assert.deepEqual(entries, [
    { candidate: 'throws', accepted: false, reason: 'a text' },
    { candidate: 'rejects', accepted: false, code: 'SELFTEST_FAILED', reason: 'tanh is wrong' },
    { candidate: 'works', accepted: true, reason: 'loaded' },
  ]);
});

test('when none loads the error of the last one is given', async () => {
  const { chosen, error } = await loadChain([throwsText, rejects], options);
  assert.equal(chosen, undefined);
  assert.equal((error as WasmPerformanceError).code, 'SELFTEST_FAILED');
});

test('a module that needs more than the limit is passed over without being asked', async () => {
  const large = module('large', () => assert.fail('asked'), options.memoryLimit + 1);
  const { entries } = await loadChain([large, works], options);
  assert.equal(entries[0]?.code, 'MEMORY_LIMIT');
  assert.match(entries[0]?.reason ?? '', /4194305 bytes, it is 4194304/);
});

test('a cancelled load ends the chain', async () => {
  const cancelled = module('cancelled', async () => {
    throw new WasmPerformanceError('ABORTED', 'cancelled');
  });
  const { chosen, entries } = await loadChain([cancelled, works], options);
  assert.equal(chosen, undefined);
  assert.equal(entries.length, 1);
});

test('notes of a module stand for it', async () => {
  const notes = module('notes', async (_, note) => {
    note({ candidate: 'notes', tier: 'simd', accepted: false, code: 'COMPILE_FAILED', reason: 'broken' });
    note({ candidate: 'notes', tier: 'scalar', accepted: true, reason: 'fine' });
    return loaded;
  });
  const { entries } = await loadChain([notes], options);
  assert.deepEqual(
    entries.map(({ tier, accepted }) => [tier, accepted]),
    [
      ['simd', false],
      ['scalar', true],
    ],
  );
});

test('modules are known by name, in the order of their priority', () => {
  assert.deepEqual(
    knownModules().map(({ name }) => name),
    ['ruv-swarm', 'production', 'fallback'],
  );
  assert.equal(moduleByName('fallback')?.name, 'fallback');
  assert.equal(moduleByName('auto'), undefined);
  assert.throws(() => moduleByName('nonsense'), { code: 'INVALID_ARGUMENT' });
});

test('the version is that of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
  assert.equal(version, manifest.version);
});
