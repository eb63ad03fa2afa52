/** Steps all agents of a swarm: one workspace, moments for each slot. */
import type { TrainerObject } from '../core/abi.js';
import { disposeSymbol } from '../core/disposable.js';
import { owner } from '../core/engine.js';
import type { OperationMeter } from '../metrics/operation-recorder.js';
import { callError } from '../ops/operation.js';
import type { Vec } from '../ops/vec.js';
import type { Batch } from './batches.js';
import { assertRows } from './dataset.js';
import { Owned } from './owned.js';
import type { SwarmCore } from './swarm.js';
import type { TrainerSettings } from './train-settings.js';
import { withBatch } from './trainer.js';
import { createTrainer } from './trainer-core.js';
import type { Labels, SwarmTrainer } from './types.js';

const operation = 'step';

export class SwarmTrainerCore extends Owned<TrainerObject> implements SwarmTrainer {
  readonly memoryBytes: number;
  readonly #swarm: SwarmCore;
  readonly #agents: () => readonly number[];
  readonly #meter: OperationMeter;

  /** `agents`: the ids at the moment, in the order of their rows. Throws `POOL_EXHAUSTED`. */
  constructor(swarm: SwarmCore, settings: TrainerSettings, agents: () => readonly number[]) {
    const { engine } = swarm;
    const plan = swarm.object('trainer').planAddress() >>> 0;
    const object = createTrainer(engine, plan, settings, swarm.capacity);
    super(engine, 'trainer', object);
    this.#swarm = swarm;
    this.#agents = agents;
    this.memoryBytes = object.memoryBytes() >>> 0;
    this.#meter = engine.recorder.meter('swarmTrainer.step');
    swarm.trainers.add(this);
  }

  step(inputs: Vec, targets: Vec | Labels, rowsPerAgent: number): Float32Array {
    const start = this.#meter.begin();
    try {
      const losses = this.#step(inputs, targets, rowsPerAgent);
      this.#meter.end(start, inputs.length);
      return losses;
    } catch (error) {
      this.#meter.fail(start);
      throw callError(this.#swarm.engine, error, operation);
    }
  }

  /** Forgets what was remembered of the agent in a slot: another one is there now. */
  reset(slot: number): void {
    this.object('add').reset(slot);
  }

  protected beforeDispose(): void {
    this.#swarm.trainers.delete(this);
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  #step(inputs: Vec, targets: Vec | Labels, rowsPerAgent: number): Float32Array {
    this.#swarm.address(operation);
    this.object(operation);
    assertRows(operation, rowsPerAgent);
    const agents = this.#agents();
    const rows = agents.length * rowsPerAgent;
    const nameRow = (row: number): string =>
      `${row % rowsPerAgent} of agent ${agents[Math.floor(row / rowsPerAgent)]}, row ${row}`;
    return withBatch(this.#swarm, inputs, targets, rows, nameRow, (batch) =>
      rows === 0 ? new Float32Array(0) : this.#update(batch, agents.length, rowsPerAgent),
    );
  }

  #update({ inputs, targets, labels }: Batch, agents: number, rows: number): Float32Array {
    const { engine } = this.#swarm;
    const losses = engine.allocate(agents * 8, owner.internal);
    try {
      const swarm = this.#swarm.address(operation);
      const { abi } = engine;
      const status = abi.swarm_step_f32(swarm, this.handle, inputs, targets, labels, agents, rows, losses);
      engine.check(status, operation);
      const first = losses >>> 3;
      return Float32Array.from(engine.heapF64.subarray(first, first + agents));
    } finally {
      engine.free(losses);
    }
  }
}
