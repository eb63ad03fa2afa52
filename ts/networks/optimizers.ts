/** The optimizers: which numbers each one reads, their defaults, and what they may be. */
import { type OptimizerName, optimizerNames } from '../core/abi.js';
import { InvalidArgumentError } from '../core/errors.js';
import {
  assertKnownKeys,
  assertNumber,
  belowOne,
  betweenZeroAndOne,
  notNegative,
  oneOf,
  positive,
  type Rule,
  show,
} from './checks.js';
import type { OptimizerConfig } from './types.js';

/** Every number that some optimizer knows; the chosen one does not look at those of others. */
const shared = {
  learningRate: 0.01,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  growth: 1.2,
  shrink: 0.5,
  smallest: 1e-6,
  largest: 50,
};
type NumberName = keyof typeof shared;

export interface OptimizerSettings extends Readonly<typeof shared> {
  readonly kind: OptimizerName;
}

const rules: { readonly [Name in NumberName]: Rule } = {
  learningRate: positive,
  momentum: belowOne,
  beta1: belowOne,
  beta2: belowOne,
  epsilon: positive,
  weightDecay: notNegative,
  growth: ['> 1', (x) => x > 1],
  shrink: betweenZeroAndOne,
  smallest: positive,
  largest: positive,
};

/** What each optimizer reads besides `learningRate`, and its own defaults, as their papers recommend them. */
const optimizers: {
  readonly [Name in OptimizerName]: readonly [keys: readonly NumberName[], defaults?: Partial<typeof shared>];
} = {
  sgd: [[]],
  momentum: [['momentum']],
  nesterov: [['momentum']],
  rmsprop: [['beta2', 'epsilon'], { learningRate: 0.001, beta2: 0.9 }],
  adam: [['beta1', 'beta2', 'epsilon'], { learningRate: 0.001 }],
  adamw: [['beta1', 'beta2', 'epsilon', 'weightDecay'], { learningRate: 0.001 }],
  rprop: [['growth', 'shrink', 'smallest', 'largest'], { learningRate: 0.0125 }],
  quickprop: [['growth'], { growth: 1.75 }],
};

export function readOptimizer(what: string, config: OptimizerConfig): OptimizerSettings {
  if (config === null || typeof config !== 'object') {
    throw new InvalidArgumentError(`${what} is ${show(config)}: expected an object such as { kind: 'adam' }`);
  }
  const kind = oneOf(`${what}.kind`, config.kind, optimizerNames);
  const [own, defaults] = optimizers[kind];
  const keys: readonly NumberName[] = ['learningRate', ...own];
  assertKnownKeys(`${what} '${kind}'`, config, ['kind', ...keys]);
  const settings = { ...shared, ...defaults, kind };
  for (const key of keys) {
    const value = (config as Partial<typeof shared>)[key] ?? settings[key];
    assertNumber(`${what}.${key}`, value, ...rules[key]);
    settings[key] = value;
  }
  const { smallest, largest } = settings;
  if (smallest > largest) {
    throw new InvalidArgumentError(`${what}: smallest is ${smallest}, above largest, which is ${largest}`);
  }
  return settings;
}
