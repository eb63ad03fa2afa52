// @ts-check
/** Node as an engine: every contender gets a process of its own. */
import { fork, spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EnvironmentError } from '../command/errors.mjs';

/** @import { Engine, Worker } from '../measure/protocol.mjs' */
/** @import { Folders } from '../command/engines.mjs' */

const program = fileURLToPath(new URL('../measure/node-worker.mjs', import.meta.url));

/** An answer takes seconds at most; what takes longer hangs. */
const patience = 120_000;

/**
 * @param {string} name as it was asked for
 * @param {string} executable
 * @param {Folders} folders
 * @returns {Engine}
 */
export function nodeEngine(name, executable, folders) {
  return {
    name,
    description: { engine: name, ...describe(executable) },
    start: async () => startProcess(executable),
    address: (folder) => `${pathToFileURL(folders[folder] ?? folders.package)}/`,
    close: async () => {},
  };
}

/** @param {string} executable */
function describe(executable) {
  const script = 'process.stdout.write(JSON.stringify(process.versions))';
  const { stdout, status } = spawnSync(executable, ['-e', script], { encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) throw new EnvironmentError(`${executable} does not run`);
  const { node, v8 } = JSON.parse(stdout);
  return { version: `Node ${node} (V8 ${v8})` };
}

/** @param {string} executable @returns {Worker} */
function startProcess(executable) {
  const child = fork(program, [], {
    execPath: executable,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-2000);
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          finish(() => reject(new Error(`no answer to '${request.kind}' within ${patience / 1000} s`)));
        }, patience);
        const answered = (/** @type {any} */ answer) => finish(() => resolve(answer));
        const ended = () => finish(() => reject(new Error(`its process ended${said && `: ${said.trim()}`}`)));
        /** @param {() => void} settle */
        const finish = (settle) => {
          clearTimeout(timer);
          child.off('message', answered);
          child.off('exit', ended);
          settle();
        };
        child.on('message', answered);
        child.on('exit', ended);
        if (child.connected) child.send(request);
        else ended();
      }),
    close: () => {
      child.kill();
    },
  };
}
