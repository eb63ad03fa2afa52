/**
 * Runs a program in an engine of its own, so that the engine can be altered: flags, or globals changed before the
 * package is imported. Our own modules are never replaced.
 */
import { spawn } from 'node:child_process';

/** The checkout, from build/test/ts/performance: there the package finds itself by its name. */
const root = new URL('../../../../', import.meta.url);

/** For a V8 without WebAssembly. Node 20 has a switch for that, which later ones lost; their `--jitless` excludes it. */
export const withoutWasm = process.versions.node.startsWith('20.') ? ['--no-expose-wasm'] : ['--jitless'];

export interface ProgramResult<T> {
  /** What the program handed to `report`. */
  readonly reported: T;
  readonly stderr: string;
}

export interface ProgramSettings {
  /** For the engine. */
  readonly flags?: readonly string[];
  /** Runs before anything else. */
  readonly before?: string;
  /** Where it runs, and finds packages; default: the checkout. */
  readonly folder?: string;
}

/**
 * The program is the body of an async function with `report(value)` in scope; `before` runs before anything else.
 * Rejects when it does not end by itself with exit code 0, or reports nothing.
 */
export async function runProgram<T>(
  program: string,
  { flags = [], before = '', folder }: ProgramSettings = {},
): Promise<ProgramResult<T>> {
  const source = `${before}
    const report = (value) => console.log('REPORT ' + JSON.stringify(value));
    await (async () => {
${program}
})();`;
  const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', source], {
    cwd: folder ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A program that is kept alive by something of ours is a failure, not a wait until the runner gives up.
  const timer = setTimeout(() => child.kill(), 60_000);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ending) => resolve(ending));
  });
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the program ended with ${code ?? signal}:\n${stderr}${stdout}`);
  const line = stdout.split('\n').find((text) => text.startsWith('REPORT '));
  if (line === undefined) throw new Error(`the program reported nothing:\n${stderr}${stdout}`);
  return { reported: JSON.parse(line.slice('REPORT '.length)) as T, stderr };
}
