/**
 * Compares a report with an earlier one of the same machine and engine, cell by cell.
 */
import { assertKnownKeys, show } from '../../core/arguments.js';
import { InvalidArgumentError } from '../../core/errors.js';
import { assertEnvironment, assertReport } from './check-report.js';
import type { BenchmarkContender, WasmBenchmarkReport } from './report.js';
import { leastSamples, type RatioInterval, ratioInterval, seededRandom } from './statistics.js';

/** Earlier reports, keyed by `baselineKey`: plain JSON, one file for many machines. */
export type BenchmarkBaseline = Readonly<Record<string, WasmBenchmarkReport>>;

/** A cell that is in both reports: its time now over its time then, with a 95 % interval; above 1 is slower. */
export interface BaselineChange extends RatioInterval {
  readonly operation: string;
  readonly size: number;
  readonly build: BenchmarkContender;
}

/** What became of the cells that are in both reports. */
export interface BaselineComparison {
  /** Of the report's machine and engine. */
  readonly key: string;
  /** False when the baseline has no report of this machine and engine: then nothing was compared. */
  readonly found: boolean;
  /** The machines and engines that the baseline has. */
  readonly keys: readonly string[];
  readonly tolerance: number;
  readonly compared: number;
  /** Cells in both reports of which one has fewer than 7 samples, or times that its clock could not tell. */
  readonly skipped: number;
  /** Slower by more than the tolerance, even at the lower end of the interval. */
  readonly regressions: readonly BaselineChange[];
  /** Faster by more than the tolerance, even at the upper end. */
  readonly improvements: readonly BaselineChange[];
}

/** What counts as a change. */
export interface BaselineOptions {
  /** How much slower is no regression yet: 0.25 is 25 %. Machines are noisy; default 0.25. */
  readonly tolerance?: number;
}

/**
 * Machine and engine of a report: figures of one say nothing about another. As much as the engine tells, so that two
 * browsers alike on two machines, or two kinds of virtual machines of one name, need the option `machine` of
 * `runWasmBenchmarks` to be told apart. Throws `INVALID_ARGUMENT` for what is no report.
 */
export function baselineKey(report: Pick<WasmBenchmarkReport, 'environment'>): string {
  assertEnvironment('baselineKey', 'report', report);
  const { machine, runtime, engine, platform, architecture, userAgent, cpu, logicalCores } =
    report.environment;
  const cores = logicalCores === undefined ? undefined : `${logicalCores} cores`;
  return [machine, runtime, engine, platform, architecture, userAgent, cpu, cores]
    .filter((part) => part !== undefined)
    .join(' / ');
}

/**
 * Builds are compared with themselves; the plain JavaScript loops are not, they are no part of this package.
 * A baseline of other machines or engines is `found: false`. Throws `INVALID_ARGUMENT` for a tolerance that is no
 * number of 0 or more, and for a report or a baseline that is none: damaged, of another schema, or under another
 * machine's key.
 */
export function compareToBaseline(
  report: WasmBenchmarkReport,
  baseline: BenchmarkBaseline,
  options: BaselineOptions = {},
): BaselineComparison {
  assertKnownKeys('compareToBaseline', options, ['tolerance']);
  const { tolerance = 0.25 } = options;
  if (!(typeof tolerance === 'number' && tolerance >= 0 && Number.isFinite(tolerance))) {
    throw new InvalidArgumentError(
      `compareToBaseline: tolerance is ${show(tolerance)}; give a share of 0 or more, 0.25 is 25 %`,
    );
  }
  assertReport('compareToBaseline', 'report', report);
  if (typeof baseline !== 'object' || baseline === null || Array.isArray(baseline)) {
    throw new InvalidArgumentError(
      `compareToBaseline: baseline is ${show(baseline)}; give an object of reports by their baselineKey()`,
    );
  }
  const key = baselineKey(report);
  const before = Object.hasOwn(baseline, key) ? reportUnder(key, baseline[key]) : undefined;
  const { changes, skipped } = before === undefined ? nothing : changesBetween(report, before);
  return {
    key,
    found: before !== undefined,
    keys: Object.keys(baseline),
    tolerance,
    compared: changes.length,
    skipped,
    regressions: changes.filter(({ low }) => low > 1 + tolerance),
    improvements: changes.filter(({ high }) => high < 1 / (1 + tolerance)),
  };
}

/** Checked: it may come from a file that somebody has edited. */
function reportUnder(key: string, given: unknown): WasmBenchmarkReport {
  assertReport('compareToBaseline', `baseline['${key}']`, given);
  const own = baselineKey(given);
  if (own === key) return given;
  throw new InvalidArgumentError(
    `compareToBaseline: under '${key}' the baseline has a report of '${own}'; file each under its baselineKey()`,
  );
}

interface Changes {
  readonly changes: readonly BaselineChange[];
  readonly skipped: number;
}

const nothing: Changes = { changes: [], skipped: 0 };

function changesBetween(report: WasmBenchmarkReport, before: WasmBenchmarkReport): Changes {
  let skipped = 0;
  const changes = report.cells.flatMap(({ operation, size, build, samples }): BaselineChange[] => {
    if (build === 'javascript') return [];
    const old = before.cells.find(
      (cell) => cell.operation === operation && cell.size === size && cell.build === build,
    );
    if (old === undefined) return [];
    if (![samples, old.samples].every(isTimed)) {
      skipped++;
      return [];
    }
    const interval = ratioInterval(samples, old.samples, seededRandom(report.options.seed), 'independent');
    return [{ operation, size, build, ...interval }];
  });
  return { changes, skipped };
}

function isTimed(samples: readonly number[]): boolean {
  return samples.length >= leastSamples && samples.every((sample) => sample > 0);
}
