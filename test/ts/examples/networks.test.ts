/** The short examples, as a user runs them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fromRoot } from '../support/paths.js';

function linesOf(example: string): string[] {
  const file = fromRoot(`examples/networks/${example}.mjs`);
  return execFileSync(process.execPath, [file], { encoding: 'utf8', timeout: 60_000 }).trim().split('\n');
}

test('training: two spirals are learned', () => {
  const [how, result] = linesOf('train');
  assert.match(how!, /^(finished|patience) after \d+ epochs, best: \d+$/);
  const right = Number(/ ([\d.]+) % right$/.exec(result!)?.[1]);
  assert.ok(right > 95, result);
});

test('saving and loading: the same outputs', () => {
  const [saved, loaded] = linesOf('save-and-load').map((line) => line.replace(/^\w+: +/, ''));
  assert.equal(saved!.split(' ').length, 3);
  assert.equal(loaded, saved);
});

test('a swarm: little more than its weights, trained, run', () => {
  const [memory, losses, bits] = linesOf('swarm');
  const [, bytes, weights] = /: (\d+) bytes, (\d+) of/.exec(memory!)!.map(Number);
  assert.ok(bytes! <= weights! * 1.05, memory);
  const [, before, after] = /loss ([\d.]+), then ([\d.]+)/.exec(losses!)!.map(Number);
  assert.ok(after! < before! / 2, losses);
  assert.equal(bits, 'agent 1000: the same bits');
});
