/** Loads that fail: each with its code, a message that helps, and nothing left behind. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ErrorCode,
  InvalidArgumentError,
  loadRuntime,
  type RuntimeOptions,
  WasmPerformanceError,
} from '@sasi/wasm-performance';
import { runProgram } from '../support/child.js';
import { fromRoot } from '../support/paths.js';
import { type Answer, answer, withServer } from '../support/server.js';
import { changeFunction, prependInstructions, swapInstruction, wasmBytes } from '../support/wasm-file.js';

const page = '<!doctype html><title>Welcome</title>';

/** A load that must be rejected so; afterwards a good one must succeed. */
async function assertRejected(
  options: RuntimeOptions,
  code: ErrorCode,
  message: RegExp,
): Promise<WasmPerformanceError> {
  const error: unknown = await loadRuntime(options).then(
    (runtime) => assert.fail(`loaded ${runtime.variant}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WasmPerformanceError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  const runtime = await loadRuntime();
  assert.equal(runtime.ops.sum(Float32Array.of(1, 2)), 3);
  runtime.dispose();
  return error;
}

describe('options that are refused', () => {
  const invalid = (options: object, message: RegExp) => [options, 'INVALID_ARGUMENT', message] as const;
  const cases: readonly (readonly [object, ErrorCode, RegExp])[] = [
    invalid(
      { variant: 'avx' },
      /^loadRuntime: variant is 'avx'; give one of auto, simd, scalar, js, relaxed$/,
    ),
    invalid({ timeout: 0 }, /timeout is 0; give a number of milliseconds above 0/),
    invalid({ timeout: Number.NaN }, /timeout is NaN/),
    invalid({ signal: {} }, /signal is \[object Object\]; give an AbortSignal/),
    invalid({ profiling: 'yes' }, /profiling is 'yes'; give true, false or 'trace'/),
    invalid({ memoryLimit: '50MB' }, /memoryLimit is '50MB'; give a number of bytes/),
    invalid({ memoryLimit: Number.NaN }, /memoryLimit is NaN/),
    invalid({ wasmModule: {} }, /wasmModule is \[object Object\]; give a WebAssembly.Module/),
    invalid({ wasmBinary: 'AGFzbQ==' }, /wasmBinary is 'AGFzbQ=='; give a buffer or a view/),
    invalid({ wasmUrl: 7 }, /wasmUrl is 7; give a string, a URL or a function/),
    invalid({ wasmUrl: 'a', wasmBinary: new ArrayBuffer(8) }, /wasmBinary and wasmUrl are given together/),
    invalid({ variant: 'js', wasmUrl: 'a' }, /wasmUrl is given, but the js build has no wasm/),
    [{ memoryLimit: 2_097_151 }, 'MEMORY_LIMIT', /memoryLimit is 2097151 bytes; give from 2097152 \(2 MiB\)/],
    [{ memoryLimit: 2 ** 31 + 1 }, 'MEMORY_LIMIT', /to 2147483648 \(2 GiB\)/],
    [{ memoryLimit: Number.POSITIVE_INFINITY }, 'MEMORY_LIMIT', /Infinity bytes/],
    [{ memoryLimit: -1 }, 'MEMORY_LIMIT', /-1 bytes/],
  ];
  for (const [options, code, message] of cases) {
    test(`${JSON.stringify(options)}: ${code}`, async () => {
      const error = await assertRejected(options, code, message);
      assert.equal(error instanceof InvalidArgumentError, code === 'INVALID_ARGUMENT');
    });
  }
});

describe('files that are no build', () => {
  const good = wasmBytes('simd');
  const bodyOf = (...instructions: number[]): number[] => [0x00, ...instructions, 0x0b];
  const files: Readonly<Record<string, readonly [Uint8Array, ErrorCode, RegExp]>> = {
    'an empty file': [
      new Uint8Array(0),
      'NOT_WASM',
      /begins with nothing in place of 00 61 73 6d \(0 bytes\)/,
    ],
    'three bytes': [good.slice(0, 3), 'NOT_WASM', /begins with 00 61 73 in place/],
    'a page': [new TextEncoder().encode(page), 'NOT_WASM', /begins with 3c 21 64 6f in place of 00 61 73 6d/],
    'a truncated file': [
      good.slice(0, good.length >> 1),
      'COMPILE_FAILED',
      /\d+ bytes\) could not be compiled: .*truncated/,
    ],
    'a corrupt file': [
      good.map((byte, i) => (i > 2000 && i < 2100 ? 0xff : byte)),
      'COMPILE_FAILED',
      /could not be compiled/,
    ],
    'a file of another program': [
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
      'ABI_MISMATCH',
      /says version none of the ABI, this script needs \d+; take both from the same release/,
    ],
    'another version of the ABI': [
      changeFunction(good, 'abi_version', () => bodyOf(0x41, 63)),
      'ABI_MISMATCH',
      /says version 63 of the ABI, this script needs \d+/,
    ],
    'a kernel that subtracts in place of adding': [
      swapInstruction(good, 'add_f32', [0xfd, 0xe4, 0x01], [0xfd, 0xe5, 0x01]),
      'SELFTEST_FAILED',
      /simd build failed its self-test: add_f32\[\d\] is -?[\d.]+, expected -?[\d.]+ within 1 ULP/,
    ],
    'a kernel that does nothing': [
      changeFunction(good, 'sum_f32', () => bodyOf(0x41, 0)),
      'SELFTEST_FAILED',
      /sum_f32 is -?[\d.]+, expected/,
    ],
    'a kernel that refuses its operands': [
      changeFunction(good, 'matvec_f32', () => bodyOf(0x41, 2)),
      'SELFTEST_FAILED',
      /matvec_f32 returned status 2/,
    ],
    'a kernel that traps': [
      changeFunction(good, 'network_run_f32', () => bodyOf(0x00)),
      'SELFTEST_FAILED',
      /failed its self-test: unreachable/,
    ],
  };
  for (const [what, [wasmBinary, code, message]] of Object.entries(files)) {
    test(`${what}: ${code}`, async () => {
      await assertRejected({ variant: 'simd', wasmBinary }, code, message);
    });
  }

  test('a module compiled from another program: ABI_MISMATCH', async () => {
    const wasmModule = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    await assertRejected({ variant: 'simd', wasmModule }, 'ABI_MISMATCH', /version none of the ABI/);
  });

  test('a kernel that traps in use: TRAPPED, and another runtime works', async () => {
    // Unless n is 5, which is what the self-test uses: local.get 2, i32.const 5, i32.ne, if, unreachable, end.
    const trap = [0x20, 2, 0x41, 5, 0x47, 0x04, 0x40, 0x00, 0x0b];
    const runtime = await loadRuntime({
      variant: 'simd',
      wasmBinary: prependInstructions(good, 'neg_f32', trap),
    });
    const error: unknown = (() => {
      try {
        return runtime.ops.neg(Float32Array.of(1, 2));
      } catch (caught) {
        return caught;
      }
    })();
    assert.ok(error instanceof WasmPerformanceError);
    assert.equal(error.code, 'TRAPPED');
    assert.match(error.message, /^neg: the module trapped: unreachable; .*load another runtime/);
    assert.ok(error.cause instanceof WebAssembly.RuntimeError);
    assert.deepEqual([...runtime.ops.abs(Float32Array.of(-1))], [1]);
    assert.equal(runtime.metrics().operations.neg?.errors, 1);
    runtime.dispose();
  });
});

describe('addresses that do not answer with a build', () => {
  const good = wasmBytes('simd');
  const cutOff: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/wasm', 'content-length': good.length });
    response.write(good.slice(0, 1000), () => response.destroy());
  };
  const never: Answer = () => {};
  const stalls: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/wasm' });
    response.write(good.slice(0, 1000));
  };
  const answers = {
    'page.wasm': answer(page, 'text/html'),
    'typed-page.wasm': answer(page),
    'truncated.wasm': answer(good.slice(0, 9000)),
    'error.wasm': answer('broken', 'text/plain', 500),
    'cut-off.wasm': cutOff,
    'never.wasm': never,
    'stalls.wasm': stalls,
    'good.wasm': answer(good),
  };
  let url: (path: string) => string;
  let requests: string[];
  let close: () => void;
  let closed: Promise<void>;
  before(async () => {
    await new Promise<void>((opened) => {
      closed = withServer(answers, (toUrl, log) => {
        [url, requests] = [toUrl, log];
        opened();
        return new Promise<void>((resolve) => {
          close = resolve;
        });
      });
    });
  });
  after(async () => {
    close();
    await closed;
  });

  const cases: readonly (readonly [string, ErrorCode, RegExp])[] = [
    [
      'missing.wasm',
      'FETCH_FAILED',
      /missing\.wasm was answered with status 404 Not Found, content type text\/plain/,
    ],
    ['error.wasm', 'FETCH_FAILED', /status 500/],
    [
      'page.wasm',
      'NOT_WASM',
      /page\.wasm is not WebAssembly: .* 3c 21 64 6f .*status 200, content type text\/html\).*give wasmUrl/,
    ],
    ['typed-page.wasm', 'NOT_WASM', /begins with 3c 21 64 6f .*content type application\/wasm/],
    [
      'truncated.wasm',
      'COMPILE_FAILED',
      /truncated\.wasm \(9000 bytes, status 200, content type application\/wasm\)/,
    ],
    ['cut-off.wasm', 'FETCH_FAILED', /cut-off\.wasm: the answer broke off/],
  ];
  for (const [path, code, message] of cases) {
    test(`${path}: ${code}`, async () => {
      await assertRejected({ variant: 'simd', wasmUrl: url(path) }, code, message);
    });
  }

  test('nobody listens: FETCH_FAILED with the reason', async () => {
    const wasmUrl = await withServer({}, async (toUrl) => toUrl('gone.wasm'));
    await assertRejected(
      { variant: 'simd', wasmUrl },
      'FETCH_FAILED',
      /could not be fetched: .*ECONNREFUSED/,
    );
  });

  test('a file that is not there: FETCH_FAILED', async () => {
    const wasmUrl = fromRoot('dist/wasm/avx/neural.wasm');
    await assertRejected(
      { variant: 'simd', wasmUrl },
      'FETCH_FAILED',
      /avx\/neural\.wasm could not be read: ENOENT/,
    );
  });

  test('a data: URL that is not base64: FETCH_FAILED', async () => {
    await assertRejected(
      { variant: 'simd', wasmUrl: 'data:application/wasm;base64,*' },
      'FETCH_FAILED',
      /data: URL/,
    );
  });

  for (const path of ['never.wasm', 'stalls.wasm']) {
    test(`${path}: LOAD_TIMEOUT`, async () => {
      const options = { variant: 'simd', wasmUrl: url(path), timeout: 50 } as const;
      await assertRejected(options, 'LOAD_TIMEOUT', /the simd build took longer than 50 ms/);
    });

    test(`${path}: ABORTED when the signal fires, with its reason`, async () => {
      const controller = new AbortController();
      const reason = new Error('the user left');
      const already = requests.length;
      const watch = setInterval(() => requests.length > already && controller.abort(reason), 1);
      const options = { wasmUrl: url(path), signal: controller.signal };
      const error = await assertRejected(options, 'ABORTED', /was aborted by its signal/);
      clearInterval(watch);
      assert.equal(error.cause, reason);
    });
  }

  test('a signal that fired before: ABORTED, and nothing is asked for', async () => {
    // Only of this file: a request that an earlier test gave up may still arrive.
    const asked = () => requests.filter((path) => path.endsWith('good.wasm')).length;
    const already = asked();
    const options = { wasmUrl: url('good.wasm'), signal: AbortSignal.abort('too late') };
    const error = await assertRejected(options, 'ABORTED', /aborted/);
    assert.equal(error.cause, 'too late');
    assert.equal(asked(), already);
  });

  test('auto goes on to the next build, and says why', async () => {
    const runtime = await loadRuntime({ wasmUrl: () => url('missing.wasm') });
    assert.equal(runtime.variant, 'js');
    assert.deepEqual(
      runtime.selection.map(({ candidate, accepted, code }) => [candidate, accepted, code]),
      [
        ['simd', false, 'FETCH_FAILED'],
        ['scalar', false, 'FETCH_FAILED'],
        ['js', true, undefined],
      ],
    );
    assert.match(runtime.selection[0]!.reason, /404/);
    runtime.dispose();
  });

  test('auto skips a build whose file hangs, and takes the next', async () => {
    const runtime = await loadRuntime({
      timeout: 1000,
      wasmUrl: (file) => (file.startsWith('simd') ? url('never.wasm') : fromRoot(`dist/wasm/${file}`)),
    });
    assert.equal(runtime.variant, 'scalar');
    assert.equal(runtime.selection[0]?.code, 'LOAD_TIMEOUT');
    runtime.dispose();
  });
});

describe('engines that will not', () => {
  interface Outcome {
    readonly code: string;
    readonly message: string;
  }
  const outcomeOf = (cripple: string, options: object): Outcome =>
    runProgram<Outcome>(`
      ${cripple}
      const { loadRuntime } = await import(entry);
      report(await loadRuntime(${JSON.stringify(options)}).then(
        ({ variant, selection }) => ({ code: variant, message: selection.map(({ code }) => code).join() }),
        ({ code, message }) => ({ code, message })));`);
  const forbidden = `
    const forbid = () => { throw new WebAssembly.CompileError('Refused to compile: Content Security Policy'); };
    WebAssembly.Module = Object.assign(function () { forbid(); }, { exports() {} });
    WebAssembly.compile = async () => forbid();
    WebAssembly.compileStreaming = async () => forbid();`;
  const withoutSimd = `
    const { validate } = WebAssembly;
    WebAssembly.validate = (bytes) => !bytes.includes(0xfd) && validate(bytes);`;

  test('WebAssembly is forbidden: CSP_BLOCKED by name, the js build by itself', () => {
    const named = outcomeOf(forbidden, { variant: 'simd' });
    assert.equal(named.code, 'CSP_BLOCKED');
    assert.match(named.message, /Content-Security-Policy .*'wasm-unsafe-eval'/);
    assert.deepEqual(outcomeOf(forbidden, {}), { code: 'js', message: 'CSP_BLOCKED,CSP_BLOCKED,' });
  });

  test('SIMD is missing: a build that was named is never replaced', () => {
    const named = outcomeOf(withoutSimd, { variant: 'simd' });
    assert.equal(named.code, 'VARIANT_UNSUPPORTED');
    assert.match(named.message, /needs the feature simd, which this engine refuses; use/);
    assert.equal(outcomeOf(withoutSimd, { variant: 'scalar' }).code, 'scalar');
  });

  test('relaxed SIMD is missing: VARIANT_UNSUPPORTED by name, and nothing to auto', () => {
    // The first instruction behind the prefix 0xfd with a code above 0xff.
    const withoutRelaxed = `
      const { validate } = WebAssembly;
      const isRelaxed = (_, i, bytes) => bytes[i] === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 0x02;
      WebAssembly.validate = (bytes) => !bytes.some(isRelaxed) && validate(bytes);`;
    const named = outcomeOf(withoutRelaxed, { variant: 'relaxed' });
    assert.equal(named.code, 'VARIANT_UNSUPPORTED');
    assert.match(
      named.message,
      /relaxed build needs the feature relaxedSimd, which this engine refuses; use/,
    );
    assert.equal(outcomeOf(withoutRelaxed, {}).code, 'simd');
  });

  test('WebAssembly is missing: WASM_UNAVAILABLE for a build that was named', () => {
    const named = outcomeOf('delete globalThis.WebAssembly;', { variant: 'scalar' });
    assert.equal(named.code, 'WASM_UNAVAILABLE');
    assert.match(named.message, /use the variant 'js'/);
  });

  test('the engine has no memory to give: MEMORY_LIMIT', () => {
    const refuse = "{ throw new RangeError('could not allocate memory'); }";
    const named = outcomeOf(`WebAssembly.Memory = class { constructor() ${refuse} };`, { variant: 'simd' });
    assert.equal(named.code, 'MEMORY_LIMIT');
    assert.match(named.message, /refused a memory of 52428800 bytes; give a smaller memoryLimit/);
  });

  test('there is no fetch: FETCH_FAILED', () => {
    const named = outcomeOf('delete globalThis.fetch;', {
      variant: 'simd',
      wasmUrl: 'http://127.0.0.1/x.wasm',
    });
    assert.equal(named.code, 'FETCH_FAILED');
    assert.match(named.message, /this host has no fetch; give wasmBinary/);
  });

  test('there is no file system: FETCH_FAILED for a file', () => {
    const named = outcomeOf('process.getBuiltinModule = undefined;', { variant: 'simd' });
    assert.equal(named.code, 'FETCH_FAILED');
    assert.match(named.message, /is a file, which this host cannot read/);
  });
});
