/** The options of a benchmark, checked, and the cases that they ask for. */
import { assertKnownKeys, show } from '../../core/arguments.js';
import { InvalidArgumentError } from '../../core/errors.js';
import { type BenchmarkOperation, benchmarkOperationNames, benchmarkOperations } from './operations.js';
import type { BenchmarkProgress, WasmBenchmarkOptions } from './report.js';
import type { SamplingOptions } from './sampler.js';

export interface Plan extends SamplingOptions {
  readonly ops: readonly BenchmarkOperation[];
  readonly cases: readonly { readonly operation: BenchmarkOperation; readonly size: number }[];
  readonly minSampleMs: number;
  readonly sustainedSeconds: number;
  readonly seed: number;
  readonly memoryLimit: number;
  readonly machine: string | undefined;
  readonly onProgress: ((progress: BenchmarkProgress) => void) | undefined;
}

/** For the module and the network of the targets. */
const baseMemory = 16 * 1024 * 1024;
const mostElements = 50_000_000;

const knownKeys: readonly (keyof WasmBenchmarkOptions)[] = [
  'ops',
  'sizes',
  'samples',
  'minSampleMs',
  'sustainedSeconds',
  'machine',
  'seed',
  'signal',
  'onProgress',
];

/** Checks the options and lays out the cases. Throws `INVALID_ARGUMENT`. */
export function makePlan(options: WasmBenchmarkOptions): Plan {
  assertKnownKeys('runWasmBenchmarks', options, knownKeys);
  const { ops = benchmarkOperationNames, sizes, samples = 9, minSampleMs = 4, seed = 1 } = options;
  const { sustainedSeconds = 1, machine, signal, onProgress } = options;
  if (!Array.isArray(ops)) refuse('ops', ops, `a list of ${benchmarkOperationNames.join(', ')}`);
  for (const operation of ops) {
    if (typeof operation !== 'string' || !Object.hasOwn(benchmarkOperations, operation)) {
      const names = benchmarkOperationNames.join(', ');
      throw new InvalidArgumentError(`ops: there is no benchmark ${show(operation)}; use ${names}`);
    }
  }
  assertWhole('samples', samples, 1, 10_000);
  assertWhole('sustainedSeconds', sustainedSeconds, 1, 3600);
  assertWhole('seed', seed, 0, 2 ** 32 - 1);
  if (!(typeof minSampleMs === 'number' && minSampleMs > 0 && minSampleMs <= 10_000)) {
    refuse('minSampleMs', minSampleMs, 'milliseconds above 0, up to 10000');
  }
  if (machine !== undefined && (typeof machine !== 'string' || machine === '')) {
    refuse('machine', machine, 'a name that is not empty');
  }
  if (signal !== undefined && typeof (signal as { aborted?: unknown } | null)?.aborted !== 'boolean') {
    refuse('signal', signal, 'an AbortSignal');
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    refuse('onProgress', onProgress, 'a function');
  }
  const cases = casesOf(ops, sizes);
  const largest = cases.reduce((most, { size }) => Math.max(most, size), 0);
  const memoryLimit = Math.min(2 ** 31, baseMemory + 4 * 4 * largest);
  return {
    ops,
    cases,
    samples,
    minSampleMs,
    sustainedSeconds,
    seed,
    memoryLimit,
    machine,
    signal,
    onProgress,
  };
}

type SizesByOperation = Partial<Record<BenchmarkOperation, unknown>>;

function casesOf(ops: readonly BenchmarkOperation[], sizes: WasmBenchmarkOptions['sizes']): Plan['cases'] {
  if (sizes !== undefined && !Array.isArray(sizes)) {
    assertKnownKeys('sizes', sizes, benchmarkOperationNames);
  }
  return [...new Set(ops)].flatMap((operation) => {
    const { sizes: usual, actualSize } = benchmarkOperations[operation];
    const given: unknown = Array.isArray(sizes)
      ? sizes
      : (sizes as SizesByOperation | undefined)?.[operation];
    const wanted = given === undefined ? usual : given;
    if (!Array.isArray(wanted)) refuse(`sizes of ${operation}`, wanted, 'a list of element counts');
    const actual = Array.from(wanted as readonly number[], (size) => {
      assertWhole('sizes', size, 1, mostElements);
      return actualSize(size);
    });
    // Each once: several sizes may hold the same largest square.
    return Array.from(new Set(actual), (size) => ({ operation, size }));
  });
}

function assertWhole(name: string, value: unknown, from: number, to: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to) return;
  refuse(name, value, `a whole number from ${from} to ${to}`);
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new InvalidArgumentError(`runWasmBenchmarks: ${name} is ${show(value)}; give ${wanted}`);
}
