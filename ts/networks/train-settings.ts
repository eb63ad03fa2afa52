/** Turns training options into numbers for the module, or says what is wrong with them. */
import { type LossName, lossNames, type ScheduleName, scheduleNames } from '../core/abi.js';
import { InvalidArgumentError } from '../core/errors.js';
import {
  assertBoolean,
  assertKnownKeys,
  assertNumber,
  assertWholeNumber,
  belowOne,
  betweenZeroAndOne,
  notNegative,
  oneOf,
  positive,
  type Seed,
  seedHalves,
  show,
} from './checks.js';
import { type OptimizerSettings, readOptimizer } from './optimizers.js';
import type { OutputActivationName, TrainOptions } from './types.js';

/** What keeps a network from learning by heart: numbers that are 0 where they are left out. */
const restraints = { l1: notNegative, l2: notNegative, dropout: belowOne, inputDropout: belowOne } as const;
type Restraints = { -readonly [Name in keyof typeof restraints]: number };
const restraintNames = Object.keys(restraints) as (keyof Restraints)[];

const knownKeys: readonly (keyof TrainOptions)[] = [
  ...restraintNames,
  'epochs',
  'batchSize',
  'seed',
  'shuffle',
  'optimizer',
  'loss',
  'clipNorm',
  'schedule',
  'updates',
  'validation',
  'patience',
  'signal',
  'onProgress',
];

/** What an update needs to know. */
export interface TrainerSettings extends Readonly<Restraints> {
  readonly batchSize: number;
  readonly optimizer: OptimizerSettings;
  readonly loss: LossName;
  /** 0: none. */
  readonly clipNorm: number;
  readonly schedule: ScheduleName;
  /** Of the schedule; 0 where nobody has said it. */
  readonly updates: number;
  readonly seed: Seed;
}

export interface TrainSettings {
  readonly trainer: TrainerSettings;
  readonly epochs: number;
  readonly shuffle: boolean;
  readonly validation: TrainOptions['validation'];
  readonly patience: TrainOptions['patience'];
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
  const { epochs = 10, shuffle = true, validation, patience, signal, onProgress } = options;
  assertWholeNumber(`${what}: epochs`, epochs, 0);
  assertBoolean(`${what}: shuffle`, shuffle);
  if (typeof validation === 'number') {
    assertNumber(`${what}: validation`, validation, ...betweenZeroAndOne);
  }
  if (patience !== undefined) {
    assertWholeNumber(`${what}: patience`, patience, 1);
    if (validation === undefined) {
      throw new InvalidArgumentError(`${what}: patience needs rows to watch: give validation, too`);
    }
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new InvalidArgumentError(`${what}: onProgress is ${show(onProgress)}: expected a function`);
  }
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw new InvalidArgumentError(`${what}: signal is ${show(signal)}: expected an AbortSignal`);
  }
  const trainer = readTrainer(what, options, output);
  return { trainer, epochs, shuffle, validation, patience, signal, onProgress };
}

/** The settings of a trainer of one's own: nobody but the caller knows how many updates there will be. */
export function trainerSettings(options: TrainOptions, output: OutputActivationName): TrainerSettings {
  const { trainer } = trainSettings('trainer', options, output);
  if (trainer.schedule !== 'constant' && trainer.updates === 0) {
    throw new InvalidArgumentError(
      `trainer: schedule '${trainer.schedule}' needs updates, the number of steps that it runs over`,
    );
  }
  return trainer;
}

function readTrainer(what: string, options: TrainOptions, output: OutputActivationName): TrainerSettings {
  const { batchSize = 32, clipNorm, updates, seed = 0 } = options;
  assertWholeNumber(`${what}: batchSize`, batchSize, 1);
  const given = {} as Restraints;
  for (const name of restraintNames) {
    given[name] = options[name] ?? 0;
    assertNumber(`${what}: ${name}`, given[name], ...restraints[name]);
  }
  if (clipNorm !== undefined) assertNumber(`${what}: clipNorm`, clipNorm, ...positive);
  if (updates !== undefined) assertWholeNumber(`${what}: updates`, updates, 1);
  const optimizer = readOptimizer(`${what}: optimizer`, options.optimizer ?? { kind: 'adam' });
  const schedule = oneOf(`${what}: schedule`, options.schedule ?? 'constant', scheduleNames);
  if (optimizer.kind === 'rprop' && schedule !== 'constant') {
    throw new InvalidArgumentError(`${what}: optimizer 'rprop' takes no schedule: leave out '${schedule}'`);
  }
  return {
    batchSize,
    ...given,
    clipNorm: clipNorm ?? 0,
    schedule,
    updates: updates ?? 0,
    seed: seedHalves(`${what}: seed`, seed),
    loss: chooseLoss(what, options.loss, output),
    optimizer,
  };
}

/** The output that each loss is computed as one with, if any. */
const neededOutputs: { readonly [Name in LossName]?: OutputActivationName } = {
  crossEntropy: 'softmax',
  binaryCrossEntropy: 'sigmoid',
};

/** The loss that belongs to the output, unless another one is named that can be computed. */
export function chooseLoss(what: string, loss: LossName | undefined, output: OutputActivationName): LossName {
  const chosen = oneOf(`${what}: loss`, loss ?? (output === 'softmax' ? 'crossEntropy' : 'mse'), lossNames);
  const needed = neededOutputs[chosen];
  if (needed !== undefined && output !== needed) {
    throw new InvalidArgumentError(
      `${what}: loss '${chosen}' needs output '${needed}', this network has '${output}': use 'mse' or another output`,
    );
  }
  return chosen;
}
