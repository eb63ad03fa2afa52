/** Programs in a process of their own: with a crippled engine, or where nothing else may allocate. */
import { spawnSync } from 'node:child_process';
import { rootUrl } from './paths.js';

/**
 * Runs `program`, an ES module in which `entry` is the address of the package and `report(value)` is to be called
 * once; returns what it reported.
 */
export function runProgram<Report>(program: string, flags: readonly string[] = []): Report {
  const mark = '\u0001report:';
  const source = `
    const entry = ${JSON.stringify(rootUrl('dist/index.js').href)};
    const report = (value) => console.log(${JSON.stringify(mark)} + JSON.stringify(value));
    ${program}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '-e', source],
    { encoding: 'utf8', timeout: 60_000 },
  );
  const line = stdout.split('\n').find((text) => text.startsWith(mark));
  if (status !== 0 || line === undefined) throw new Error(`exit code ${status}\n${stdout}\n${stderr}`);
  return JSON.parse(line.slice(mark.length));
}
