/** A trainer inside the module: updates from rows that already lie in linear memory. */
import type { TrainerObject } from '../core/abi.js';
import { InvalidArgumentError, WasmPerformanceError } from '../core/errors.js';
import type { OperationMeter } from '../metrics/operation-recorder.js';
import type { Batch } from './batches.js';
import { deleteWhenForgotten, notForgotten } from './forgotten.js';
import { type NetworkCore, poolShortage } from './network-core.js';
import type { TrainerSettings } from './train-settings.js';

export class TrainerCore {
  readonly network: NetworkCore;
  readonly memoryBytes: number;
  readonly meter: OperationMeter;
  #object: TrainerObject | null;
  readonly #address: number;

  /** Throws `POOL_EXHAUSTED`. */
  constructor(network: NetworkCore, settings: TrainerSettings) {
    this.network = network;
    this.#object = createObject(network, settings);
    this.#address = this.#object.address() >>> 0;
    this.memoryBytes = this.#object.memoryBytes() >>> 0;
    this.meter = network.engine.recorder.meter('trainer.step');
    network.addDependent(this);
    deleteWhenForgotten(this, this.#object);
  }

  /** Throws `DISPOSED` when the trainer, its network or the runtime is. */
  assertLive(operation: string): void {
    this.network.address(operation);
    if (this.#object === null) {
      throw new WasmPerformanceError(
        'DISPOSED',
        `${operation}: this trainer was disposed of; create a new one`,
      );
    }
  }

  /** As `update`, counted as a call of its own. */
  step(batch: Batch): number {
    const start = this.meter.begin();
    try {
      const loss = this.update(batch);
      this.meter.end(start, batch.rows * this.network.widths.inputs);
      return loss;
    } catch (error) {
      this.meter.fail(start);
      throw error;
    }
  }

  /** One update from a batch whose values are finite. Returns the mean loss before it. */
  update({ inputs, targets, labels, rows }: Batch): number {
    this.assertLive('step');
    const { engine } = this.network;
    engine.check(engine.abi.trainer_step_f32(this.#address, inputs, targets, labels, rows), 'step');
    return engine.heapF64[engine.resultAddress >>> 3]!;
  }

  dispose(): void {
    if (this.#object === null) return;
    notForgotten(this);
    this.#object.delete();
    this.#object = null;
    this.network.removeDependent(this);
  }
}

function createObject(network: NetworkCore, settings: TrainerSettings): TrainerObject {
  const { engine } = network;
  const { objects } = engine;
  const { optimizer, loss, l2, batchSize } = settings;
  const { learningRate, momentum, beta1, beta2, epsilon } = optimizer;
  const kind = objects.Optimizer[optimizer.kind].value;
  const target = network.object('trainer');
  const object = objects.Trainer.create(
    target,
    kind,
    objects.Loss[loss].value,
    learningRate,
    momentum,
    beta1,
    beta2,
    epsilon,
    l2,
    batchSize,
  );
  if (object !== null) return object;
  const requested = objects.Trainer.requiredBytes(target, kind, batchSize) >>> 0;
  if (requested === 0) {
    throw new InvalidArgumentError(
      `trainer: batchSize ${batchSize} needs more than 2 GiB for this network: use a smaller one`,
    );
  }
  throw poolShortage(engine, requested);
}
