/** Networks: the public class over what the other files of this folder do. */
import { disposeSymbol } from '../core/disposable.js';
import type { Engine } from '../core/engine.js';
import { InvalidArgumentError, importFailed } from '../core/errors.js';
import type { OperationMeter } from '../metrics/operation-recorder.js';
import { callError } from '../ops/operation.js';
import type { Vec } from '../ops/vec.js';
import { assertKnownKeys, assertWholeNumber } from './checks.js';
import { checkDataset } from './dataset.js';
import { evaluate } from './evaluation.js';
import { loadCore, saveCore } from './formats/formats.js';
import { forward } from './forward.js';
import { NetworkCore } from './network-core.js';
import { planNetwork } from './network-plan.js';
import { blend, copyParameters, exportLayers, importLayers } from './parameters.js';
import { chooseLoss, trainerSettings, trainSettings } from './train-settings.js';
import { DenseTrainer } from './trainer.js';
import { trainingParts } from './training-parts.js';
import type {
  Dataset,
  EvaluateOptions,
  Evaluation,
  LayerParameters,
  Network,
  NetworkConfig,
  NetworkFormat,
  OutputActivationName,
  SaveFormat,
  Trainer,
  TrainingReport,
  TrainOptions,
} from './types.js';

/**
 * A new network in the pool of `engine`. Throws `INVALID_ARGUMENT` for a configuration that is none,
 * `POOL_EXHAUSTED` when there is no room, `DISPOSED` after the runtime is.
 */
export function createNetwork(engine: Engine, config: NetworkConfig): Network {
  return new DenseNetwork(new NetworkCore(engine, planNetwork('createNetwork', config)));
}

/** The public face of a network that a swarm has made. */
export function networkOf(core: NetworkCore): Network {
  return new DenseNetwork(core);
}

/**
 * The network of a file, in the pool of `engine`. Throws `BAD_FORMAT` for a file that is not right, naming the place;
 * then nothing was allocated. `INVALID_ARGUMENT`, `POOL_EXHAUSTED` and `DISPOSED` as `createNetwork`.
 */
export function loadNetwork(engine: Engine, file: Uint8Array | string, format?: NetworkFormat): Network {
  return new DenseNetwork(loadCore(engine, file, format));
}

class DenseNetwork implements Network {
  readonly layers: readonly number[];
  readonly parameters: number;
  readonly memoryBytes: number;
  readonly #core: NetworkCore;
  readonly #runMeter: OperationMeter;
  readonly #runBatchMeter: OperationMeter;
  readonly #evaluateMeter: OperationMeter;

  constructor(core: NetworkCore) {
    const object = core.object('createNetwork');
    this.#core = core;
    this.layers = core.plan.layers;
    this.parameters = object.parameterCount() >>> 0;
    this.memoryBytes = object.memoryBytes();
    const { recorder } = core.engine;
    this.#runMeter = recorder.meter('network.run');
    this.#runBatchMeter = recorder.meter('network.runBatch');
    this.#evaluateMeter = recorder.meter('network.evaluate');
  }

  run(input: Vec): Float32Array;
  run<Out extends Vec>(input: Vec, out: Out): Out;
  run(input: Vec, out?: Vec): Vec {
    const start = this.#runMeter.begin();
    try {
      const result = forward(this.#core, 'run', input, 1, out);
      this.#runMeter.end(start, input.length);
      return result;
    } catch (error) {
      this.#runMeter.fail(start);
      throw callError(this.#core.engine, error, 'run');
    }
  }

  runBatch(inputs: Vec, rows: number): Float32Array;
  runBatch<Out extends Vec>(inputs: Vec, rows: number, out: Out): Out;
  runBatch(inputs: Vec, rows: number, out?: Vec): Vec {
    const start = this.#runBatchMeter.begin();
    try {
      assertWholeNumber('runBatch: rows', rows, 0);
      const result = forward(this.#core, 'runBatch', inputs, rows, out);
      this.#runBatchMeter.end(start, inputs.length);
      return result;
    } catch (error) {
      this.#runBatchMeter.fail(start);
      throw callError(this.#core.engine, error, 'runBatch');
    }
  }

  trainer(options: TrainOptions = {}): Trainer {
    this.#core.object('trainer');
    return new DenseTrainer(this.#core, trainerSettings(options, this.#output));
  }

  async train(data: Dataset, options: TrainOptions = {}): Promise<TrainingReport> {
    this.#core.object('train');
    const settings = trainSettings('train', options, this.#output);
    const checked = checkDataset('train', data, this.#core.widths);
    const { train } = await importTraining();
    return train(trainingParts, this.#core, checked, settings);
  }

  evaluate(data: Dataset, options: EvaluateOptions = {}): Evaluation {
    const start = this.#evaluateMeter.begin();
    try {
      this.#core.object('evaluate');
      assertKnownKeys('evaluate', options, ['loss']);
      const loss = chooseLoss('evaluate', options.loss, this.#output);
      const result = evaluate(this.#core, checkDataset('evaluate', data, this.#core.widths), loss);
      this.#evaluateMeter.end(start, data.inputs.length);
      return result;
    } catch (error) {
      this.#evaluateMeter.fail(start);
      throw callError(this.#core.engine, error, 'evaluate');
    }
  }

  exportLayers(): LayerParameters {
    return exportLayers(this.#core);
  }

  importLayers(parameters: Parameters<Network['importLayers']>[0]): void {
    importLayers(this.#core, parameters);
  }

  blend(other: Network, influence: number): void {
    if (typeof other !== 'object' || other === null || !(#core in other)) {
      throw new InvalidArgumentError('blend: other is no network: give one that createNetwork or clone made');
    }
    blend(this.#core, other.#core, influence);
  }

  clone(): Network {
    this.#core.object('clone');
    const core = new NetworkCore(this.#core.engine, { ...this.#core.plan, init: 'zeros' });
    copyParameters(this.#core, core);
    return new DenseNetwork(core);
  }

  save(format: SaveFormat = 'safetensors'): Uint8Array {
    return saveCore(this.#core, format);
  }

  dispose(): void {
    this.#core.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  get #output(): OutputActivationName {
    return this.#core.plan.activations.at(-1)!;
  }
}

/** On first use: a page that only runs networks never fetches how they are trained. */
function importTraining(): Promise<typeof import('./training.js')> {
  return import('./training.js').catch(
    importFailed('train: the script of the training', "all of the package's scripts"),
  );
}
