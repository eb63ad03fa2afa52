/** Turns training options into numbers for the module, or says what is wrong with them. */
import { type LossName, lossNames, type OptimizerName, optimizerNames } from '../core/abi.js';
import { InvalidArgumentError } from '../core/errors.js';
import {
  assertBoolean,
  assertKnownKeys,
  assertNumber,
  assertWholeNumber,
  oneOf,
  type Seed,
  seedHalves,
  show,
} from './checks.js';
import type { OptimizerConfig, OutputActivationName, TrainOptions } from './types.js';

const knownKeys = [
  'epochs',
  'batchSize',
  'seed',
  'shuffle',
  'optimizer',
  'loss',
  'l2',
  'signal',
  'onProgress',
] as const;

/** Every number that some optimizer knows; those that the chosen one does not use keep these values. */
interface OptimizerSettings {
  readonly kind: OptimizerName;
  readonly learningRate: number;
  readonly momentum: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Moments as Kingma & Ba 2015 recommend them, momentum as is common since Polyak 1964. */
const shared = { learningRate: 0.01, momentum: 0.9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** What each optimizer reads besides `kind`, and its own defaults. */
const optimizers: { readonly [Name in OptimizerName]: { keys: readonly string[]; defaults: typeof shared } } =
  {
    sgd: { keys: ['learningRate'], defaults: shared },
    momentum: { keys: ['learningRate', 'momentum'], defaults: shared },
    adam: {
      keys: ['learningRate', 'beta1', 'beta2', 'epsilon'],
      defaults: { ...shared, learningRate: 0.001 },
    },
  };

export interface TrainerSettings {
  readonly batchSize: number;
  readonly optimizer: OptimizerSettings;
  readonly loss: LossName;
  readonly l2: number;
}

export interface TrainSettings {
  readonly trainer: TrainerSettings;
  readonly epochs: number;
  readonly seed: Seed;
  readonly shuffle: boolean;
  readonly signal: TrainOptions['signal'];
  readonly onProgress: TrainOptions['onProgress'];
}

/** `what` is the operation that messages name. */
export function trainSettings(
  what: string,
  options: TrainOptions,
  output: OutputActivationName,
): TrainSettings {
  assertKnownKeys(what, options, knownKeys);
  const { epochs = 10, shuffle = true, seed = 0, batchSize = 32, l2 = 0, signal, onProgress } = options;
  assertWholeNumber(`${what}: epochs`, epochs, 0);
  assertWholeNumber(`${what}: batchSize`, batchSize, 1);
  assertBoolean(`${what}: shuffle`, shuffle);
  assertNumber(`${what}: l2`, l2, '≥ 0', (x) => x >= 0);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new InvalidArgumentError(`${what}: onProgress is ${show(onProgress)}: expected a function`);
  }
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw new InvalidArgumentError(`${what}: signal is ${show(signal)}: expected an AbortSignal`);
  }
  const trainer = {
    batchSize,
    l2,
    loss: chooseLoss(what, options.loss, output),
    optimizer: readOptimizer(`${what}: optimizer`, options.optimizer ?? { kind: 'adam' }),
  };
  return { trainer, epochs, seed: seedHalves(`${what}: seed`, seed), shuffle, signal, onProgress };
}

/** The loss that belongs to the output, unless another one is named that can be computed. */
export function chooseLoss(what: string, loss: LossName | undefined, output: OutputActivationName): LossName {
  const chosen = oneOf(`${what}: loss`, loss ?? (output === 'softmax' ? 'crossEntropy' : 'mse'), lossNames);
  if (chosen === 'crossEntropy' && output !== 'softmax') {
    throw new InvalidArgumentError(
      `${what}: loss 'crossEntropy' needs output 'softmax', this network has '${output}': use 'mse' or another output`,
    );
  }
  return chosen;
}

function readOptimizer(what: string, config: OptimizerConfig): OptimizerSettings {
  if (config === null || typeof config !== 'object') {
    throw new InvalidArgumentError(`${what} is ${show(config)}: expected an object such as { kind: 'adam' }`);
  }
  const kind = oneOf(`${what}.kind`, config.kind, optimizerNames);
  const { keys, defaults } = optimizers[kind];
  assertKnownKeys(`${what} '${kind}'`, config, ['kind', ...keys]);
  const settings = { ...defaults, ...definedOnly(config), kind };
  const below1 = (x: number) => x >= 0 && x < 1;
  assertNumber(`${what}.learningRate`, settings.learningRate, '> 0', (x) => x > 0);
  assertNumber(`${what}.momentum`, settings.momentum, 'in [0, 1)', below1);
  assertNumber(`${what}.beta1`, settings.beta1, 'in [0, 1)', below1);
  assertNumber(`${what}.beta2`, settings.beta2, 'in [0, 1)', below1);
  assertNumber(`${what}.epsilon`, settings.epsilon, '> 0', (x) => x > 0);
  return settings;
}

/** Without the keys whose value is undefined: those ask for the default. */
function definedOnly(config: OptimizerConfig): Partial<typeof shared> {
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) => key !== 'kind' && value !== undefined),
  );
}
