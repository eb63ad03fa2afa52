import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type Block,
  type Float32Block,
  loadRuntime,
  type MemoryPool,
  type NeuralRuntime,
  PoolExhaustedError,
} from '@sasi/wasm-performance';
import fc from 'fast-check';
import { type Engine, owner } from '#ts/core/engine.js';
import { loadEngine } from '#ts/core/loader.js';
import { Pool } from '#ts/core/memory-pool.js';
import { createOps } from '#ts/ops/create-ops.js';
import { builds, describeBuilds } from '../support/builds.js';
import { runProgram } from '../support/child.js';
import '../support/random.js';

const mebibyte = 1024 * 1024;

/** Takes blocks of `bytes` until the pool refuses. They are not cleared: 2 GiB would have to be written. */
function exhaust(engine: Engine, bytes: number): void {
  assert.throws(() => {
    for (;;) engine.allocate(bytes, owner.caller);
  }, PoolExhaustedError);
}

for (const variant of builds) {
  for (const limit of [2 * mebibyte, 50 * mebibyte, 2048 * mebibyte]) {
    test(`${variant}, ${limit / mebibyte} MiB: exhausted with a typed error, not one byte more, then it works again`, async () => {
      const { engine } = await loadEngine({ variant, memoryLimit: limit });
      const memory = new Pool(engine);
      const ops = createOps(engine, memory);
      const start = memory.stats();
      assert.equal(start.limit, limit);
      assert.equal(start.reserved + start.used + start.available, limit);
      const { buffer } = engine.heapU8;

      // The last megabyte: an address there, and the size of all of it, must not turn negative.
      engine.allocate(start.largestFree - mebibyte, owner.caller);
      const last = memory.float32(Float32Array.from({ length: 100_000 }, (_, i) => i));
      assert.ok(last.byteOffset > limit - 1.5 * mebibyte && last.byteOffset + 400_000 <= limit);
      assert.ok(
        ops.add(last, last.toArray(), new Float32Array(100_000)).every((value, i) => value === 2 * i),
      );
      assert.throws(
        () => memory.allocate(limit),
        (error) => {
          assert.ok(error instanceof PoolExhaustedError);
          const { available, largestFree } = memory.stats();
          assert.deepEqual([error.requested, error.limit], [limit, limit]);
          assert.deepEqual([error.available, error.largestFree], [available, largestFree]);
          return true;
        },
      );
      for (const bytes of [65_536, 1024, 16]) exhaust(engine, bytes);
      const full = memory.stats();
      assert.ok(full.largestFree < 16 && full.failures >= 4, JSON.stringify(full));
      assert.equal(buffer.byteLength, limit, 'the memory has not grown');
      assert.equal(engine.heapU8.buffer, buffer);
      assert.ok(last.view.every((value, i) => value === i));

      memory.reset();
      memory.optimize();
      const end = memory.stats();
      assert.deepEqual(
        [end.used, end.liveBlocks, end.available],
        [start.used, start.liveBlocks, start.available],
      );
      assert.equal(end.allocations - end.frees, start.liveBlocks);
      assert.ok(end.largestFree >= start.largestFree);
      assert.deepEqual([...ops.relu(memory.float32([-1, 5])).toArray()], [0, 5]);
      engine.dispose();
    });
  }
}

type Command =
  | { readonly kind: 'bytes'; readonly size: number; readonly alignment: 16 | 64 }
  | { readonly kind: 'float32'; readonly size: number }
  | { readonly kind: 'dispose'; readonly which: number }
  | { readonly kind: 'optimize' }
  | { readonly kind: 'reset' };

const size = fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(300_000));
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      size,
      alignment: fc.constantFrom(16 as const, 64 as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('float32' as const), size }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('dispose' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'optimize' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) },
);

interface Live {
  readonly handle: Block | Float32Block;
  readonly begin: number;
  readonly bytes: number;
  readonly mark: number;
}

/** The pool beside a list of what ought to be in it. */
class Model {
  live: Live[] = [];
  #marks = 0;
  readonly #start;
  constructor(readonly memory: MemoryPool) {
    this.#start = memory.stats();
  }

  run(command: Command): void {
    const { memory } = this;
    if (command.kind === 'bytes') {
      this.#add(command.size, () => memory.allocate(command.size, command.alignment), command.alignment);
    } else if (command.kind === 'float32') {
      this.#add(command.size * 4, () => memory.float32(command.size), 16);
    } else if (command.kind === 'dispose') {
      const [gone] = this.live.splice(command.which % Math.max(this.live.length, 1), 1);
      gone?.handle.dispose();
    } else if (command.kind === 'optimize') {
      const before = memory.stats().largestFree;
      assert.equal(memory.optimize(), memory.stats().largestFree - before);
    } else {
      memory.reset();
      assert.ok(this.live.every(({ handle }) => handle.disposed));
      this.live = [];
    }
  }

  #add(bytes: number, allocate: () => Block | Float32Block, alignment: number): void {
    const { failures, largestFree } = this.memory.stats();
    let handle: Block | Float32Block;
    try {
      handle = allocate();
    } catch (error) {
      assert.ok(error instanceof PoolExhaustedError);
      assert.equal(this.memory.stats().failures, failures + 1);
      // What does not need a special alignment fits whenever the largest free piece is as large.
      assert.ok(
        alignment > 16 || bytes > largestFree,
        `${bytes} refused with ${largestFree} free in one piece`,
      );
      return;
    }
    assert.equal(handle.byteOffset % alignment, 0);
    const view = bytesOf(handle);
    assert.ok(
      view.every((byte) => byte === 0),
      'a new block is zero',
    );
    this.#marks = (this.#marks % 255) + 1;
    view.fill(this.#marks);
    this.live.push({ handle, begin: handle.byteOffset, bytes, mark: this.#marks });
  }

  check(): void {
    const {
      limit,
      reserved,
      used,
      available,
      largestFree,
      fragmentation,
      liveBlocks,
      allocations,
      frees,
      peak,
    } = this.memory.stats();
    assert.equal(limit, reserved + used + available);
    assert.equal(liveBlocks, this.#start.liveBlocks + this.live.length);
    assert.equal(liveBlocks, allocations - frees);
    assert.ok(used - this.#start.used >= this.live.reduce((sum, { bytes }) => sum + bytes, 0));
    assert.ok(peak >= used && largestFree <= available);
    assert.ok(fragmentation >= 0 && fragmentation <= 1);
    const sorted = [...this.live].sort((a, b) => a.begin - b.begin);
    sorted.forEach(({ begin, bytes }, i) => {
      const next = sorted[i + 1];
      assert.ok(begin >= 0 && begin + bytes <= limit);
      assert.ok(next === undefined || begin + bytes <= next.begin, 'blocks overlap');
    });
  }

  finish(): void {
    for (const { handle, mark } of this.live) {
      assert.ok(
        bytesOf(handle).every((byte) => byte === mark),
        'what was written is still there',
      );
      handle.dispose();
    }
    this.memory.optimize();
    const { used, liveBlocks, available } = this.memory.stats();
    const start = this.#start;
    assert.deepEqual([used, liveBlocks, available], [start.used, start.liveBlocks, start.available]);
  }
}

function bytesOf({ view }: Block | Float32Block): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

describeBuilds(
  'the pool against a model',
  (runtime) => {
    test('blocks never overlap, statistics add up, everything comes back', () => {
      fc.assert(
        fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
          const model = new Model(runtime().memory);
          for (const next of commands) {
            model.run(next);
            model.check();
          }
          model.finish();
        }),
        { numRuns: 60 },
      );
    });
  },
  { memoryLimit: 2 * mebibyte },
);

let runtime: NeuralRuntime;
before(async () => {
  runtime = await loadRuntime();
});
after(() => runtime.dispose());

test('float32 holds what it is given', () => {
  const { memory } = runtime;
  assert.deepEqual([...memory.float32([1, 2.5, -3]).toArray()], [1, 2.5, -3]);
  assert.deepEqual([...memory.float32(Float64Array.of(0.1)).toArray()], [Math.fround(0.1)]);
  assert.deepEqual([...memory.float32({ length: 2, 0: 7, 1: 8 }).toArray()], [7, 8]);
  assert.equal(memory.float32(0).length, 0);
  assert.equal(memory.float32([]).toArray().length, 0);
  memory.reset();
});

test('a view is the memory itself, a copy is not', () => {
  const { memory } = runtime;
  const block = memory.float32([1, 2, 3]);
  const copy = block.toArray();
  assert.equal(block.view, block.view);
  assert.equal(block.view.byteOffset, block.byteOffset);
  block.view[0] = 9;
  assert.deepEqual([block.toArray()[0], copy[0]], [9, 1]);
  assert.equal(block.set([5, 6], 1), block);
  assert.deepEqual([...block.toArray()], [9, 5, 6]);
  memory.reset();
});

test('bytes may be aligned to 64', () => {
  const blocks = Array.from({ length: 20 }, (_, i) => runtime.memory.allocate(i * 7, 64));
  assert.ok(blocks.every(({ byteOffset, byteLength }, i) => byteOffset % 64 === 0 && byteLength === i * 7));
  runtime.memory.reset();
});

test('what cannot be is refused', () => {
  const { memory } = runtime;
  const wrong = (value: unknown): never => value as never;
  const refusals: readonly (readonly [() => unknown, string, RegExp])[] = [
    [() => memory.allocate(-1), 'INVALID_ARGUMENT', /^allocate: bytes is -1; give a whole number/],
    [() => memory.allocate(1.5), 'INVALID_ARGUMENT', /bytes is 1.5/],
    [() => memory.allocate(wrong('8')), 'INVALID_ARGUMENT', /bytes is '8'/],
    [() => memory.allocate(8, wrong(32)), 'INVALID_ARGUMENT', /alignment is 32; give 16 or 64/],
    [() => memory.float32(Number.NaN), 'INVALID_ARGUMENT', /^float32: length is NaN/],
    [() => memory.float32(wrong(undefined)), 'INVALID_ARGUMENT', /^float32: values are undefined; give/],
    [() => memory.float32(wrong(null)), 'INVALID_ARGUMENT', /^float32: values are null/],
    [() => memory.float32(wrong('text')), 'INVALID_ARGUMENT', /^float32: values are 'text'; give/],
    [() => memory.float32(2 ** 40), 'POOL_EXHAUSTED', /cannot give 4398046511104 bytes/],
    [() => memory.allocate(2 ** 32 + 16), 'POOL_EXHAUSTED', /cannot give 4294967312 bytes/],
    [
      () => memory.float32(4).set([1, 2], 3),
      'SHAPE_MISMATCH',
      /^set: 2 values at 3 do not fit into a block of 4/,
    ],
    [() => memory.float32(4).set([1], -1), 'SHAPE_MISMATCH', /at -1/],
  ];
  const before = memory.stats();
  for (const [call, code, message] of refusals) {
    runtime.scope(() => assert.throws(call, { code, message }));
  }
  assert.equal(memory.stats().used, before.used);
});

test('after dispose every use throws, and dispose again does nothing', () => {
  const { memory } = runtime;
  const start = memory.stats();
  const block = memory.float32([1]);
  const bytes = memory.allocate(16);
  for (const handle of [block, bytes]) {
    assert.equal(handle.disposed, false);
    handle.dispose();
    handle.dispose();
    handle[Symbol.dispose]();
    assert.equal(handle.disposed, true);
    assert.throws(() => handle.view, { code: 'DISPOSED', message: /was disposed of.*allocate a new one/ });
    assert.throws(() => handle.byteOffset, { code: 'DISPOSED' });
  }
  assert.throws(() => block.toArray(), { code: 'DISPOSED' });
  assert.throws(() => block.set([2]), { code: 'DISPOSED' });
  const { used, frees, allocations } = memory.stats();
  assert.deepEqual([used, frees - start.frees, allocations - start.allocations], [start.used, 2, 2]);
});

test('a handle of before a reset does not touch the block that has its place now', () => {
  const { memory } = runtime;
  const old = memory.float32([1]);
  memory.reset();
  const young = memory.float32([2]);
  assert.equal(old.disposed, true);
  old.dispose();
  assert.deepEqual([...young.toArray()], [2]);
  assert.equal(young.disposed, false);
  memory.reset();
});

test('a block is disposed of at the end of its using block', () => {
  let outside: Float32Block;
  {
    using block = runtime.memory.float32(4);
    outside = block;
    assert.equal(outside.disposed, false);
  }
  assert.equal(outside.disposed, true);
});

test('a block that is forgotten comes back and is counted; one whose view is held does not', () => {
  const { leaked, liveBlocks, kept } = runProgram<{ leaked: number; liveBlocks: number; kept: number[] }>(
    `const { loadRuntime } = await import(entry);
     const { memory } = await loadRuntime();
     const forget = () => { for (let i = 0; i < 10; i++) memory.float32(100); };
     const view = (() => memory.float32([1, 2, 3]).view)();
     forget();
     memory.float32(5).dispose();
     for (let i = 0; i < 20 && memory.stats().leaked < 10; i++) {
       gc();
       await new Promise((resolve) => setTimeout(resolve, 5));
     }
     const { leaked, liveBlocks } = memory.stats();
     report({ leaked, liveBlocks, kept: [...view] });`,
    ['--expose-gc'],
  );
  assert.deepEqual({ leaked, liveBlocks, kept }, { leaked: 10, liveBlocks: 1, kept: [1, 2, 3] });
});

test('what is collected after a reset takes nothing from the block that has its place now', () => {
  const outcome = runProgram<[boolean, number, number, number[]]>(
    `const { loadRuntime } = await import(entry);
     const { memory } = await loadRuntime();
     let collected = false;
     const registry = new FinalizationRegistry(() => { collected = true; });
     (() => registry.register(memory.float32(100), 'gone'))();
     memory.reset();
     const young = memory.float32(100).set([1, 2, 3]);
     for (let i = 0; i < 20; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }
     const { leaked, liveBlocks } = memory.stats();
     report([collected, leaked, liveBlocks, [...young.toArray().slice(0, 3)]]);`,
    ['--expose-gc'],
  );
  assert.deepEqual(outcome, [true, 0, 1, [1, 2, 3]]);
});

test('Symbol.dispose may be missing: the alias has the name that polyfills use', () => {
  const [aliased, alive] = runProgram<[boolean, boolean]>(`
    const { dispose, ...others } = Object.getOwnPropertyDescriptors(Symbol);
    globalThis.Symbol = Object.defineProperties(function () {}, others);
    const { loadRuntime } = await import(entry);
    const runtime = await loadRuntime();
    const block = runtime.memory.float32(4);
    block[Symbol.for('Symbol.dispose')]();
    report([block.disposed, typeof runtime[Symbol.for('Symbol.dispose')] === 'function']);`);
  assert.deepEqual([aliased, alive], [true, true]);
});
