/** What SASI hands to its neural module, checked and in the terms of this package. Everything throws `INVALID_ARGUMENT`. */
import type { ActivationName } from '../core/abi.js';
import { show } from '../core/arguments.js';
import { InvalidArgumentError, messageOf, ShapeMismatchError } from '../core/errors.js';
import type { Dataset, NetworkConfig, OptimizerConfig, TrainOptions } from '../networks/types.js';
import type { SasiNetworkConfig, SasiTrainingRow } from './sasi-neural-module.js';

const activations: {
  readonly [Name in NonNullable<SasiNetworkConfig['activationFunction']>]: ActivationName;
} = {
  relu: 'relu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  leaky_relu: 'leakyRelu',
  gelu: 'gelu',
};
const denseTypes: readonly string[] = ['mlp', 'dense', 'feedforward'];
const defaultArchitecture = [10, 5, 1];

/** A configuration with the defaults filled in. */
export interface AgentPlan {
  readonly type: string;
  readonly network: NetworkConfig;
  readonly training: TrainOptions;
}

export function isDenseType(type: string): boolean {
  return denseTypes.includes(type);
}

/** `nextSeed`: where the configuration has none. Ranges of numbers are checked where the numbers are used. */
export function planAgent(config: SasiNetworkConfig, nextSeed: number): AgentPlan {
  const what = 'createNeuralNetwork';
  // An array is most often the architecture alone.
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new InvalidArgumentError(
      `${what}: the configuration is ${show(config)}; give an object such as { architecture: [10, 5, 1] }`,
    );
  }
  const type = config.type ?? 'mlp';
  if (typeof type !== 'string') {
    throw new InvalidArgumentError(`${what}: type is ${show(type)}; give a name such as 'mlp'`);
  }
  const architecture = config.architecture ?? defaultArchitecture;
  if (!Array.isArray(architecture) && !isTypedArray(architecture)) {
    throw new InvalidArgumentError(
      `${what}: architecture is ${show(architecture)}; give an array of widths, inputs first`,
    );
  }
  const name = config.activationFunction ?? 'relu';
  if (typeof name !== 'string' || !Object.hasOwn(activations, name)) {
    throw new InvalidArgumentError(
      `${what}: activationFunction is ${show(name)}; use one of ${Object.keys(activations).join(', ')}`,
    );
  }
  const regularization = config.regularization ?? {};
  if (typeof regularization !== 'object' || Array.isArray(regularization)) {
    throw new InvalidArgumentError(
      `${what}: regularization is ${show(regularization)}; give an object with l1, l2, dropout`,
    );
  }
  const layers = Array.from<number>(architecture);
  const seed = config.seed ?? nextSeed;
  const training = trainOptions(config, regularization, seed);
  return { type, network: { layers, activation: activations[name], seed }, training };
}

function trainOptions(
  { learningRate, momentum, batchSize }: SasiNetworkConfig,
  { l1, l2, dropout }: NonNullable<SasiNetworkConfig['regularization']>,
  seed: number,
): TrainOptions {
  const rate = isGiven(learningRate) ? { learningRate } : {};
  const optimizer: OptimizerConfig = isGiven(momentum)
    ? { kind: 'momentum', momentum, ...rate }
    : { kind: 'adam', ...rate };
  return {
    optimizer,
    loss: 'mse',
    seed,
    ...(isGiven(batchSize) ? { batchSize } : {}),
    l1: l1 ?? 0,
    l2: l2 ?? 0,
    dropout: dropout ?? 0,
  };
}

function isGiven<Value>(value: Value | undefined): value is NonNullable<Value> {
  return value !== undefined && value !== null;
}

/** `width` numbers. `name` is what they are to the network, `where` the row that they are of. */
function assertRow(
  what: string,
  where: string,
  name: string,
  values: ArrayLike<number>,
  width: number,
): ArrayLike<number> {
  if (typeof values !== 'object' || values === null || !Number.isInteger(values.length)) {
    throw new InvalidArgumentError(
      `${what}: ${name} of ${where} are ${show(values)}; give an array of numbers`,
    );
  }
  if (values.length !== width) {
    throw new ShapeMismatchError(
      `${what}: ${where} has ${values.length} ${name}, the network has ${width}; give as many`,
    );
  }
  for (let i = 0; i < width; i++) {
    if (typeof values[i] === 'number') continue;
    throw new InvalidArgumentError(
      `${what}: ${name} of ${where} have ${show(values[i])} at ${i}; give an array of numbers`,
    );
  }
  return values;
}

/** A copy. NaN and infinities are numbers. */
export function inputsOf(what: string, values: ArrayLike<number>, width: number): Float32Array {
  return Float32Array.from(assertRow(what, 'the row', 'inputs', values, width));
}

/** All rows, one after the other. */
export function datasetOf(data: readonly SasiTrainingRow[], layers: readonly number[]): Dataset {
  if (!Array.isArray(data) || data.length === 0) {
    const given = Array.isArray(data) ? 'empty' : show(data);
    throw new InvalidArgumentError(
      `trainNetwork: data is ${given}; give at least one row of { inputs, outputs }`,
    );
  }
  const rows = data as readonly SasiTrainingRow[];
  const columns = (name: 'inputs' | 'outputs', width: number): Float32Array => {
    // All are checked before memory is taken for any; a hole is a row that is none.
    const checked = Array.from(rows, (row, index) =>
      assertRow('trainNetwork', `row ${index}`, name, row?.[name], width),
    );
    const into = new Float32Array(checked.length * width);
    for (const [index, values] of checked.entries()) into.set(values, index * width);
    return into;
  };
  return {
    inputs: columns('inputs', layers[0]!),
    targets: columns('outputs', layers.at(-1)!),
    rows: rows.length,
  };
}

/** The bytes themselves, not a copy. */
export function bytesOf(value: ArrayBuffer | Uint8Array): Uint8Array {
  // By the tag: a buffer may come from another realm.
  const isBuffer = Object.prototype.toString.call(value) === '[object ArrayBuffer]';
  if (!isBuffer && !ArrayBuffer.isView(value)) {
    throw new InvalidArgumentError(
      `deserializeWeights: weights are ${show(value)}; give what serializeWeights resolves with`,
    );
  }
  try {
    if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  } catch (cause) {
    // One that was handed to a worker is detached.
    throw new InvalidArgumentError(
      `deserializeWeights: weights are a buffer that cannot be read (${messageOf(cause)}); give a copy`,
      { cause },
    );
  }
}

function isTypedArray(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) !== '[object DataView]';
}
