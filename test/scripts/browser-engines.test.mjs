import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chosenEngines } from '../../scripts/browsers/programs.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

test('BROWSERS chooses engines, and a name that is none of them is an error', () => {
  assert.deepEqual(chosenEngines('webkit,chromium'), ['chromium', 'webkit']);
  for (const list of ['firfox', 'firefox,', '']) {
    assert.throws(() => chosenEngines(list), {
      message: /^BROWSERS: '.*' is none of chromium, firefox, webkit$/,
      exitCode: 1,
    });
  }
});

test('the whole check runs in every browser, whatever BROWSERS it inherits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'npm-'));
  try {
    const npm = join(folder, 'npm');
    writeFileSync(npm, '#!/bin/sh\necho "$1"; printenv BROWSERS || echo all\n');
    chmodSync(npm, 0o755);
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, BROWSERS: 'firefox' };
    const { output } = await run('bash', [inRoot('.ci/run')], { env });
    assert.equal(output, 'test\nall\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
