/** The memory suite counts what a trace takes, on traces that can be counted by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesMadeBy } from '../../bench/contenders/array-counter.mjs';
import { replayMalloc } from '../../bench/contenders/compiled.mjs';
import { loadJavaScript, replayGarbage } from '../../bench/contenders/javascript.mjs';
import { prepareTrace, replayArrays, replayBlocks } from '../../bench/contenders/package-trace.mjs';
import { payloadOf, recordTrace, traceFigure } from '../../bench/data/trace.mjs';
import { judgeCell } from '../../bench/measure/judge.mjs';
import { markdownReport } from '../../bench/report/markdown.mjs';
import { missedTable } from '../../bench/report/tables.mjs';
import { suiteTables } from '../../bench/report/text.mjs';
import { memory } from '../../bench/suites/memory.mjs';
import { loadRuntime } from '../../dist/index.js';

/** Floats are 4 bytes; the third result takes the place of the first. */
const steps = [
  { name: 'tanh', n: 1000, slot: 0 },
  { name: 'softmax', n: 500, slot: 1 },
  { name: 'sigmoid', n: 900, slot: 0 },
];
/** The second result, and operand and result of the third operation. */
const payload = 2000 + 3600 + 3600;
const header = 16;
const memoryLimit = 2 * 2 ** 20;

/** @template T @param {(runtime: any) => T} work @param {any} [variant] */
async function withRuntime(work, variant = 'simd') {
  const runtime = await loadRuntime({ variant, profiling: false, memoryLimit });
  try {
    return work(runtime);
  } finally {
    runtime.dispose();
  }
}

test('the payload is what is alive at once', () => {
  assert.equal(payloadOf(steps), payload);
  assert.equal(payloadOf(steps.slice(0, 1)), 8000);
  assert.equal(payloadOf([]), 0);
});

for (const variant of ['simd', 'scalar', 'js']) {
  test(`${variant}: blocks are counted with headers, holes and rounding, and make no arrays`, async () => {
    const counts = await withRuntime((runtime) => replayBlocks(runtime, steps), variant);
    assert.equal(counts.used, payload + 3 * header);
    // The second operand lies in the hole that the first one left; its result does not fit beside it. The third ones do,
    // once the first result is gone.
    assert.equal(counts.taken, 4000 + header + 4000 + header + 2000);
    assert.deepEqual([counts.made, counts.kept, counts.byteLength], [0, 0, memoryLimit]);
    // Five floats are 20 bytes, and blocks are multiples of 16.
    const small = [{ name: 'dot', n: 5, slot: 0 }];
    const { used, taken } = await withRuntime((runtime) => replayBlocks(runtime, small), variant);
    assert.deepEqual([used, taken], [2 * (header + 32), 32 + header + 20]);
  });
}

test('calls on arrays are counted by the arrays that they make', async () => {
  const counts = await withRuntime((runtime) => replayArrays(runtime, steps));
  assert.equal(counts.made, 4000 + 2000 + 3600);
  assert.equal(counts.kept, 2000 + 4000);
  assert.equal(counts.byteLength, memoryLimit);
  assert.ok((counts.used ?? 0) >= 4000 + header);
  // A number is no copy.
  const dots = [{ name: 'dot', n: 1000, slot: 0 }];
  const { made, kept } = await withRuntime((runtime) => replayArrays(runtime, dots));
  assert.deepEqual([made, kept], [0, 0]);
});

test('arrays of any kind are counted, however they are made, and views are none', () => {
  const given = new Float32Array(10);
  const { Float32Array: before } = globalThis;
  /** @type {[number, () => unknown][]} */
  const cases = [
    [40, () => new Float32Array(10)],
    [40, () => new Float32Array(given)],
    [40, () => given.slice()],
    [40, () => Float32Array.from([...given])],
    [80, () => new Float64Array(10)],
    [64, () => new Uint8Array(new ArrayBuffer(64))],
    [0, () => given.subarray(2)],
    [0, () => new Uint8Array(given.buffer)],
    [0, () => given.fill(1)],
  ];
  for (const [bytes, make] of cases) assert.equal(bytesMadeBy(make), bytes, String(make));
  const failing = () => {
    throw new Error('it failed');
  };
  assert.throws(() => bytesMadeBy(failing), /it failed/);
  assert.equal(globalThis.Float32Array, before);
  assert.equal(given.constructor, before);
});

test('a byte length beyond the limit is seen, and misses the requirement', async () => {
  const counts = await withRuntime((runtime) => {
    const larger = new ArrayBuffer(memoryLimit + 2 ** 16);
    const grown = (/** @type {any} */ block) =>
      new Proxy(block, {
        get: (target, key) =>
          key === 'view'
            ? new Float32Array(larger, 0, 4)
            : (Reflect.get(target, key).bind?.(target) ?? Reflect.get(target, key)),
      });
    const pool = runtime.memory;
    const memory = {
      stats: () => pool.stats(),
      optimize: () => pool.optimize(),
      float32: (/** @type {number} */ n) => pool.float32(n),
      allocate: (/** @type {number} */ bytes) => grown(pool.allocate(bytes)),
    };
    return replayBlocks(/** @type {any} */ ({ ops: runtime.ops, memory }), steps);
  });
  assert.equal(counts.byteLength, memoryLimit + 2 ** 16);
  const row = rowOf('byte length');
  const limit = 50 * 2 ** 20;
  const judged = (/** @type {number} */ bytes) =>
    judgeCell(row, { simd: measured(bytes) }, 1).outcomes.find(({ entry }) => entry === 'simd')?.met;
  assert.deepEqual([judged(limit), judged(limit + 1)], [true, false]);
});

test('malloc is counted from the first byte to the last, and by its live blocks', () => {
  // Takes one after the other and never uses anything again: 4 bytes of header, multiples of 8.
  let [top, live] = [1024, 0];
  /** @type {Map<number, number>} */
  const blocks = new Map();
  const counts = replayMalloc(
    {
      allocate(bytes) {
        const size = Math.ceil((bytes + 4) / 8) * 8;
        blocks.set(top, size);
        live += size;
        top += size;
        return top - size;
      },
      release(block) {
        live -= blocks.get(block) ?? assert.fail();
        blocks.delete(block);
      },
      end: () => top,
      used: () => live,
    },
    steps,
  );
  assert.deepEqual(counts, { taken: 2 * (4008 + 2008 + 3608), used: 2008 + 2 * 3608 });
});

test('arrays of JavaScript are counted by what the engine holds', () => {
  const readings = [8000, 12_000, 9000];
  assert.deepEqual(
    replayGarbage(() => readings.shift() ?? 0, steps),
    { taken: 12_000 },
  );
});

test('a figure is what was counted, or that beyond the payload; what was not counted is none', () => {
  const counts = { taken: 150, used: 110 };
  assert.equal(traceFigure(counts, 100, 'taken'), 150);
  assert.equal(traceFigure(counts, 100, 'takenAbove'), 50);
  assert.equal(traceFigure(counts, 100, 'usedAbove'), 10);
  assert.throws(() => traceFigure(counts, 100, 'made'), /does not count made/);
});

test('every column of the suite has its figure', async () => {
  const javascript = loadJavaScript();
  const api = /** @type {any} */ ({ loadRuntime });
  for (const { name, entries, task } of memory.cells(1)) {
    for (const { id, options, task: own = task } of entries) {
      if (options.name === 'compiled' || !['simd', 'simd, arrays', 'javascript'].includes(id)) continue;
      const short = /** @type {any} */ ({ ...own, operations: 40 });
      const prepared =
        options.name === 'javascript'
          ? await javascript.prepare(short)
          : prepareTrace(api, /** @type {any} */ ({ variant: 'simd' }), short);
      assert.ok(Number.isFinite(await prepared?.sample?.(1)), `${name}, ${id}`);
    }
  }
});

/** @param {number} bytes @returns {any} */
const measured = (bytes) => ({
  status: 'measured',
  samples: [bytes, bytes, bytes],
  median: bytes,
  p5: bytes,
  p95: bytes,
});

/** @param {string} name @returns {any} */
const rowOf = (name) => memory.cells(1).find((row) => row.name.startsWith(name)) ?? assert.fail(name);

test('reports say how much is saved, beside the promise, and that it was missed', () => {
  const { payload: most } = recordTrace({ operations: 10_000, seed: 1 });
  const cells = [
    judgeCell(
      rowOf('memory taken over'),
      { simd: measured(1.5 * most), malloc: measured(1.2 * most), javascript: measured(6 * most) },
      1,
    ),
    judgeCell(
      rowOf('copies on the JavaScript side, at most'),
      { simd: measured(0), 'simd, arrays': measured(2048) },
      1,
    ),
  ];
  const [malloc, javascript] = cells[0]?.outcomes ?? [];
  assert.ok(malloc && javascript);
  assert.deepEqual([malloc.over, malloc.required, malloc.saving, malloc.met], ['malloc', 0.3, true, false]);
  assert.ok(Math.abs((malloc.measured ?? 0) + 0.25) < 1e-9);
  assert.deepEqual(
    [javascript.measured, javascript.low, javascript.high, javascript.met],
    [0.75, 0.75, 0.75, true],
  );
  /** @type {any} */
  const run = {
    engine: { engine: 'node20', version: 'Node 20' },
    limits: null,
    contenders: {},
    cells,
    defects: [],
  };
  /** @type {any} */
  const results = {
    date: '2026-01-02T03:04:05.000Z',
    commit: null,
    version: '0.1.0',
    machine: { cpu: 'A machine', cores: 2, system: 'Linux' },
    wasm: {},
    options: { rounds: 7, time: 40, seed: 1 },
    runs: [run],
  };
  for (const text of [suiteTables(cells).join('\n'), markdownReport(results, () => [])]) {
    for (const part of [
      /simd saves ≥ 30 % of malloc \(promised: 30 to 50 %\).*takes 25 % more \(25 to 25 %\).*✗ missed/,
      /simd saves ≥ 30 % of javascript \(promised: 30 to 50 %\).*saves 75 % \(75 to 75 %\).*✓/,
      /memory taken over payload.*1\.50.*6\.00.*1\.20/,
      /copies on the JavaScript side, at most at once.*KiB.*0\.00.*2\.00/,
    ]) {
      assert.match(text, part);
    }
  }
  assert.deepEqual(missedTable([run]).rows, [
    [
      'memory taken over payload',
      'simd saves ≥ 30 % of malloc (promised: 30 to 50 %)',
      'takes 25 % more (25 to 25 %)',
    ],
  ]);
});
