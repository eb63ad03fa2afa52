/**
 * The limits that SASI sets itself, and the verdict on a figure. Plain JavaScript meets most of them, so they say
 * little about the kernels; `ours` is what this package wants to reach itself.
 */
import { stepsOfCall } from '../../metrics/timing.js';
import type { WasmModuleManager } from '../wasm-module-manager.js';
import type { BenchmarkBuild, BenchmarkTarget, TargetName } from './report.js';

interface TargetRow {
  readonly unit: BenchmarkTarget['unit'];
  readonly limit: number;
  readonly ours?: number;
  /** Whether a larger figure is the better one. */
  readonly atLeast?: true;
}

/** In the order in which they are told. */
const rows: { readonly [Name in TargetName]: TargetRow } = {
  'load a runtime': { unit: 'ms', limit: 100, ours: 25 },
  memory: { unit: 'bytes', limit: 52_428_800 },
  'neural activation of 1000 floats, p50': { unit: 'ms', limit: 5, ours: 0.003 },
  'neural activation of 1000 floats, p99': { unit: 'ms', limit: 5 },
  'neural activations per second': { unit: 'calls per second', limit: 1000, ours: 300_000, atLeast: true },
  'SIMD over scalar, neural activation': { unit: 'times', limit: 2, ours: 3, atLeast: true },
  'SIMD over JavaScript, neural activation': { unit: 'times', limit: 2, ours: 10, atLeast: true },
  'spawn an agent 1024-512-256-128': { unit: 'ms', limit: 12 },
  'inference of an agent 1024-512-256-128': { unit: 'ms', limit: 50 },
};

export const targetNames = Object.keys(rows) as TargetName[];

/** What the verdict on a figure rests on, beside the figure. */
export interface Evidence {
  /** In place of the row's: the memory's is configured. */
  readonly limit?: number;
  /** Of a ratio; its ends are null where there were too few samples for an interval. */
  readonly interval?: { readonly low: number | null; readonly high: number | null };
  /** Less was measured than the target speaks of: it can be missed by that, but not met. */
  readonly isPartial?: boolean;
  /** The figure is a bound that the clock's step allows: what is below it may still be below a lower limit. */
  readonly isUpperBound?: boolean;
  /** What was measured, told beside the figure. */
  readonly build?: BenchmarkBuild;
  readonly seconds?: number;
  readonly sizes?: readonly number[];
  readonly size?: number;
}

/** The verdict on a figure; null: it was not measured, or what was measured allows none. */
export function target(
  name: TargetName,
  measured: number | null,
  { limit, interval, isPartial = false, isUpperBound = false, ...told }: Evidence = {},
): BenchmarkTarget {
  const row = rows[name];
  const bound = limit ?? row.limit;
  // Of an interval its worse end counts.
  const worst = interval === undefined ? measured : row.atLeast ? interval.low : interval.high;
  const meets = (wanted: number): boolean | null => {
    if (worst === null) return null;
    if (isBetter(worst, wanted, row)) return isPartial ? null : true;
    return isUpperBound ? null : false;
  };
  return {
    name,
    unit: row.unit,
    limit: bound,
    measured,
    met: meets(bound),
    ...(row.ours === undefined ? {} : { ours: row.ours, metOurs: meets(row.ours) }),
    ...interval,
    ...(isUpperBound ? { upperBound: true } : {}),
    ...told,
  };
}

function isBetter(value: number, wanted: number, { unit, atLeast }: TargetRow): boolean {
  if (atLeast) return value > wanted;
  // The limit of the memory is the memory: reaching it is no more than promised.
  return unit === 'bytes' ? value <= wanted : value < wanted;
}

/** The verdict on milliseconds that were read off a clock of that resolution. */
export function timeTarget(
  name: TargetName,
  milliseconds: number,
  clockResolution: number,
  told: Evidence = {},
): BenchmarkTarget {
  if (milliseconds > 0 && milliseconds >= stepsOfCall * clockResolution)
    return target(name, milliseconds, told);
  // What takes no time by a clock whose step is not known was not measured.
  if (clockResolution <= 0) return target(name, null);
  return target(name, milliseconds + clockResolution, { ...told, isUpperBound: true });
}

/** The verdict on a whole linear memory, used or not, in bytes, against the limit that it was configured with. */
export function memoryTarget(bytes: number, limit?: number): BenchmarkTarget {
  return target('memory', bytes, limit === undefined ? {} : { limit });
}

/** Of the module in use, with what a module of somebody else's takes beside it. Throws `NOT_INITIALIZED`. */
export function memoryInUse(manager: WasmModuleManager): BenchmarkTarget {
  const { limit, reserved, used } = manager.getRuntime().memory.stats();
  const ownMemory = manager.getModuleStatus().memoryUsage - reserved - used;
  return memoryTarget(limit + ownMemory, manager.memoryLimit());
}

/** The range of sizes that the speed-ups are promised for, in elements. */
const speedupSizes = { from: 1000, to: 1_000_000 } as const;

interface SizedRatio {
  readonly size: number;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Of `simd`: the verdict on the worst of the sizes in the promised range; met only where both its ends are measured. */
export function speedupTarget(name: TargetName, ratios: readonly SizedRatio[]): BenchmarkTarget {
  const { from, to } = speedupSizes;
  const inRange = ratios.filter(({ size }) => size >= from && size <= to).sort((a, b) => a.size - b.size);
  const worst = inRange.reduce<SizedRatio | undefined>(
    (least, each) =>
      least === undefined || (each.low ?? each.ratio) < (least.low ?? least.ratio) ? each : least,
    undefined,
  );
  if (worst === undefined) return target(name, null);
  const sizes = inRange.map(({ size }) => size);
  const { size, ratio, low, high } = worst;
  const isPartial = !(sizes.includes(from) && sizes.includes(to));
  return target(name, ratio, { interval: { low, high }, build: 'simd', sizes, size, isPartial });
}

/** "Every second of ten": fewer do not show it. */
const sustainedSeconds = 10;

/** The verdict on the calls in the slowest of so many seconds in a row. */
export function throughputTarget(
  perSecond: number | null,
  seconds: number,
  build: BenchmarkBuild,
): BenchmarkTarget {
  const isPartial = seconds < sustainedSeconds;
  return target('neural activations per second', perSecond, { seconds, build, isPartial });
}
