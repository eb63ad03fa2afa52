/** The reproduction on a small part of the images: that it runs, resumes, and writes down what it found. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fromRoot } from '../support/paths.js';

const main = fromRoot('examples/reproduce-mnist/main.mjs');

function run(...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', timeout: 150_000 });
}

describe('the reproduction of a published result', () => {
  it('is quoted in the README as it came out', () => {
    const file = fromRoot('examples/reproduce-mnist/results/results.json');
    const { test, settings, published } = JSON.parse(readFileSync(file, 'utf8'));
    const readme = readFileSync(fromRoot('README.md'), 'utf8');
    const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
    const errors: number[] = test.errors.map(({ error }: { error: number }) => error);
    const mean = errors.reduce((sum, error) => sum + error) / errors.length;
    assert.deepEqual([settings.rows, test.images, errors.length], [50_000, 10_000, 5]);
    assert.ok(Math.max(...errors) <= published);
    assert.ok(
      readme.includes(
        `the five seeds have ${percent(mean)} in the mean, ${percent(Math.min(...errors))} at best and ${percent(Math.max(...errors))} at worst`,
      ),
    );
  });

  const folder = mkdtempSync(join(tmpdir(), 'mnist-'));
  after(() => rmSync(folder, { recursive: true }));
  const small = ['--output', folder, '--rows', '500', '--epochs', '2', '--seeds', '2'];

  it('compares settings, trains the seeds, tests at the end', () => {
    const { status, stdout, stderr } = run(...small);
    assert.equal(stderr, '');
    assert.equal(status, 0, stdout);
    const results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    assert.deepEqual(results.network, [784, 800, 10]);
    assert.equal(results.compared.length, 3);
    const least = Math.min(
      ...results.compared.map((one: { validationError: number }) => one.validationError),
    );
    const chosen = results.compared.find((one: { name: string }) => one.name === results.settings.name);
    assert.equal(chosen.validationError, least, 'chosen by the validation error');
    assert.deepEqual(
      results.runs.map(({ seed }: { seed: number }) => seed),
      [1, 2],
    );
    const errors = results.test.errors.map(({ error }: { error: number }) => error);
    assert.equal(results.test.worst, Math.max(...errors));
    assert.ok(Math.abs(results.test.mean - (errors[0] + errors[1]) / 2) < 1e-12);
    assert.ok(results.test.worst > 0 && results.test.worst < 0.5, `an error of ${results.test.worst}`);
    assert.ok(results.differences.length >= 3);
    assert.match(stdout, /^mean [\d.]+ %, worst [\d.]+ %; published 1\.60 %$/m);
    assert.match(stdout, /nothing is claimed/);
    const curve = readFileSync(join(folder, 'curve.svg'), 'utf8');
    assert.equal(curve.match(/<polyline/g)?.length, 2);
  });

  it('does not train again what is there', () => {
    const first = readFileSync(join(folder, 'results.json'), 'utf8');
    const { status, stdout } = run(...small);
    assert.equal(status, 0, stdout);
    const { elapsed: _, ...again } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    const { elapsed: __, ...before } = JSON.parse(first);
    assert.deepEqual(again, before);
  });

  it('refuses what it does not know, and says what it takes', () => {
    assert.equal(run('--rows', '0').status, 2);
    assert.equal(run('--seed', '1').status, 2);
    assert.equal(run('--data', folder).status, 3);
    assert.match(run('--help').stdout, /reproduce:mnist/);
  });
});
