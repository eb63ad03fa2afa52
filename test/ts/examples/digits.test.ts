/** The digits example as a user runs it: as a process of its own. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fromRoot } from '../support/paths.js';

const main = fromRoot('examples/digits/main.mjs');

interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the example; `watch` sees its standard output grow. */
function run(args: string[], watch?: (stdout: string, child: ChildProcess) => void): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    watch?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

describe('the digits example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'digits-'));
  after(() => rmSync(folder, { recursive: true }));

  it('trains, shows and measures; quiet where it is not a terminal', async () => {
    const { code, stdout, stderr } = await run(['--rows', '2000', '--epochs', '2', '--seed', '7']);
    assert.equal(stderr, '');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^Build: \w+$/m);
    const epochs = stdout.match(
      /^epoch \d\/2: loss [\d.]+, accuracy [\d.]+ %; test loss [\d.]+, test accuracy [\d.]+ %/gm,
    );
    assert.equal(epochs?.length, 2, stdout);
    assert.ok(!stdout.includes('\u001b') && !stdout.includes('\r'), 'no bar and no colours');
    assert.match(stdout, /answer \d \([\d.]+ %\), truth \d/);
    assert.match(stdout, /misclassified/);
    assert.match(stdout, /Load time +[\d.]+ ms/);
    assert.match(stdout, /Memory +[\d.]+ MiB used, [\d.]+ MiB at the peak, limit 50\.00 MiB/);
    assert.match(stdout, /network\.run +10000 +[\d.]+ µs +[\d.]+ [µm]s/);
    for (const title of ['activation', 'matrix product']) {
      assert.match(
        stdout,
        new RegExp(`${title}.*: simd [\\d.]+ .s, scalar [\\d.]+ .s, javascript [\\d.]+ .s`),
      );
    }
    assert.match(stdout, /simd is [\d.]+× scalar .*, [\d.]+× javascript/);
    const accuracy = Number(/Test accuracy ([\d.]+) %/.exec(stdout)?.[1]);
    assert.ok(accuracy > 85, `${accuracy} %`);
  });

  it('runs the build that is asked for', async () => {
    for (const variant of ['scalar', 'js']) {
      const { code, stdout } = await run(['--rows', '200', '--epochs', '1', '--variant', variant]);
      assert.equal(code, 0, stdout);
      assert.match(stdout, new RegExp(`^Build: ${variant}$`, 'm'));
    }
  });

  it('Ctrl-C stops it cleanly, with what was reached', async () => {
    let sent = false;
    const { code, signal, stdout, stderr } = await run(['--epochs', '100'], (soFar, child) => {
      if (sent || !soFar.includes('epoch 1/100')) return;
      sent = true;
      child.kill('SIGINT');
    });
    assert.deepEqual([code, signal], [130, null], stdout + stderr);
    assert.match(stderr, /stopped by Ctrl-C/);
    assert.match(stdout, /^Stopped in epoch \d+ of 100; test accuracy so far [\d.]+ %$/m);
    assert.doesNotMatch(stdout, /Measured in this run/);
  });

  it('names a data file that is missing or damaged', async () => {
    const missing = await run(['--data', join(folder, 'nowhere')]);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /cannot read .*nowhere.*train-images-idx3-ubyte: .*ENOENT/);
    assert.doesNotMatch(missing.stderr, /\n\s+at /, 'no stack');

    const images = join(folder, 'train-images-idx3-ubyte');
    const damaged: [Uint8Array, RegExp][] = [
      [Uint8Array.of(1, 2, 3), /3 bytes, too short/],
      [Uint8Array.of(0x1f, 0x8b, 8, 0, ...new Uint8Array(16)), /magic number 0x1f8b0800.*gzip/],
      [Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 28, 0, 0, 0, 28), /5×28×28.*60000×28×28/],
      [Uint8Array.of(0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28), /16 bytes.*truncated/],
    ];
    for (const [bytes, message] of damaged) {
      writeFileSync(images, bytes);
      const { code, stderr } = await run(['--data', folder]);
      assert.equal(code, 3);
      assert.match(stderr, message);
      assert.ok(stderr.includes(images));
    }
    truncateSync(images);
  });

  it('explains its options, and refuses others', async () => {
    const help = await run(['--help']);
    assert.equal(help.code, 0);
    for (const option of ['--epochs', '--seed', '--variant', '--help'])
      assert.ok(help.stdout.includes(option));
    const wrong = [
      ['--epochs', '0'],
      ['--epochs', 'x'],
      ['--seed', '-1'],
      ['--variant', 'gpu'],
      ['--fast'],
      ['more'],
    ];
    for (const args of wrong) {
      const { code, stderr, stdout } = await run(args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.ok(stderr.includes(args[0]!), stderr);
    }
  });
});
