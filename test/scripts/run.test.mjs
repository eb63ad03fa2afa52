import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../scripts/lib/errors.mjs';
import { run } from '../../scripts/lib/run.mjs';

test('a command that takes too long is ended, and all that it started', { timeout: 10_000 }, async () => {
  // The grandchild holds the output open: only when it has ended, too, is the output complete and run settles.
  const slow = run('sh', ['-c', 'sleep 60 & wait'], { timeout: 300 });
  await assert.rejects(slow, /was stopped after/);
});

test('a failure carries what the command said', async () => {
  const error = await run('sh', ['-c', 'echo why >&2; exit 5']).catch((reason) => reason);
  assert.ok(error instanceof CommandError);
  assert.match(error.message, /exit code 5\nwhy/);
  assert.deepEqual(await run('sh', ['-c', 'exit 5'], { check: false }), { code: 5, output: '' });
});

test('a program that does not exist is named', async () => {
  await assert.rejects(run('no-such-program', []), /cannot start no-such-program/);
});
