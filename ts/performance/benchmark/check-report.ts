/** Checks of reports that come from elsewhere, a file most often: what a comparison reads of them must be there. */
import { show } from '../../core/arguments.js';
import { InvalidArgumentError } from '../../core/errors.js';
import { benchmarkOperations } from './operations.js';
import type { BenchmarkEnvironment, WasmBenchmarkReport } from './report.js';

/** Of the shape that this version writes and reads. */
const schema = 1;

type Unchecked<T> = { readonly [Key in keyof T]?: unknown };

/** The fields of an environment that make a key, each a string where it is there. */
const names: readonly (keyof BenchmarkEnvironment)[] = [
  'runtime',
  'engine',
  'platform',
  'architecture',
  'userAgent',
  'cpu',
  'machine',
];

/** `caller` and `name` (of the argument) stand in the message. Throws `INVALID_ARGUMENT`. */
export function assertEnvironment(
  caller: string,
  name: string,
  given: unknown,
): asserts given is Pick<WasmBenchmarkReport, 'environment'> {
  const check = checker(caller, name);
  check(isObject(given), '', given, 'a report of runWasmBenchmarks');
  const { environment } = given as Unchecked<WasmBenchmarkReport>;
  check(isObject(environment), '.environment', environment, 'an object');
  const fields = environment as Unchecked<BenchmarkEnvironment>;
  check(fields.runtime !== undefined, '.environment.runtime', undefined, 'a string');
  for (const field of names) {
    const value = fields[field];
    check(value === undefined || typeof value === 'string', `.environment.${field}`, value, 'a string');
  }
  const { logicalCores } = fields;
  const isCount =
    logicalCores === undefined || (Number.isSafeInteger(logicalCores) && Number(logicalCores) > 0);
  check(isCount, '.environment.logicalCores', logicalCores, 'a whole number above 0');
}

/** `caller` and `name` (of the argument) stand in the message. Throws `INVALID_ARGUMENT`. */
export function assertReport(
  caller: string,
  name: string,
  given: unknown,
): asserts given is WasmBenchmarkReport {
  assertEnvironment(caller, name, given);
  const check = checker(caller, name);
  const report = given as Unchecked<WasmBenchmarkReport>;
  check(report.schema === schema, '.schema', report.schema, `${schema}, as this version writes it`);
  const seed = (report.options as Unchecked<WasmBenchmarkReport['options']> | null | undefined)?.seed;
  check(Number.isSafeInteger(seed), '.options.seed', seed, 'a whole number');
  check(Array.isArray(report.cells), '.cells', report.cells, 'a list');
  for (const [i, cell] of (report.cells as readonly unknown[]).entries()) {
    check(isObject(cell), `.cells[${i}]`, cell, 'an object');
    const { operation, size, build, samples } = cell as Unchecked<WasmBenchmarkReport['cells'][number]>;
    const isKnown = typeof operation === 'string' && Object.hasOwn(benchmarkOperations, operation);
    check(isKnown, `.cells[${i}].operation`, operation, 'the name of a benchmark');
    check(Number.isSafeInteger(size), `.cells[${i}].size`, size, 'a whole number');
    check(typeof build === 'string', `.cells[${i}].build`, build, 'the name of a build');
    check(Array.isArray(samples), `.cells[${i}].samples`, samples, 'a list');
    for (const [j, sample] of (samples as readonly unknown[]).entries()) {
      const isTime = typeof sample === 'number' && sample >= 0 && sample < Number.POSITIVE_INFINITY;
      check(isTime, `.cells[${i}].samples[${j}]`, sample, 'a time in milliseconds');
    }
  }
}

function checker(caller: string, name: string) {
  return (good: boolean, place: string, value: unknown, wanted: string): void => {
    if (good) return;
    throw new InvalidArgumentError(
      `${caller}: ${name}${place} is ${show(value)}, not ${wanted}; measure again and keep the report as JSON`,
    );
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
