/**
 * The operations that the benchmarks time: their data, their float64 reference, and how a runtime and plain
 * JavaScript compute them. A new operation is one more entry of `benchmarkOperations`.
 */
import type { NeuralRuntime } from '../../runtime/runtime.js';
import {
  activationJs,
  activationReference,
  addJs,
  addReference,
  dotJs,
  dotReference,
  matmulJs,
  matmulReference,
  type Reference,
  sigmoidJs,
  sigmoidReference,
  softmaxJs,
  softmaxReference,
} from '../javascript-baselines.js';
import type { Contender } from './sampler.js';
import { type RandomU32, uniform } from './statistics.js';

/** A contender whose result can be read after a run. */
export interface CheckedContender extends Contender {
  result(): ArrayLike<number>;
}

/** One operation at one size, with data of its own. */
export interface BenchmarkCase {
  /** Elements that one call works on: what throughput counts. */
  readonly elements: number;
  /** Additions and multiplications of one call; undefined where the operation is more than those. */
  readonly flops?: number;
  /** Bytes that one call reads and writes, each operand once. */
  readonly bytes: number;
  reference(): Reference;
  javascript(): CheckedContender;
  /** Operands lie in the pool, so that no copying is timed. Free them by `runtime.memory` or its disposal. */
  runtime(runtime: OpsAndMemory): CheckedContender;
}

/** What of a runtime is needed. */
export type OpsAndMemory = Pick<NeuralRuntime, 'ops' | 'memory'>;

export interface BenchmarkOperationDefinition {
  /** Sizes when the caller names none: elements of the first operand. */
  readonly sizes: readonly number[];
  /** The size that is really used for `size`: matrices are square. */
  actualSize(size: number): number;
  prepare(size: number, random: RandomU32): BenchmarkCase;
}

function values(length: number, random: RandomU32, low: number, high: number): Float32Array {
  return Float32Array.from({ length }, () => uniform(random, low, high));
}

const anySize = (size: number): number => size;
/** The sizes that SASI's own benchmark of its layer has. */
export const vectorSizes = [100, 1000, 10_000, 50_000] as const;

const activation: BenchmarkOperationDefinition = {
  // To the end of the range that the speed-up is promised for.
  sizes: [...vectorSizes, 1_000_000],
  actualSize: anySize,
  prepare(size, random) {
    const x = values(size, random, -8, 8);
    return {
      elements: size,
      bytes: 8 * size,
      reference: () => activationReference(x),
      javascript() {
        const out = new Float32Array(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) activationJs(x, out);
          },
          result: () => out,
        };
      },
      runtime({ ops, memory }) {
        const input = memory.float32(x);
        const options = { gain: 0.5, out: memory.float32(size) };
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) ops.activate('tanh', input, options);
          },
          result: () => options.out.toArray(),
        };
      },
    };
  },
};

const sigmoid: BenchmarkOperationDefinition = {
  sizes: vectorSizes,
  actualSize: anySize,
  prepare(size, random) {
    const x = values(size, random, -8, 8);
    return {
      elements: size,
      bytes: 8 * size,
      reference: () => sigmoidReference(x),
      javascript() {
        const out = new Float32Array(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) sigmoidJs(x, out);
          },
          result: () => out,
        };
      },
      runtime({ ops, memory }) {
        const input = memory.float32(x);
        const out = memory.float32(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) ops.sigmoid(input, out);
          },
          result: () => out.toArray(),
        };
      },
    };
  },
};

const dot: BenchmarkOperationDefinition = {
  sizes: vectorSizes,
  actualSize: anySize,
  prepare(size, random) {
    const a = values(size, random, -1, 1);
    const b = values(size, random, -1, 1);
    return {
      elements: size,
      flops: 2 * size,
      bytes: 8 * size,
      reference: () => dotReference(a, b),
      javascript() {
        let last = Number.NaN;
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) last = dotJs(a, b);
          },
          result: () => [last],
        };
      },
      runtime({ ops, memory }) {
        const first = memory.float32(a);
        const second = memory.float32(b);
        let last = Number.NaN;
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) last = ops.dot(first, second);
          },
          result: () => [last],
        };
      },
    };
  },
};

const add: BenchmarkOperationDefinition = {
  sizes: vectorSizes,
  actualSize: anySize,
  prepare(size, random) {
    const a = values(size, random, -1, 1);
    const b = values(size, random, -1, 1);
    return {
      elements: size,
      flops: size,
      bytes: 12 * size,
      reference: () => addReference(a, b),
      javascript() {
        const out = new Float32Array(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) addJs(a, b, out);
          },
          result: () => out,
        };
      },
      runtime({ ops, memory }) {
        const first = memory.float32(a);
        const second = memory.float32(b);
        const out = memory.float32(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) ops.add(first, second, out);
          },
          result: () => out.toArray(),
        };
      },
    };
  },
};

const softmax: BenchmarkOperationDefinition = {
  sizes: vectorSizes,
  actualSize: anySize,
  prepare(size, random) {
    const x = values(size, random, -8, 8);
    return {
      elements: size,
      bytes: 8 * size,
      reference: () => softmaxReference(x),
      javascript() {
        const out = new Float32Array(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) softmaxJs(x, out);
          },
          result: () => out,
        };
      },
      runtime({ ops, memory }) {
        const input = memory.float32(x);
        const options = { out: memory.float32(size) };
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) ops.softmax(input, options);
          },
          result: () => options.out.toArray(),
        };
      },
    };
  },
};

const matmul: BenchmarkOperationDefinition = {
  sizes: [16 * 16, 64 * 64, 128 * 128],
  actualSize: (size) => Math.floor(Math.sqrt(size)) ** 2,
  prepare(size, random) {
    const n = Math.floor(Math.sqrt(size));
    const a = values(size, random, -1, 1);
    const b = values(size, random, -1, 1);
    return {
      elements: size,
      flops: 2 * n ** 3,
      bytes: 12 * size,
      reference: () => matmulReference(a, b, n, n, n),
      javascript() {
        const out = new Float32Array(size);
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) matmulJs(a, b, out, n, n, n);
          },
          result: () => out,
        };
      },
      runtime({ ops, memory }) {
        const first = memory.float32(a);
        const second = memory.float32(b);
        const shape = { m: n, n, k: n, out: memory.float32(size) };
        return {
          run(iterations) {
            for (let i = 0; i < iterations; i++) ops.matmul(first, second, shape);
          },
          result: () => shape.out.toArray(),
        };
      },
    };
  },
};

/** `activation` is tanh(0.5·x), what calculateNeuralActivation computes; `matmul` multiplies square matrices. */
export const benchmarkOperations = { activation, sigmoid, dot, add, softmax, matmul } as const;

/** The name of an operation that is measured. */
export type BenchmarkOperation = keyof typeof benchmarkOperations;

export const benchmarkOperationNames = Object.keys(benchmarkOperations) as BenchmarkOperation[];

/** Elements of a copy: in the cache of a core, as the operands of most calls are. */
const copyElements = 50_000;

/** Bytes read and written by one iteration of `copyContender`. */
export const copyBytes = 8 * copyElements;

/** A copy inside linear memory: 'linear' is the identity, the build reads and writes every element once. */
export function copyContender({ ops, memory }: OpsAndMemory): Contender {
  const from = memory.float32(copyElements);
  const options = { out: memory.float32(copyElements) };
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) ops.activate('linear', from, options);
    },
  };
}

/** How far a result is from its reference. */
export interface ErrorCheck {
  /** The largest absolute difference; NaN when a result is NaN where the reference is not. */
  readonly maxError: number;
  /** The largest difference as a share of what is allowed there; a result is right up to 1. */
  readonly shareOfAllowed: number;
}

export function checkAgainst({ values, allowed }: Reference, result: ArrayLike<number>): ErrorCheck {
  let maxError = 0;
  let shareOfAllowed = result.length === values.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs((result[i] ?? Number.NaN) - values[i]!);
    if (Number.isNaN(error)) return { maxError: Number.NaN, shareOfAllowed: Number.POSITIVE_INFINITY };
    maxError = Math.max(maxError, error);
    if (error > 0) shareOfAllowed = Math.max(shareOfAllowed, error / allowed[i]!);
  }
  return { maxError, shareOfAllowed };
}
