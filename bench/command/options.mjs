// @ts-check
/** The command line. What cannot be followed is collected, so that whatever else was asked for still runs. */
import { parseArgs } from 'node:util';
import { suites } from '../suites/index.mjs';
import { UsageError } from './errors.mjs';

export const engineNames = /** @type {const} */ (['node20', 'node24', 'chromium', 'firefox', 'webkit']);

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {string[]} suites in the order in which they run
 * @property {RegExp[] | undefined} filters undefined: all rows
 * @property {number} time milliseconds of a sample
 * @property {number} rounds
 * @property {number} seed
 * @property {string[] | undefined} engines as they were asked for; undefined: the Node that runs this
 * @property {string | undefined} json file to write
 * @property {string | undefined} baseline a built checkout or package, or a file that --json wrote
 * @property {number} failAbove percent
 * @property {string} package folder of the package that is measured
 * @property {boolean} quiet
 * @property {boolean} quick
 * @property {string[]} wrong one line for everything that could not be followed
 */

const defaults = { time: 20, rounds: 7, seed: 1, failAbove: 25 };
const quick = { time: 6, rounds: 7 };

export const usage = `Measures this package beside every peer: one table, nothing that was not measured in this run.

  npm run bench -- [options]

What
  --suite A,B       ${suites.map(({ name }) => name).join(', ')} (default: all)
  --filter TEXT     only rows whose suite and name contain TEXT, or match it as a /regular expression/;
                    given several times: rows that any of them matches
  --engine A,B      ${engineNames.join(', ')} (default: the Node that runs this)
  --quick           half a minute: the rows that tell most, short samples

How
  --time MS         shortest duration of one sample (default ${defaults.time}); with --time 40, as peers' known figures were
                    measured, samples are steadier and a run takes seven minutes, not less than five
  --rounds N        samples of each cell, at least 7 (default ${defaults.rounds}); rounds are interleaved
  --seed N          of the data and of the intervals (default ${defaults.seed})
  --package FOLDER  the built checkout or package to measure (default: this one)

Against an earlier state
  --baseline PATH   a built checkout or package: measured in the same rounds as a column of its own;
                    or a file that --json wrote on this machine and engine
  --fail-above PCT  how much slower is a regression, at the lower end of its 95 % interval, twice in a row
                    (default ${defaults.failAbove})

Output
  --json FILE       everything, with raw samples; npm run bench:report makes tables and charts of it
  --quiet           only the summary; no progress
  --help            this text

Each row is one task, done by every contender on the same data. A result is checked against float64 before
its speed counts. Contenders live in processes of their own, which are asked in turn, never two at once. Each
warms up until it gets no faster, 1.5 s at most (0.6 s with --quick); then in each of N rounds every one is
timed once, beginning with the next one each time. Figures are medians; a ratio has its 95 % bootstrap
interval. "limit" is what the engine itself can do: additions and multiplications in registers, or copying or
reading of linear memory, measured in the same rounds.
Peers run on one thread, on their fastest public path. What one is expected to take is its overhead of a call
and its arithmetic, by the additions and multiplications that the engine did meanwhile. One that stays below
0.8 of that in a second measurement, too, fails the run: the machine was busy, or the benchmark is wrong.
On processors and engines of which no figures are known 0.4 of it is asked for in products of matrices, 0.3 in
functions; where memory limits, a third here and a quarter there.

Results go to stdout, progress to stderr (only in a terminal, not with CI set). NO_COLOR is honoured.
Exit code: 0 good, 1 a regression against the baseline, 2 an option that could not be followed,
3 something is missing (a peer, a browser), a build of this package is wrong, a contender failed, or a peer
was not measured fairly, 130 stopped with Ctrl-C.
`;

/**
 * @param {string[]} args
 * @param {string} root this checkout
 * @returns {Options}
 */
export function parseOptions(args, root) {
  const values = parse(args);
  /** @type {string[]} */
  const wrong = [];
  const preset = values.quick ? { ...defaults, ...quick } : defaults;
  return {
    help: values.help === true,
    suites:
      chosen(
        '--suite',
        values.suite,
        suites.map(({ name }) => name),
        wrong,
      ) ?? suites.map(({ name }) => name),
    filters: values.filter?.map(filterOf),
    time: number('--time', values.time, 0.1, 10_000) ?? preset.time,
    rounds: whole('--rounds', values.rounds, 7, 1000) ?? preset.rounds,
    seed: whole('--seed', values.seed, 0, 2 ** 31) ?? preset.seed,
    engines: chosen('--engine', values.engine, engineNames, wrong),
    json: values.json,
    baseline: values.baseline,
    failAbove: number('--fail-above', values['fail-above'], 0, 1000) ?? defaults.failAbove,
    package: values.package ?? root,
    quiet: values.quiet === true,
    quick: values.quick === true,
    wrong,
  };
}

/**
 * Throws `UsageError` for an option that there is not.
 * @template {import('node:util').ParseArgsConfig} Config
 * @param {Config} config
 * @returns {ReturnType<typeof parseArgs<Config>>}
 */
export function parseArguments(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string[]} args */
const parse = (args) =>
  parseArguments({
    args,
    options: {
      suite: { type: 'string', multiple: true },
      filter: { type: 'string', multiple: true },
      engine: { type: 'string', multiple: true },
      time: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'string' },
      baseline: { type: 'string' },
      'fail-above': { type: 'string' },
      package: { type: 'string' },
      quiet: { type: 'boolean' },
      quick: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;

/**
 * Names that are known, in the order in which they run; the others are a line in `wrong` each.
 * @param {string} option
 * @param {string[] | undefined} values
 * @param {readonly string[]} known
 * @param {string[]} wrong
 * @returns {string[] | undefined} undefined: the option was not given
 */
function chosen(option, values, known, wrong) {
  if (values === undefined) return undefined;
  const wanted = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  for (const name of wanted) {
    if (!known.includes(name)) wrong.push(`${option} ${name}: there is ${known.join(', ')}`);
  }
  return known.filter((name) => wanted.includes(name));
}

/** @param {string} text */
function filterOf(text) {
  const [, pattern] = /^\/(.*)\/$/.exec(text) ?? [];
  try {
    return new RegExp(pattern ?? text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');
  } catch (error) {
    throw new UsageError(`--filter ${text}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string} option @param {string | undefined} text @param {number} least @param {number} most */
function number(option, text, least, most) {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most)) {
    throw new UsageError(`${option} ${text}: expected a number from ${least} to ${most}`);
  }
  return value;
}

/** @param {string} option @param {string | undefined} text @param {number} least @param {number} most */
function whole(option, text, least, most) {
  const value = number(option, text, least, most);
  if (value !== undefined && !Number.isInteger(value)) {
    throw new UsageError(`${option} ${text}: expected a whole number`);
  }
  return value;
}
