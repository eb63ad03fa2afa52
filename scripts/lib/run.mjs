// Child processes: bounded in time, each in a process group of its own.
//
// Why groups: a timeout must also end the compilers that ninja started, and a Ctrl-C must reach a child exactly
// once. The terminal sends it to every process of the foreground group and npm forwards it on top of that, so a
// child in our own group would get it twice. Here only this process gets it, and passes it on once.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CommandError, Stopped } from './errors.mjs';

const MINUTE = 60_000;
/** How long a child may take to end by itself, once asked. */
const GRACE = 10_000;
/** A repeat within this time is the same key press on its way through npm. */
const SAME_KEY_PRESS = 1_000;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeout] milliseconds, 10 minutes by default; Infinity only for what the user watches
 * @property {'inherit' | 'capture'} [output] inherit: it writes to our terminal; capture, the default: we keep it
 * @property {'inherit' | 'ignore'} [input] default ignore: nothing that runs by itself may wait for a key
 * @property {boolean} [shielded] let it finish when we are interrupted (dpkg, half-way through an installation)
 * @property {boolean} [foreground] stay in the terminal's own group, for sudo, which asks for a password there
 * @property {boolean} [check] throw when the exit code is not 0; default true
 */
/** @typedef {{ code: number, output: string }} RunResult `code` is 128 + its number when a signal ended it */
/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** @type {Map<ChildProcess, RunOptions>} */
const running = new Map();
/** Why everything is to stop, once it is. @type {Stopped | undefined} */
let stopReason;

/** @param {NodeJS.Signals} signal */
const exitCodeOf = (signal) => 128 + constants.signals[signal];

/** @param {ChildProcess} child @param {NodeJS.Signals} signal */
function signalChild(child, signal) {
  try {
    if (running.get(child)?.foreground) child.kill(signal);
    else if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}

/** Asks a child to end, and insists after a while. @param {ChildProcess} child @param {NodeJS.Signals} signal */
function endChild(child, signal) {
  signalChild(child, signal);
  setTimeout(() => running.has(child) && signalChild(child, 'SIGKILL'), GRACE).unref();
}

/**
 * Ends every child; from now on `run` throws `reason`.
 * @param {Stopped} reason
 * @param {NodeJS.Signals} [signal]
 */
export function stopEverything(reason, signal = 'SIGTERM') {
  stopReason ??= reason;
  for (const [child, { shielded }] of running) if (!shielded) endChild(child, signal);
}

/** Throws when everything is to stop: for a long step that runs no child. */
export function throwIfStopped() {
  if (stopReason) throw stopReason;
}

let lastSignal = 0;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    const isEcho = Date.now() - lastSignal < SAME_KEY_PRESS;
    lastSignal = Date.now();
    if (isEcho) return;
    stopEverything(new Stopped('interrupted', exitCodeOf(signal)), stopReason ? 'SIGKILL' : signal);
  });
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export async function run(command, args, options = {}) {
  throwIfStopped();
  const { timeout = 10 * MINUTE, output = 'capture', input = 'ignore', check = true } = options;
  const out = output === 'inherit' ? 'inherit' : 'pipe';
  const { cwd, env, foreground } = options;
  const child = spawn(command, args, { cwd, env, stdio: [input, out, out], detached: !foreground });
  running.set(child, options);

  let timedOut = false;
  const expire = () => {
    timedOut = true;
    endChild(child, 'SIGTERM');
  };
  const timer = Number.isFinite(timeout) ? setTimeout(expire, timeout) : undefined;
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));

  try {
    const code = await ended(child, command);
    const text = Buffer.concat(chunks).toString();
    if (check) throwIfStopped();
    // Beside its own output on the terminal, the arguments (a hundred files) would only be noise.
    const line = output === 'inherit' ? command : [command, ...args].join(' ');
    if (timedOut)
      throw new CommandError(`${line}\nwas stopped after ${Math.round(timeout / 1000)} s\n${text}`);
    if (check && code !== 0) throw new CommandError(`${line}\nended with exit code ${code}\n${text}`);
    return { code, output: text };
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}

/**
 * @param {ChildProcess} child
 * @param {string} command
 * @returns {Promise<number>} the exit code
 */
function ended(child, command) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandError(`cannot start ${command}: ${error.message}`)));
    child.once('close', (code, signal) => resolve(signal ? exitCodeOf(signal) : (code ?? 1)));
  });
}
