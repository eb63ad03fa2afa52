/**
 * Compares a report with an earlier one of the same machine and engine, cell by cell.
 */
import { InvalidArgumentError } from '../../core/errors.js';
import type { BenchmarkContender, WasmBenchmarkReport } from './report.js';
import { type RatioInterval, ratioInterval, seededRandom } from './statistics.js';

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
  readonly key: string;
  /** False when the baseline has no report of this machine and engine: then nothing was compared. */
  readonly found: boolean;
  readonly tolerance: number;
  readonly compared: number;
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

/** Machine and engine of a report: figures of one say nothing about another. */
export function baselineKey({ environment }: Pick<WasmBenchmarkReport, 'environment'>): string {
  const { runtime, engine, platform, architecture, userAgent, logicalCores } = environment;
  return [runtime, engine, platform, architecture, userAgent, logicalCores]
    .filter((part) => part !== undefined)
    .join(' / ');
}

/**
 * Builds are compared with themselves; the plain JavaScript loops are not, they are no part of this package.
 * Throws `INVALID_ARGUMENT` for a negative tolerance.
 */
export function compareToBaseline(
  report: WasmBenchmarkReport,
  baseline: BenchmarkBaseline,
  { tolerance = 0.25 }: BaselineOptions = {},
): BaselineComparison {
  if (!(tolerance >= 0)) {
    throw new InvalidArgumentError(
      `tolerance is ${String(tolerance)}; give a share of 0 or more, 0.25 is 25 %`,
    );
  }
  const key = baselineKey(report);
  const before = Object.hasOwn(baseline, key) ? baseline[key] : undefined;
  const changes = before === undefined ? [] : changesBetween(report, before);
  return {
    key,
    found: before !== undefined,
    tolerance,
    compared: changes.length,
    regressions: changes.filter(({ low }) => low > 1 + tolerance),
    improvements: changes.filter(({ high }) => high < 1 / (1 + tolerance)),
  };
}

function changesBetween(report: WasmBenchmarkReport, before: WasmBenchmarkReport): BaselineChange[] {
  return report.cells.flatMap(({ operation, size, build, samples }) => {
    if (build === 'javascript' || samples.length === 0) return [];
    const old = before.cells.find(
      (cell) => cell.operation === operation && cell.size === size && cell.build === build,
    );
    if (old === undefined || old.samples.length === 0) return [];
    const interval = ratioInterval(samples, old.samples, seededRandom(report.options.seed), 'independent');
    return [{ operation, size, build, ...interval }];
  });
}
