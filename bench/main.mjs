// @ts-check
/** npm run bench: measures this package beside every peer. `--help` says how. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  baselineColumn,
  changeLine,
  changesSince,
  isComparable,
  openBaseline,
  regressions,
} from './command/baseline.mjs';
import { engineHere, openEngine } from './command/engines.mjs';
import { EnvironmentError, exitCodes, UsageError } from './command/errors.mjs';
import { commitOf, describeMachine, hasBuild, locatePackage, wasmFiles } from './command/machine.mjs';
import { parseOptions, usage } from './command/options.mjs';
import { createProgress } from './command/progress.mjs';
import { runOn } from './command/run.mjs';
import { findFaults } from './measure/judge.mjs';
import { columnName } from './report/figures.mjs';
import { engineSummary, suiteTables, summary } from './report/text.mjs';
import { buildNames } from './suites/entries.mjs';
import { suites } from './suites/index.mjs';

/** @import { BenchmarkResults, EngineRun } from './measure/results.mjs' */
/** @import { Cell } from './suites/types.mjs' */
/** @import { Baseline } from './command/baseline.mjs' */
/** @import { Options } from './command/options.mjs' */

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string[]} lines */
const print = (lines) => process.stdout.write(`${lines.join('\n')}\n`);

/** The exit code gets worse, never better; and a line says why. */
class Verdict {
  code = exitCodes.good;

  /** @param {number} code @param {string} line */
  worsen(code, line) {
    process.stderr.write(`${line}\n`);
    // What was asked wrongly is said before what is missing, and that before a regression that may come of it.
    const rank = [exitCodes.good, exitCodes.regression, exitCodes.environment, exitCodes.usage];
    if (rank.indexOf(code) > rank.indexOf(this.code)) this.code = code;
  }

  /** Errors of ours become a line and a code; others are told whole, and are no regression. @param {unknown} error */
  note(error) {
    if (error instanceof UsageError) this.worsen(exitCodes.usage, error.message);
    else if (error instanceof EnvironmentError) this.worsen(exitCodes.environment, error.message);
    else this.worsen(exitCodes.environment, error instanceof Error ? String(error.stack) : String(error));
  }
}

/** Fewer samples of what takes seconds: of cold starts but the first build's two. @param {Cell} cell @param {number} rounds @returns {Cell} */
const shorter = (cell, rounds) => ({
  ...cell,
  rounds: Math.min(cell.rounds ?? rounds, rounds),
  entries: cell.entries.map((entry) => (entry.rounds === undefined ? entry : { ...entry, rounds: 2 })),
});

/** @param {Options} options @param {Verdict} verdict @returns {Cell[]} */
function chooseCells({ suites: names, filters, seed, quick, rounds }, verdict) {
  const wanted = suites.filter(({ name }) => names.includes(name)).flatMap((suite) => suite.cells(seed));
  const cells = quick ? wanted.map((cell) => shorter(cell, rounds)) : wanted;
  if (filters === undefined) return cells.filter((cell) => !quick || cell.quick);
  const matches = (/** @type {RegExp} */ filter, /** @type {Cell} */ { suite, name }) =>
    filter.test(`${suite} ${name}`);
  for (const filter of filters) {
    if (!cells.some((cell) => matches(filter, cell)) && cells.length > 0)
      verdict.worsen(exitCodes.usage, `--filter ${filter.source}: no row matches`);
  }
  return cells.filter((cell) => filters.some((filter) => matches(filter, cell)));
}

/**
 * @param {Options} options
 * @param {AbortSignal} signal
 * @param {Verdict} verdict
 */
async function run(options, signal, verdict) {
  for (const line of options.wrong) verdict.worsen(exitCodes.usage, line);
  const cells = chooseCells(options, verdict);
  if (cells.length === 0) return;
  const located = locatePackage(options.package);
  const baseline = readBaseline(options, verdict);
  const { suites: suiteNames, filters, time, rounds, seed, quick } = options;
  const machine = describeMachine();
  // What is measured is what is there now, whatever is committed or built meanwhile.
  const measured = {
    commit: commitOf(options.package),
    version: located.version,
    machine,
    wasm: wasmFiles(options.package),
  };
  if (options.json !== undefined) assertWritable(options.json);
  /** @type {EngineRun[]} */
  const runs = [];
  const engines = options.engines ?? [engineHere];
  for (const name of engines) {
    if (signal.aborted) break;
    try {
      const done = await runEngine(name, {
        options,
        cells,
        baseline,
        entry: located.entry,
        cpu: machine.cpu,
        signal,
      });
      runs.push(done);
      judge(done, absentBuilds(options, baseline), verdict);
      if (baseline) reportChanges(done, baseline, { options, cpu: machine.cpu }, verdict);
    } catch (error) {
      verdict.note(error);
    }
    /** @type {BenchmarkResults} */
    const results = {
      schema: 1,
      date: new Date().toISOString(),
      ...measured,
      options: {
        suites: suiteNames,
        engines,
        filter: filters?.map(({ source }) => source).join(' | ') ?? null,
        time,
        rounds,
        seed,
        quick,
      },
      runs,
    };
    // After each engine: whoever stops the run keeps what was measured.
    if (options.json && runs.length > 0) writeFileSync(options.json, `${JSON.stringify(results)}\n`);
  }
  if (runs.length > 1) print([...engineSummary(runs), '']);
}

/** Throws `UsageError` now, not after minutes of measuring. @param {string} file */
function assertWritable(file) {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new UsageError(`--json ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {Options} options @param {Verdict} verdict @returns {Baseline | undefined} */
function readBaseline({ baseline }, verdict) {
  if (baseline === undefined) return undefined;
  try {
    return openBaseline(baseline);
  } catch (error) {
    verdict.note(error);
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {{ options: Options, cells: Cell[], baseline: Baseline | undefined, entry: string, cpu: string, signal: AbortSignal }} plan
 */
async function runEngine(name, { options, cells, baseline, entry, cpu, signal }) {
  const { time, rounds, seed, quiet } = options;
  const folders = {
    package: resolve(options.package),
    baseline: baseline?.kind === 'package' ? resolve(baseline.folder) : undefined,
    peers: join(root, 'bench/node_modules'),
    compiled: join(root, 'build/wasm/bench'),
  };
  const engine = await openEngine(name, folders, root);
  const progress = createProgress(process.stderr, process.env, quiet);
  try {
    const done = await runOn(engine, {
      ...{ cells, time, rounds, seed, entry, cpu, signal },
      ...(baseline && { baseline }),
      regressed(result) {
        const here = { engine: engine.description, cpu, seed };
        if (baseline === undefined || !isComparable(baseline, here)) return false;
        return regressions(changesSince(baseline, [result], here), options.failAbove).length > 0;
      },
      progress: progress.show,
      suiteDone(results) {
        progress.clear();
        if (!quiet) print(suiteTables(results));
      },
    });
    progress.clear();
    print([...summary(done), '']);
    return done;
  } finally {
    progress.clear();
    await engine.close();
  }
}

/**
 * Columns of builds that a package which was given has not got. This one has to have them all.
 * @param {Options} options
 * @param {Baseline | undefined} baseline
 */
function absentBuilds({ package: measured }, baseline) {
  const without = (/** @type {string} */ folder) =>
    resolve(folder) === resolve(root) ? [] : buildNames.filter((build) => !hasBuild(folder, build));
  return [
    ...without(measured),
    ...(baseline?.kind === 'package' ? without(baseline.folder).map(baselineColumn) : []),
  ];
}

/** @param {EngineRun} run @param {readonly string[]} absent columns @param {Verdict} verdict */
function judge({ engine, contenders, cells, defects }, absent, verdict) {
  for (const [id, { missing, code }] of Object.entries(contenders)) {
    if (missing === undefined) continue;
    const line = `${engine.engine}, ${columnName(id)} is missing: ${missing}`;
    // Engines may do without relaxed SIMD; whatever else is not there is something wrong.
    const refused = id === 'relaxed' && code === 'VARIANT_UNSUPPORTED';
    if (refused || absent.includes(id)) process.stderr.write(`${line}\n`);
    else verdict.worsen(exitCodes.environment, line);
  }
  const complain = (/** @type {string[]} */ columns, /** @type {string} */ what) => {
    if (columns.length === 0) return;
    const who = [...new Set(columns.map(columnName))].join('; ');
    verdict.worsen(exitCodes.environment, `${engine.engine}: ${who} ${what}; see the summary`);
  };
  for (const status of /** @type {const} */ (['wrong', 'failed'])) {
    const those = findFaults(cells).filter((fault) => fault.status === status);
    complain(
      those.map(({ column }) => column),
      status === 'wrong' ? 'computed something wrong' : 'failed',
    );
  }
  complain(
    defects.map(({ peer }) => peer),
    'was not measured fairly',
  );
}

/**
 * @param {EngineRun} run
 * @param {Baseline} baseline
 * @param {{ options: Options, cpu: string }} here
 * @param {Verdict} verdict
 */
function reportChanges({ engine, cells }, baseline, { options, cpu }, verdict) {
  const changes = changesSince(baseline, cells, { engine, cpu, seed: options.seed });
  const slower = regressions(changes, options.failAbove);
  print([
    `${changes.length} figures compared with the baseline, ${slower.length} slower by more than ${options.failAbove} %`,
  ]);
  for (const change of slower) verdict.worsen(exitCodes.regression, `regression: ${changeLine(change)}`);
  if (changes.length === 0) verdict.worsen(exitCodes.environment, 'the baseline has no row of this run');
}

const verdict = new Verdict();
const controller = new AbortController();
const interrupt = () => controller.abort();
process.once('SIGINT', interrupt);
try {
  const options = parseOptions(process.argv.slice(2), root);
  if (options.help) process.stdout.write(usage);
  else await run(options, controller.signal, verdict);
} catch (error) {
  if (!controller.signal.aborted) verdict.note(error);
}
process.off('SIGINT', interrupt);
process.exitCode = controller.signal.aborted ? exitCodes.interrupted : verdict.code;
