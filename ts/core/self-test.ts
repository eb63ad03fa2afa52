/** The self-test of a build. A build that fails it is not used. */
import type { Engine } from './engine.js';
import { messageOf, WasmPerformanceError } from './errors.js';

/** Throws `SELFTEST_FAILED`, naming the kernel, what it gave and what was stored (bindings/self_test.cpp). */
export function selfTest(engine: Engine): void {
  let at: number;
  try {
    at = engine.abi.self_test() >>> 0;
  } catch (cause) {
    throw failure(engine, messageOf(cause), cause);
  }
  if (at !== 0) throw failure(engine, describe(engine, at));
}

/** `struct SelfTestFailure` of bindings/abi.h, in words. */
function describe({ heapU8, heapU32, heapF64 }: Engine, at: number): string {
  const [name, status, index, maxUlp] = heapU32.subarray(at >>> 2, (at >>> 2) + 4) as Iterable<number>;
  const end = heapU8.indexOf(0, name);
  const kernel = String.fromCharCode(...heapU8.subarray(name, end));
  if (status !== 0) return `${kernel} returned status ${status}`;
  const [found, expected] = heapF64.subarray((at >>> 3) + 2, (at >>> 3) + 4) as Iterable<number>;
  const place = index! >>> 31 === 0 ? `[${index}]` : '';
  return `${kernel}${place} is ${found}, expected ${expected} within ${maxUlp} ULP`;
}

function failure(engine: Engine, what: string, cause?: unknown): WasmPerformanceError {
  return new WasmPerformanceError(
    'SELFTEST_FAILED',
    `the ${engine.variant} build failed its self-test: ${what}; it is not used. Its file is damaged or the engine ` +
      'is at fault: install again, or choose another variant',
    cause === undefined ? undefined : { cause },
  );
}
