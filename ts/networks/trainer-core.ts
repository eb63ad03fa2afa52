/** A trainer inside the module: updates from rows that already lie in linear memory. */
import { trainerSettings as layout, type TrainerObject, type TrainerSettingName } from '../core/abi.js';
import { type Engine, owner } from '../core/engine.js';
import { InvalidArgumentError } from '../core/errors.js';
import type { OperationMeter } from '../metrics/operation-recorder.js';
import type { Batch } from './batches.js';
import type { NetworkCore } from './network-core.js';
import { Owned } from './owned.js';
import type { TrainerSettings } from './train-settings.js';

export class TrainerCore extends Owned<TrainerObject> {
  readonly network: NetworkCore;
  readonly memoryBytes: number;
  readonly meter: OperationMeter;

  /** Throws `POOL_EXHAUSTED`. */
  constructor(network: NetworkCore, settings: TrainerSettings) {
    const { engine } = network;
    const object = createTrainer(engine, network.address('trainer'), settings, 1);
    super(engine, 'trainer', object);
    this.network = network;
    this.memoryBytes = object.memoryBytes() >>> 0;
    this.meter = engine.recorder.meter('trainer.step');
    network.addDependent(this);
  }

  /** Throws `DISPOSED` when the trainer, its network or the runtime is. */
  assertLive(operation: string): void {
    this.network.address(operation);
    this.object(operation);
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
    const { engine } = this;
    engine.check(engine.abi.trainer_step_f32(this.handle, inputs, targets, labels, rows), 'step');
    return engine.heapF64[engine.resultAddress >>> 3]!;
  }

  protected beforeDispose(): void {
    this.network.removeDependent(this);
  }
}

/** A trainer for the network at `address`, with what `members` of its plan remember. Throws `POOL_EXHAUSTED`. */
export function createTrainer(
  engine: Engine,
  address: number,
  settings: TrainerSettings,
  members: number,
): TrainerObject {
  const { Trainer } = engine.objects;
  const scratch = engine.allocate(4 * trainerSettingNames.length, owner.internal);
  try {
    writeSettings(engine, scratch, settings);
    const object = Trainer.create(address, scratch, members);
    if (object !== null) return object;
    const requested = Trainer.requiredBytes(address, scratch, members) >>> 0;
    if (requested === 0) {
      throw new InvalidArgumentError(
        `trainer: batchSize ${settings.batchSize} needs more than 2 GiB for this network: use a smaller one`,
      );
    }
    throw engine.exhausted(requested);
  } finally {
    engine.free(scratch);
  }
}

const trainerSettingNames = Object.keys(layout) as TrainerSettingName[];

function writeSettings(
  { heapF32, heapU32, objects }: Engine,
  address: number,
  settings: TrainerSettings,
): void {
  const { optimizer, loss, schedule, batchSize, seed } = settings;
  const values: { readonly [Name in TrainerSettingName]: number } = {
    ...optimizer,
    ...settings,
    optimizer: objects.Optimizer[optimizer.kind].value,
    loss: objects.Loss[loss].value,
    schedule: objects.Schedule[schedule].value,
    batchRows: batchSize,
    seedLow: seed.low,
    seedHigh: seed.high,
  };
  trainerSettingNames.forEach((name, index) => {
    const heap = layout[name] === 'u32' ? heapU32 : heapF32;
    heap[(address >>> 2) + index] = values[name];
  });
}
