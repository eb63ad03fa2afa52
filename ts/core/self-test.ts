/**
 * The self-test of a build: every kernel family against stored results (golden-values.ts). A build that fails it is
 * not used. It calls the exports directly, so nothing of it shows in the metrics.
 */
import { connectionRuleNames, type TrainerSettingName, trainerSettings } from './abi.js';
import { type Engine, owner } from './engine.js';
import { WasmPerformanceError } from './errors.js';
import * as golden from './golden-values.js';

/** Room for the largest operand and for the largest result, in elements. */
const slotElements = 384;
/** The largest operand: b of the third product. */
const wholeNumbers = 6 * 37;

type Name = keyof typeof golden.inputs;

/** Throws `SELFTEST_FAILED`, naming the kernel, what it gave and what was stored. */
export function selfTest(engine: Engine): void {
  let address = 0;
  try {
    address = engine.allocate(4 * slotElements * 4, owner.internal);
    const slots = {
      a: address,
      b: address + slotElements * 4,
      out: address + slotElements * 8,
      spare: address + slotElements * 12,
    };
    const check = new Check(engine, slots);
    testElementwise(check);
    testReductions(check);
    testNeurons(check);
    testProducts(check);
    testNetwork(check);
  } catch (cause) {
    if (cause instanceof WasmPerformanceError && cause.code === 'SELFTEST_FAILED') throw cause;
    throw failure(engine, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    if (address !== 0) engine.free(address);
  }
}

interface Slots {
  readonly a: number;
  readonly b: number;
  readonly out: number;
  readonly spare: number;
}

/** The operands' places, and comparisons that throw. */
class Check {
  readonly #float = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#float.buffer);

  constructor(
    readonly engine: Engine,
    readonly at: Slots,
  ) {}

  write(address: number, values: ArrayLike<number>): void {
    this.engine.heapF32.set(values, address >>> 2);
  }

  read(address: number, index: number): number {
    return this.engine.heapF32[(address >>> 2) + index]!;
  }

  ok(status: number, what: string): void {
    if (status !== 0) throw failure(this.engine, `${what} returned status ${status}`);
  }

  near(what: string, expected: readonly number[], maxUlp: number, address = this.at.out): void {
    expected.forEach((wanted, index) => {
      const got = this.read(address, index);
      if (!(Math.abs(got - wanted) <= maxUlp * this.#ulp(wanted))) {
        throw failure(this.engine, `${what}[${index}] is ${got}, expected ${wanted} within ${maxUlp} ULP`);
      }
    });
  }

  /** The distance from `value` to the next f32 away from 0; not below that of normal numbers. */
  #ulp(value: number): number {
    this.#float[0] = Math.max(Math.abs(value), 2 ** -126);
    const nearest = this.#float[0];
    this.#bits[0]!++;
    return this.#float[0] - nearest;
  }

  equal(what: string, got: number, wanted: number): void {
    if (got !== wanted) throw failure(this.engine, `${what} is ${got}, expected ${wanted}`);
  }

  /** The number in the result slot, as the f32 that it is or is nearest to. */
  number(what: string, status: number, expected: number): void {
    this.ok(status, what);
    this.write(this.at.spare, [this.result()]);
    this.near(what, [expected], golden.tolerance.arithmetic, this.at.spare);
  }

  result(): number {
    return this.engine.heapF64[this.engine.resultAddress >>> 3]!;
  }
}

function testElementwise(check: Check): void {
  const { abi, objects } = check.engine;
  const { at } = check;
  const n = golden.inputs.x.length;
  const load = (address: number, name: Name): void => check.write(address, golden.inputs[name]);
  for (const { kernel, of, parameters, expected } of golden.elementwise) {
    load(at.a, of[0]);
    if (of.length === 2) load(at.b, of[1]);
    const operands = of.length === 2 ? [at.a, at.b, at.out, n] : [at.a, at.out, n];
    const call: (...args: number[]) => number = abi[kernel];
    check.ok(call(...operands, ...parameters), kernel);
    check.near(kernel, expected, golden.tolerance.arithmetic);
  }
  for (const { kernel, of, expected } of golden.approximations) {
    load(at.a, of);
    check.ok(abi[kernel](at.a, at.out, n), kernel);
    check.near(kernel, expected, golden.tolerance.approximation);
  }
  load(at.a, 'x');
  for (const { activation, gain, expected } of golden.activations) {
    check.ok(abi.activate_f32(objects.Activation[activation].value, at.a, at.out, n, gain, 0), activation);
    check.near(activation, expected, golden.tolerance.approximation);
  }
  const { activation, expected } = golden.gradient;
  const slope = 'activation_gradient_f32';
  check.ok(abi[slope](objects.Activation[activation].value, at.a, at.out, n, 1, 0), slope);
  check.near(slope, expected, golden.tolerance.approximation);
  check.ok(abi.normalize_f32(at.a, at.out, n), 'normalize_f32');
  check.near('normalize_f32', golden.normalized, golden.tolerance.approximation);
  load(at.a, 'y');
  for (const { kernel, expected } of golden.rows) {
    check.ok(abi[kernel](at.a, at.out, 1, n), kernel);
    check.near(kernel, expected, golden.tolerance.softmax);
  }
}

function testReductions(check: Check): void {
  const { abi } = check.engine;
  const { at } = check;
  const { x, y } = golden.inputs;
  check.write(at.a, x);
  check.write(at.b, y);
  const n = x.length;
  for (const [name, expected] of entries(golden.reductions.of2)) {
    check.number(name, abi[name](at.a, at.b, n), expected);
  }
  for (const [name, expected] of entries(golden.reductions.of1)) {
    check.number(name, abi[name](at.a, n), expected);
  }
}

function testNeurons(check: Check): void {
  const { abi } = check.engine;
  const { at } = check;
  const { x, y, positive } = golden.inputs;
  const n = x.length;
  const { windowMs, threshold, spikeRate, meshEfficiency } = golden.neurons;
  const { post, rate, low, high } = golden.connections;
  check.write(at.a, x);
  check.write(at.b, positive);
  check.number('spike_rate_f32', abi.spike_rate_f32(at.b, n, windowMs, threshold), spikeRate);
  check.number('mesh_efficiency_f32', abi.mesh_efficiency_f32(at.a, n, at.b, n), meshEfficiency);
  check.write(at.b, y);
  check.write(at.spare, [post]);
  for (const name of ['bistable', 'oja'] as const) {
    const rule = connectionRuleNames.indexOf(name);
    // biome-ignore format: one call
    const status = abi.optimize_connections_f32(rule, at.a, at.b, at.spare, at.out, 1, n, rate, 0, low, high, 0, 0, 0);
    check.ok(status, name);
    check.near(name, golden.connections[name], golden.tolerance.arithmetic);
  }
}

function testProducts(check: Check): void {
  const { abi, objects, heapF32 } = check.engine;
  const { at } = check;
  const linear = objects.Activation.linear.value;
  for (let i = 0; i < wholeNumbers; i++) {
    heapF32[(at.a >>> 2) + i] = ((7 * i) % 11) - 5;
    heapF32[(at.b >>> 2) + i] = ((5 * i) % 13) - 6;
  }
  const checksum = (count: number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += ((i % 7) + 1) * check.read(at.out, i);
    return sum;
  };
  for (const { m, n, k, flags, checksum: expected } of golden.matmuls) {
    check.ok(abi.matmul_f32(at.a, at.b, 0, at.out, m, n, k, flags, linear, 1, 0), 'matmul_f32');
    check.equal(`the checksum of matmul_f32 ${m}x${n}x${k}`, checksum(m * n), expected);
  }
  const { m, n, checksum: expected } = golden.matvec;
  check.ok(abi.matvec_f32(at.a, at.b, 0, at.out, m, n, linear), 'matvec_f32');
  check.equal('the checksum of matvec_f32', checksum(m), expected);
}

function testNetwork(check: Check): void {
  const { engine, at } = check;
  const { Activation, Initializer, Network } = engine.objects;
  const { layers, activations, weights, biases } = golden.network;
  engine.heapU32.set(layers, at.a >>> 2);
  engine.heapU32.set(
    activations.map((name) => Activation[name].value),
    at.b >>> 2,
  );
  const network = Network.create(at.a, at.b, layers.length, Initializer.zeros.value, 0, 0);
  if (network === null) throw failure(engine, 'there was no memory for a network');
  try {
    for (const [layer, values] of weights.entries()) check.write(network.weightsAddress(layer), values);
    for (const [layer, values] of biases.entries()) check.write(network.biasesAddress(layer), values);
    check.write(at.a, golden.network.inputs);
    const run = (expected: readonly number[], what: string): void => {
      check.ok(engine.abi.network_run_f32(network.address(), at.a, at.out, 2), 'network_run_f32');
      check.near(what, expected, golden.tolerance.network);
    };
    run(golden.network.outputs, 'network_run_f32');
    testStep(check, network);
    run(golden.network.outputsAfterStep, 'network_run_f32 after trainer_step_f32');
  } finally {
    network.delete();
  }
}

function testStep(
  check: Check,
  network: NonNullable<ReturnType<Engine['objects']['Network']['create']>>,
): void {
  const { engine, at } = check;
  const { Loss, Optimizer, Trainer } = engine.objects;
  const { labels, learningRate, loss } = golden.network;
  const names = Object.keys(trainerSettings);
  engine.heapU32.fill(0, at.b >>> 2, (at.b >>> 2) + names.length);
  const set = (heap: Uint32Array | Float32Array, name: TrainerSettingName, value: number): void => {
    heap[(at.b >>> 2) + names.indexOf(name)] = value;
  };
  set(engine.heapU32, 'optimizer', Optimizer.sgd.value);
  set(engine.heapF32, 'learningRate', learningRate);
  set(engine.heapU32, 'loss', Loss.crossEntropy.value);
  set(engine.heapU32, 'batchRows', labels.length);
  const trainer = Trainer.create(network.address(), at.b, 1);
  if (trainer === null) throw failure(engine, 'there was no memory for a trainer');
  try {
    engine.heapU32.set(labels, at.spare >>> 2);
    const status = engine.abi.trainer_step_f32(trainer.address(), at.a, 0, at.spare, labels.length);
    check.ok(status, 'trainer_step_f32');
    check.write(at.spare, [check.result()]);
    check.near('the loss of trainer_step_f32', [loss], golden.tolerance.network, at.spare);
  } finally {
    trainer.delete();
  }
}

/** The entries of a table, with their names as what they are. */
const entries = <Name extends string>(table: { readonly [N in Name]: number }): [Name, number][] =>
  Object.entries(table) as [Name, number][];

function failure(engine: Engine, what: string, cause?: unknown): WasmPerformanceError {
  return new WasmPerformanceError(
    'SELFTEST_FAILED',
    `the ${engine.variant} build failed its self-test: ${what}; it is not used. Its file is damaged or the engine ` +
      'is at fault: install again, or choose another variant',
    cause === undefined ? undefined : { cause },
  );
}
