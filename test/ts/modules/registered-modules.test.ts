/** Modules of the user's own: registered, tested, routed, given up and taken out again. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import {
  getWasmPerformanceStatus,
  type ModuleDefinition,
  type ModuleImplementation,
  registerModule,
  WasmModuleManager,
} from '@sasi/wasm-performance';

const x = Float32Array.from({ length: 50 }, (_, i) => i / 10 - 2);
const undo: (() => void)[] = [];

afterEach(() => {
  for (const take of undo.splice(0)) take();
  assert.deepEqual(getWasmPerformanceStatus().sharedRuntimes, []);
});

function register(
  implementation: ModuleImplementation,
  rest: Partial<ModuleDefinition> = {},
): { disposed: number } {
  const state = { disposed: 0 };
  undo.push(
    registerModule({
      name: 'mine',
      load: () => ({
        ...implementation,
        dispose: () => {
          state.disposed++;
        },
      }),
      ...rest,
    }),
  );
  return state;
}

const add = (a: Float32Array, b: Float32Array) => a.map((value, i) => value + b[i]!);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

test('an operation that is right gets the calls, one that is wrong does not', async () => {
  let added = 0;
  const state = register({
    vectorAdd(a, b) {
      added++;
      return add(a, b);
    },
    dotProduct: (a, b) => dot(a, b) + 0.01,
  });
  const manager = new WasmModuleManager({ preferredModule: 'mine' });
  assert.equal(await manager.initialize(), true);
  const tried = added;
  const { module, tier, routing, selection } = manager.getModuleStatus();
  assert.equal(module, 'mine');
  assert.equal(tier, 'simd');
  assert.deepEqual(
    selection.map(({ candidate, accepted }) => [candidate, accepted]),
    [['mine', true]],
  );
  const served = Object.fromEntries(routing!.map(({ operation, servedBy }) => [operation, servedBy]));
  assert.equal(served.vectorAdd, 'mine');
  assert.equal(served.dotProduct, 'production');
  assert.equal(served.matrixMultiply, 'production');
  assert.ok(Math.abs(routing!.find(({ operation }) => operation === 'dotProduct')!.maxError! - 0.01) < 1e-4);
  const simd = manager.getSIMDLayer();
  assert.deepEqual(simd.simdVectorAdd(x, x), add(x, x));
  assert.equal(added, tried + 1);
  assert.ok(Math.abs(simd.simdDotProduct(x, x) - dot(x, x)) < 1e-3);
  assert.deepEqual(
    simd.getOperationHistory().map(({ vectorized }) => vectorized),
    [false, true],
  );
  assert.deepEqual(
    manager.getAvailableModules().map(({ name }) => name),
    ['ruv-swarm', 'production', 'mine', 'fallback'],
  );
  await manager.cleanup();
  assert.equal(state.disposed, 1);
});

for (const [what, implementation, reason] of [
  ['has nothing', {}, /no such operation/],
  ['gives placeholders', { vectorAdd: () => new Float32Array(11), dotProduct: () => 42 }, /off by/],
  ['gives NaN', { dotProduct: () => Number.NaN }, /off by NaN/],
  [
    'gives a list',
    { vectorAdd: (a: Float32Array, b: Float32Array) => [...add(a, b)] as never },
    /gave Array/,
  ],
  [
    'gives promises',
    { dotProduct: (() => Promise.resolve(-7.9375)) as never },
    /gave Promise, a number was expected/,
  ],
  ['gives too few', { vectorAdd: () => new Float32Array(3) }, /3 numbers, 11 were expected/],
  ['gives nothing', { vectorAdd: () => undefined as never }, /gave undefined, a Float32Array was expected/],
  [
    'throws',
    {
      vectorAdd: () => {
        throw new Error('not yet');
      },
    },
    /it threw: not yet/,
  ],
  [
    'changes its input',
    {
      vectorAdd: (a: Float32Array, b: Float32Array) => {
        const sum = add(a, b);
        a.fill(9);
        return sum;
      },
    },
    /changed its input/,
  ],
] as const satisfies readonly (readonly [string, ModuleImplementation, RegExp])[]) {
  test(`a module that ${what} is passed over`, async () => {
    const state = register(implementation, { loadPriority: 5 });
    const manager = new WasmModuleManager({ preferredModule: 'mine', ruvSwarm: async () => ({}) });
    assert.equal(await manager.initialize(), true);
    const { module, selection, errorCount } = manager.getModuleStatus();
    assert.equal(module, 'production');
    assert.equal(errorCount, 0);
    assert.equal(selection[0]?.candidate, 'mine');
    assert.equal(selection[0]?.code, 'SELFTEST_FAILED');
    assert.match(selection[0]?.reason ?? '', reason);
    assert.equal(state.disposed, 1);
    await manager.cleanup();
  });
}

test('a module that throws later is given up, and the call is right all the same', async () => {
  let calls = 0;
  let limit = Number.POSITIVE_INFINITY;
  register({
    vectorAdd(a, b) {
      if (++calls > limit) throw new Error('worn out');
      return add(a, b);
    },
  });
  const manager = new WasmModuleManager({ preferredModule: 'mine' });
  await manager.initialize();
  const simd = manager.getSIMDLayer();
  calls = 0;
  limit = 2;
  for (let i = 0; i < 5; i++) assert.deepEqual(simd.simdVectorAdd(x, x), add(x, x));
  assert.equal(calls, 3);
  const route = manager.getModuleStatus().routing!.find(({ operation }) => operation === 'vectorAdd')!;
  assert.equal(route.servedBy, 'production');
  assert.equal(route.reason, 'it threw: worn out');
  await manager.cleanup();
});

for (const [what, wrong, reason] of [
  ['one element for three', () => new Float32Array(1), 'it gave 1 numbers, 50 were expected'],
  ['a number for an array', () => 42 as never, 'it gave 42, a Float32Array was expected'],
  [
    'another kind of array',
    () => new Float64Array(50) as never,
    'it gave Float64Array, a Float32Array was expected',
  ],
  ['nothing', () => undefined as never, 'it gave undefined, a Float32Array was expected'],
] as const) {
  test(`a module that later gives ${what} is given up, and the call is right all the same`, async () => {
    let isWrong = false;
    register({ vectorAdd: (a, b) => (isWrong ? wrong() : add(a, b)), dotProduct: dot });
    const manager = new WasmModuleManager({ preferredModule: 'mine' });
    await manager.initialize();
    const simd = manager.getSIMDLayer();
    assert.deepEqual(simd.simdVectorAdd(x, x), add(x, x));
    isWrong = true;
    assert.deepEqual(simd.simdVectorAdd(x, x), add(x, x));
    isWrong = false;
    const routing = manager.getModuleStatus().routing!;
    const route = routing.find(({ operation }) => operation === 'vectorAdd')!;
    assert.deepEqual([route.servedBy, route.reason], ['production', reason]);
    assert.equal(routing.find(({ operation }) => operation === 'dotProduct')!.servedBy, 'mine');
    await manager.cleanup();
  });
}

test('a number is expected where the operation gives one', async () => {
  let isWrong = false;
  register({ dotProduct: (a, b) => (isWrong ? (Float32Array.of(dot(a, b)) as never) : dot(a, b)) });
  const manager = new WasmModuleManager({ preferredModule: 'mine' });
  await manager.initialize();
  isWrong = true;
  assert.ok(Math.abs(manager.getSIMDLayer().simdDotProduct(x, x) - dot(x, x)) < 1e-4);
  const route = manager.getModuleStatus().routing!.find(({ operation }) => operation === 'dotProduct')!;
  assert.deepEqual(
    [route.servedBy, route.reason],
    ['production', 'it gave Float32Array, a number was expected'],
  );
  await manager.cleanup();
});

test("a result is the caller's own: it shares no memory with an operand, an earlier result or the module", async () => {
  const memory = new Float32Array(20_000);
  register({
    // Fills the same memory on every call.
    vectorAdd(a, b) {
      for (let i = 0; i < a.length; i++) memory[i] = a[i]! + b[i]!;
      return memory.subarray(0, a.length);
    },
    // Gives an operand back where nothing changes.
    calculateNeuralActivation: (v) =>
      v.every((value) => value === 0) ? v : v.map((value) => Math.tanh(value / 2)),
  });
  const manager = new WasmModuleManager({ preferredModule: 'mine' });
  await manager.initialize();
  const simd = manager.getSIMDLayer();
  const [first, second] = [simd.simdVectorAdd(x, x), simd.simdVectorAdd(x, new Float32Array(50))];
  assert.deepEqual(first, add(x, x));
  assert.deepEqual(second, x);
  memory.fill(9);
  assert.deepEqual([first, second], [add(x, x), x]);
  second.fill(7);
  assert.ok(memory.every((value) => value === 9));
  const zeros = new Float32Array(5);
  const result = await manager.getPerformanceLayer().calculateNeuralActivation(zeros);
  result.fill(1);
  assert.deepEqual(zeros, new Float32Array(5));
  assert.ok(
    manager
      .getModuleStatus()
      .routing!.slice(0, 1)
      .every(({ servedBy }) => servedBy === 'mine'),
  );
  await manager.cleanup();
});

test('what the golden values do not try is not asked of a module: connections by a rule', async () => {
  let calls = 0;
  const step = (v: number) => Math.min(1, Math.max(0, v - 0.25 * 2 * v * (1 - v) * (1 - 2 * v)));
  register({
    optimizeConnections(w) {
      calls++;
      return w.map(step);
    },
  });
  const manager = new WasmModuleManager({ preferredModule: 'mine' });
  await manager.initialize();
  const layer = manager.getPerformanceLayer();
  const w = Float32Array.of(0.005, 0.4);
  calls = 0;
  assert.deepEqual(await layer.optimizeConnections(w), w.map(step));
  assert.equal(calls, 1);
  assert.deepEqual(
    await layer.optimizeConnections(w, { rule: 'prune', threshold: 0.05 }),
    Float32Array.of(0, 0.4),
  );
  assert.equal(calls, 1);
  await manager.cleanup();
});

test('its memory is kept from the limit, counted, and held to', async () => {
  let bytes = 1000;
  register({ vectorAdd: add, memoryUsage: () => bytes }, { memoryRequirement: 1024 * 1024 });
  const manager = new WasmModuleManager({ preferredModule: 'mine', memoryLimit: 4 * 1024 * 1024 });
  await manager.initialize();
  assert.equal(manager.getRuntime().memory.stats().limit, 3 * 1024 * 1024);
  const { reserved } = manager.getRuntime().memory.stats();
  assert.equal(manager.getModuleStatus().memoryUsage, reserved + 1000);
  assert.equal(manager.getModuleMetrics().memoryUsage, reserved + 1000);
  assert.equal(manager.getPerformanceMetrics().memoryUsage, reserved + 1000);
  bytes = 2 * 1024 * 1024;
  manager.getSIMDLayer().simdVectorAdd(x, x);
  const routing = manager.getModuleStatus().routing!;
  assert.ok(routing.every(({ servedBy }) => servedBy === 'production'));
  assert.match(routing.find(({ operation }) => operation === 'vectorAdd')!.reason, /2097152 bytes/);
  await manager.cleanup();
  const tight = new WasmModuleManager({ preferredModule: 'mine', memoryLimit: 2 * 1024 * 1024 });
  await tight.initialize();
  assert.equal(tight.getModuleStatus().selection[0]?.code, 'MEMORY_LIMIT');
  await tight.cleanup();
});

test('row 11: one that takes too long gives way, and what comes late is disposed of', async () => {
  let late: ((value: ModuleImplementation) => void) | undefined;
  let disposed = 0;
  register(
    {},
    {
      load: () =>
        new Promise((resolve) => {
          late = resolve;
        }),
    },
  );
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const manager = new WasmModuleManager({
    preferredModule: 'mine',
    loadTimeout: 1500,
    enableAutoFallback: true,
  });
  assert.equal(await manager.initialize(), true);
  const { module, selection } = manager.getModuleStatus();
  assert.equal(selection[0]?.code, 'LOAD_TIMEOUT');
  assert.equal(module, 'fallback');
  assert.equal(timers(), before);
  late!({
    vectorAdd: add,
    dispose: () => {
      disposed++;
    },
  });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(disposed, 1);
  assert.equal(manager.getModuleStatus().module, 'fallback');
  await manager.cleanup();
});

test('a cleanup ends a load that never comes', async () => {
  register({}, { load: () => new Promise(() => {}) });
  const manager = new WasmModuleManager({ preferredModule: 'mine' });
  const loading = manager.initialize();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await manager.cleanup();
  assert.equal(await loading, false);
});

test('names are unique, definitions are checked, and a module can be taken out', async () => {
  const load = () => ({ vectorAdd: add });
  for (const wrong of [
    null,
    {},
    { name: 'x' },
    { name: '', load },
    { name: 'auto', load },
    { name: 'production', load },
    { name: 'y', load, memoryRequirement: -1 },
    { name: 'y', load, loadPriority: 'first' },
    { name: 'y', load, loadPriority: Number.NaN },
    { name: 'y', load, description: 5 },
    { name: 'y', load, description: null },
    { name: 'y', load, version: 1 },
    { name: 'y', load, capabilities: 5 },
    { name: 'y', load, capabilities: 'dotProduct' },
    { name: 'y', load, capabilities: ['dotProduct', 1] },
    { name: 'y', load, capabilities: null },
    { name: 'y', load, isAvailable: true },
    // What a status says where there is no module.
    { name: 'none', load },
  ] as never[]) {
    assert.throws(() => registerModule(wrong), { code: 'INVALID_ARGUMENT', message: /^registerModule: / });
  }
  new WasmModuleManager().getAvailableModules();
  const take = registerModule({ name: 'once', load });
  assert.throws(() => registerModule({ name: 'once', load }), { code: 'INVALID_ARGUMENT' });
  assert.doesNotThrow(() => new WasmModuleManager({ preferredModule: 'once' }));
  take();
  take();
  assert.throws(() => new WasmModuleManager({ preferredModule: 'once' }), { code: 'INVALID_ARGUMENT' });
});

test("'auto' measures what there is and takes the fastest", async () => {
  register({ dotProduct: dot });
  const manager = new WasmModuleManager({ preferredModule: 'auto' });
  assert.equal(await manager.initialize(), true);
  const { module, selection } = manager.getModuleStatus();
  assert.deepEqual(
    selection.map(({ candidate, tier }) => [candidate, tier]),
    [
      ['ruv-swarm', 'simd'],
      ['production', 'simd'],
      ['production', 'scalar'],
      ['mine', 'simd'],
      ['fallback', 'js'],
    ],
  );
  const times = selection.map(({ reason }) => Number(/([\d.e+-]+) µs/.exec(reason)?.[1]));
  const chosen = selection.findIndex(({ accepted }) => accepted);
  assert.equal(times[chosen], Math.min(...times), times.join());
  assert.equal(module, selection[chosen]?.candidate);
  // The others were given back.
  assert.equal(getWasmPerformanceStatus().sharedRuntimes.length, 1);
  assert.equal(await manager.switchModule('fallback'), true);
  assert.equal(await manager.switchModule('auto'), true);
  assert.notEqual(manager.getModuleStatus().module, 'fallback');
  await manager.cleanup();
  const wasmOnly = new WasmModuleManager({
    preferredModule: 'auto',
    enableSIMD: false,
    enableAutoFallback: false,
  });
  await wasmOnly.initialize();
  const tiers = wasmOnly
    .getModuleStatus()
    .selection.map(({ candidate, tier, code }) => [candidate, tier, code]);
  assert.deepEqual(tiers, [
    ['ruv-swarm', undefined, 'VARIANT_UNSUPPORTED'],
    ['production', 'scalar', undefined],
    // What serves the rest beside it passed that over.
    ['production', 'simd', 'VARIANT_UNSUPPORTED'],
    ['mine', 'scalar', undefined],
  ]);
  await wasmOnly.cleanup();
});
