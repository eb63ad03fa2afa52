/** Swarms: many networks of one topology in one block. */
import type { SwarmObject } from '../core/abi.js';
import { disposeSymbol } from '../core/disposable.js';
import type { Engine } from '../core/engine.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { OperationMeter } from '../metrics/operation-recorder.js';
import { callError } from '../ops/operation.js';
import type { Vec } from '../ops/vec.js';
import { assertWholeNumber, seedHalves, show } from './checks.js';
import type { Widths } from './dataset.js';
import { forward, type Rows } from './forward.js';
import { networkOf } from './network.js';
import { createFromPlan, NetworkCore } from './network-core.js';
import { type NetworkPlan, planNetwork } from './network-plan.js';
import { Owned } from './owned.js';
import { SwarmTrainerCore } from './swarm-trainer.js';
import { trainerSettings } from './train-settings.js';
import type { Network, Swarm, SwarmConfig, SwarmTrainer, TrainOptions } from './types.js';

/** Throws `INVALID_ARGUMENT`, `POOL_EXHAUSTED`, and `DISPOSED` after the runtime is. */
export function createSwarm(engine: Engine, config: SwarmConfig): Swarm {
  const plan = planNetwork('createSwarm', config, ['agents', 'capacity']);
  const { agents, capacity = agents, seed = 0 } = config;
  assertWholeNumber('createSwarm: agents', agents, 0);
  assertWholeNumber('createSwarm: capacity', capacity, Math.max(1, agents));
  const swarm = new DenseSwarm(new SwarmCore(engine, plan, capacity), seed);
  try {
    swarm.add(agents);
    return swarm;
  } catch (error) {
    swarm.dispose();
    throw error;
  }
}

/** The agents in the module, row by row; what `forward` runs and trainers step. */
export class SwarmCore extends Owned<SwarmObject> implements Rows {
  readonly plan: NetworkPlan;
  readonly widths: Widths;
  readonly capacity: number;
  readonly memoryBytes: number;
  readonly parameters: number;
  readonly trainers = new Set<SwarmTrainerCore>();
  /** The row of the order that `runRows` begins at. */
  firstRow = 0;
  readonly #order: number;

  constructor(engine: Engine, plan: NetworkPlan, capacity: number) {
    const { Swarm: swarms } = engine.objects;
    const object = createFromPlan(engine, plan, 'createSwarm', {
      create: (sizes, activations, count) => swarms.create(sizes, activations, count, capacity),
      requiredBytes: (sizes, count) => swarms.requiredBytes(sizes, count, capacity),
    });
    super(engine, 'swarm', object);
    this.plan = plan;
    this.widths = { inputs: plan.layers[0]!, outputs: plan.layers.at(-1)! };
    this.capacity = capacity;
    this.#order = (object.orderAddress() >>> 0) >>> 2;
    this.memoryBytes = object.memoryBytes();
    this.parameters = plan.layers
      .slice(1)
      .reduce((sum, width, layer) => sum + (plan.layers[layer]! + 1) * width, 0);
  }

  /** All at once: one call into the module. */
  get pieceRows(): number {
    return this.capacity;
  }

  runRows(x: number, out: number, rows: number): number {
    return this.engine.abi.swarm_run_f32(this.handle, this.firstRow, x, out, rows);
  }

  /** Writes the slots in the order of the rows. */
  setOrder(slots: readonly number[]): void {
    this.engine.heapU32.set(slots, this.#order);
  }

  /** Draws the weights of a slot, of which no trainer remembers anything then. */
  initialize(slot: number, seed: number): void {
    const { low, high } = seedHalves('createSwarm: seed', seed);
    const initializer = this.engine.objects.Initializer[this.plan.init].value;
    this.object('add').initialize(slot, initializer, low, high);
    for (const trainer of this.trainers) trainer.reset(slot);
  }

  /** A network over the weights of a slot. */
  networkAt(slot: number): NetworkCore {
    const object = this.object('network').network(slot);
    if (object === null) throw this.engine.exhausted(64 * this.plan.layers.length);
    return new NetworkCore(this.engine, this.plan, object);
  }

  protected beforeDispose(): void {
    for (const trainer of [...this.trainers]) trainer.dispose();
  }
}

/** An agent: where its weights lie, and its face as a network once somebody has asked for it. */
interface Agent {
  readonly id: number;
  readonly slot: number;
  network?: { readonly core: NetworkCore; readonly face: Network };
}

class DenseSwarm implements Swarm {
  readonly layers: readonly number[];
  readonly capacity: number;
  readonly parameters: number;
  readonly memoryBytes: number;
  readonly #core: SwarmCore;
  readonly #seed: number;
  /** In the order of their rows. */
  #agents: Agent[] = [];
  readonly #rows = new Map<number, number>();
  readonly #freeSlots: number[];
  #nextId = 0;
  readonly #runAllMeter: OperationMeter;
  readonly #runMeter: OperationMeter;

  constructor(core: SwarmCore, seed: number) {
    const { capacity, engine } = core;
    this.#core = core;
    this.#seed = seed;
    this.layers = core.plan.layers;
    this.capacity = capacity;
    this.parameters = core.parameters;
    this.memoryBytes = core.memoryBytes;
    // Taken from the end: the lowest first.
    this.#freeSlots = Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    this.#runAllMeter = engine.recorder.meter('swarm.runAll');
    this.#runMeter = engine.recorder.meter('swarm.run');
  }

  get size(): number {
    return this.#agents.length;
  }

  get agents(): readonly number[] {
    return this.#agents.map(({ id }) => id);
  }

  runAll(inputs: Vec): Float32Array;
  runAll<Out extends Vec>(inputs: Vec, out: Out): Out;
  runAll(inputs: Vec, out?: Vec): Vec {
    const start = this.#runAllMeter.begin();
    try {
      this.#core.firstRow = 0;
      const result = forward(this.#core, 'runAll', inputs, this.#agents.length, out);
      this.#runAllMeter.end(start, inputs.length);
      return result;
    } catch (error) {
      this.#runAllMeter.fail(start);
      throw callError(this.#core.engine, error, 'runAll');
    }
  }

  run(agent: number, input: Vec): Float32Array;
  run<Out extends Vec>(agent: number, input: Vec, out: Out): Out;
  run(agent: number, input: Vec, out?: Vec): Vec {
    const start = this.#runMeter.begin();
    try {
      this.#core.firstRow = this.#rowOf('run', agent);
      const result = forward(this.#core, 'run', input, 1, out);
      this.#runMeter.end(start, input.length);
      return result;
    } catch (error) {
      this.#runMeter.fail(start);
      throw callError(this.#core.engine, error, 'run');
    }
  }

  network(agent: number): Network {
    const known = this.#agents[this.#rowOf('network', agent)]!;
    if (known.network === undefined || known.network.core.disposed) {
      const core = this.#core.networkAt(known.slot);
      known.network = { core, face: networkOf(core) };
    }
    return known.network.face;
  }

  add(count: number): number[] {
    this.#core.object('add');
    assertWholeNumber('add: count', count, 0);
    const room = this.#freeSlots.length;
    if (count > room) {
      throw new InvalidArgumentError(
        `add: ${count} agents do not fit, this swarm of capacity ${this.capacity} has room for ${room}: remove ` +
          'some, or give a larger capacity',
      );
    }
    if (count > 0) seedHalves('add: seed + id', this.#seed + this.#nextId + count - 1);
    const ids: number[] = [];
    for (let made = 0; made < count; made++) {
      const id = this.#nextId++;
      const slot = this.#freeSlots.pop()!;
      this.#core.initialize(slot, this.#seed + id);
      this.#agents.push({ id, slot });
      ids.push(id);
    }
    this.#orderChanged();
    return ids;
  }

  remove(agent: number): void {
    const [removed] = this.#agents.splice(this.#rowOf('remove', agent), 1);
    removed!.network?.core.dispose();
    this.#freeSlots.push(removed!.slot);
    this.#orderChanged();
  }

  trainer(options: TrainOptions = {}): SwarmTrainer {
    this.#core.object('trainer');
    return new SwarmTrainerCore(
      this.#core,
      trainerSettings(options, this.#core.plan.activations.at(-1)!),
      () => this.agents,
    );
  }

  dispose(): void {
    for (const { network } of this.#agents) network?.core.dispose();
    this.#core.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  #rowOf(operation: string, agent: number): number {
    this.#core.object(operation);
    const row = this.#rows.get(agent);
    if (row === undefined) {
      const given =
        typeof agent === 'number' && agent >= 0 && agent < this.#nextId ? 'was removed' : 'is none';
      throw new InvalidArgumentError(
        `${operation}: agent ${show(agent)} ${given}; swarm.agents lists the ids`,
      );
    }
    return row;
  }

  #orderChanged(): void {
    this.#rows.clear();
    for (const [row, { id }] of this.#agents.entries()) this.#rows.set(id, row);
    this.#core.setOrder(this.#agents.map(({ slot }) => slot));
  }
}
