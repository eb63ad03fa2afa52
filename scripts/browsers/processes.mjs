// Programs that a browser session starts: each in a process group of its own, which is ended by its id, and each with
// a folder of its own for everything that it writes. Nothing outlives its time, not even when we are killed.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { which } from '../lib/paths.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Set<() => void>} */
const endings = new Set();
/** How long a program may take to end by itself, once asked. */
const GRACE = 3_000;

function endAll() {
  for (const end of endings) end();
}
process.on('exit', endAll);
for (const [signal, number] of /** @type {const} */ ([
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
])) {
  process.on(signal, () => {
    endAll();
    // Where somebody else listens, too, it is theirs to say how the process ends.
    if (process.listenerCount(signal) === 1) process.exit(128 + number);
  });
}

/** A temporary folder that is gone at the latest when this process ends. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'sasi-wasm-performance-browser-'));
  const remove = () => {
    endings.delete(remove);
    // Programs that are just ending may still write there.
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  endings.add(remove);
  return { path, remove };
}

/**
 * A command line that ends by itself after `seconds`, whatever becomes of us.
 * @param {number} seconds
 * @param {string} program
 * @param {readonly string[]} [args]
 * @returns {[string, ...string[]]}
 */
export function withLifetime(seconds, program, args = []) {
  const timeout = which('timeout');
  return timeout ? [timeout, '--kill-after=5', String(seconds), program, ...args] : [program, ...args];
}

/**
 * @param {readonly [string, ...string[]]} command
 * @param {NodeJS.ProcessEnv} env
 */
export function startProcess([program, ...args], env) {
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-10_000);
    });
  }
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  /** @param {NodeJS.Signals} signal */
  const signalGroup = (signal) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const kill = () => signalGroup('SIGKILL');
  endings.add(kill);
  return {
    child,
    said: () => said,
    /** Ends it and all that it started. */
    async end() {
      signalGroup('SIGTERM');
      const timer = setTimeout(kill, GRACE);
      await closed;
      kill(); // what of its group has not followed it
      clearTimeout(timer);
      endings.delete(kill);
    },
  };
}

/**
 * Rejects when `promise` takes longer than `milliseconds`.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} milliseconds
 * @param {string} what
 * @returns {Promise<T>}
 */
export function bounded(promise, milliseconds, what) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (limit)]).finally(() => clearTimeout(timer));
}
