import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inRoot } from '../../scripts/lib/paths.mjs';

test('every error code has its section, and the README leads there', () => {
  const [, list = ''] =
    /type ErrorCode =([^;]*);/.exec(readFileSync(inRoot('ts/core/errors.ts'), 'utf8')) ?? [];
  const codes = [...list.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  assert.ok(codes.length > 15);
  const sections = readFileSync(inRoot('docs/errors.md'), 'utf8').matchAll(
    /^## (\w+)\n\n.+\n\n\*\*What to do\.\*\* .+$/gm,
  );
  assert.deepEqual([...sections].map(([, code]) => code).sort(), codes.sort());
  const links = readFileSync(inRoot('README.md'), 'utf8').matchAll(/\[`(\w+)`\]\(docs\/errors\.md#(\w+)\)/g);
  const linked = [...links].map(([, code, anchor]) =>
    code?.toLowerCase() === anchor ? code : `${code} → ${anchor}`,
  );
  assert.deepEqual(linked.sort(), codes);
});
