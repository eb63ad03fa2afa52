/**
 * The typed mirror of bindings/abi.h: every plain export of the module, with its parameters.
 *
 * A test compares it with the exports of every build, by name and number of parameters; the
 * enumerations are not repeated here but read from the module (see `ModuleObjects`).
 */

/** The parameters of each plain export, in order. Addresses are byte offsets, sizes are in elements. */
export const abiParameters = {
  abi_version: [],
  result_address: [],
  self_test: [],
  pool_allocate: ['bytes', 'alignment', 'owner'],
  pool_free: ['address'],
  pool_reset: ['owner'],
  pool_optimize: [],
  pool_stats: [],
  activate_f32: ['activation', 'x', 'out', 'n', 'gain', 'alpha'],
  activation_gradient_f32: ['activation', 'x', 'out', 'n', 'gain', 'alpha'],
  add_f32: ['a', 'b', 'out', 'n'],
  sub_f32: ['a', 'b', 'out', 'n'],
  mul_f32: ['a', 'b', 'out', 'n'],
  div_f32: ['a', 'b', 'out', 'n'],
  min_f32: ['a', 'b', 'out', 'n'],
  max_f32: ['a', 'b', 'out', 'n'],
  scale_f32: ['x', 'out', 'n', 'factor'],
  add_scalar_f32: ['x', 'out', 'n', 'value'],
  axpy_f32: ['x', 'y', 'out', 'n', 'alpha'],
  lerp_f32: ['a', 'b', 'out', 'n', 't'],
  clamp_f32: ['x', 'out', 'n', 'low', 'high'],
  abs_f32: ['x', 'out', 'n'],
  neg_f32: ['x', 'out', 'n'],
  square_f32: ['x', 'out', 'n'],
  sqrt_f32: ['x', 'out', 'n'],
  exp_f32: ['x', 'out', 'n'],
  log_f32: ['x', 'out', 'n'],
  softmax_f32: ['x', 'out', 'rows', 'columns'],
  log_softmax_f32: ['x', 'out', 'rows', 'columns'],
  normalize_f32: ['x', 'out', 'n'],
  dot_f32: ['a', 'b', 'n'],
  cosine_similarity_f32: ['a', 'b', 'n'],
  sum_f32: ['x', 'n'],
  mean_f32: ['x', 'n'],
  norm_f32: ['x', 'n'],
  variance_f32: ['x', 'n'],
  min_value_f32: ['x', 'n'],
  max_value_f32: ['x', 'n'],
  argmax_f32: ['x', 'n'],
  spike_rate_f32: ['spikes', 'n', 'windowMs', 'threshold'],
  mesh_efficiency_f32: ['neurons', 'neuronCount', 'synapses', 'synapseCount'],
  // biome-ignore format: one row for each export
  optimize_connections_f32: ['rule', 'weights', 'pre', 'post', 'out', 'rows', 'columns', 'rate', 'decay', 'low', 'high', 'seedLow', 'seedHigh', 'firstIndex'],
  matmul_f32: ['a', 'b', 'bias', 'out', 'm', 'n', 'k', 'flags', 'activation', 'alpha', 'beta'],
  pack_f32: ['b', 'out', 'n', 'k', 'flags'],
  matvec_f32: ['a', 'x', 'bias', 'out', 'm', 'n', 'activation'],
  network_run_f32: ['network', 'x', 'out', 'rows'],
  network_evaluate_f32: ['network', 'x', 'targets', 'labels', 'rows', 'loss'],
  trainer_step_f32: ['trainer', 'x', 'targets', 'labels', 'rows'],
  swarm_run_f32: ['swarm', 'first', 'x', 'out', 'agents'],
  swarm_step_f32: ['swarm', 'trainer', 'x', 'targets', 'labels', 'agents', 'rows', 'losses'],
  staging_address: [],
  shuffle_u32: ['out', 'n', 'seedLow', 'seedHigh', 'stream'],
} as const;

/** The version of the ABI that this mirror describes; a module with another one is refused. */
export const abiVersion = 3;

export type AbiName = keyof typeof abiParameters;

type Numbers<T extends readonly string[]> = Extract<{ -readonly [K in keyof T]: number }, number[]>;

/** The plain exports: numbers in, a status, an address or a count out. All u32: pass results through `>>> 0`. */
export type Abi = {
  readonly [Name in AbiName]: (...args: Numbers<(typeof abiParameters)[Name]>) => number;
};

/** `enum class Status` of bindings/abi.h, by name: what the embind enumeration `Status` must hold. */
export const statusNames = [
  'ok',
  'invalidArgument',
  'outOfBounds',
  'overlap',
  'poolExhausted',
  'labelOutOfRange',
  'notFinite',
] as const;
export type StatusName = (typeof statusNames)[number];

/** Bits of the `flags` of matmul_f32. */
export const matmulFlags = { transposeA: 1, transposeB: 2, packedB: 4 } as const;

/** A packed right operand has its columns rounded up to a multiple of it. */
export const packedColumns = 8;

/** Names of the activations that the module knows; its embind enumeration `Activation` must hold the same. */
export const activationNames = [
  'linear',
  'relu',
  'relu6',
  'leakyRelu',
  'elu',
  'selu',
  'sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'silu',
  'gelu',
  'geluTanh',
  'mish',
  'hardSigmoid',
  'hardSwish',
  'symmetricSigmoid',
  'gaussian',
  'symmetricGaussian',
  'elliot',
  'symmetricElliot',
  'linearPiece',
  'symmetricLinearPiece',
  'sin',
  'cos',
  'symmetricSin',
  'symmetricCos',
  'threshold',
  'symmetricThreshold',
  'stepwiseSigmoid',
  'symmetricStepwiseSigmoid',
] as const;
/** An elementwise activation. */
export type ActivationName = (typeof activationNames)[number];

/** Names of `Output` activations that are not elementwise: legal for the last layer of a network only. */
export const rowActivationNames = ['softmax'] as const;

/** `enum class ConnectionRule` of cpp/kernels/connections.h: the number of a rule is its place. */
export const connectionRuleNames = ['bistable', 'hebbian', 'oja', 'homeostatic', 'prune', 'jitter'] as const;
/** A rule of `optimizeConnections`. */
export type ConnectionRuleName = (typeof connectionRuleNames)[number];

export const initializerNames = ['he', 'xavier', 'uniform', 'zeros'] as const;
/** How the weights of a network begin. */
export type InitializerName = (typeof initializerNames)[number];

export const optimizerNames = [
  'sgd',
  'momentum',
  'nesterov',
  'rmsprop',
  'adam',
  'adamw',
  'rprop',
  'quickprop',
] as const;
/** How a training makes it small. */
export type OptimizerName = (typeof optimizerNames)[number];

export const lossNames = ['mse', 'crossEntropy', 'binaryCrossEntropy', 'huber'] as const;
/** What a training makes small. */
export type LossName = (typeof lossNames)[number];

export const scheduleNames = ['constant', 'cosine', 'step'] as const;
/** How the learning rate goes down. */
export type ScheduleName = (typeof scheduleNames)[number];

/** The settings of a trainer as `Trainer.create` reads them: words of four bytes, in this order. */
export const trainerSettings = {
  optimizer: 'u32',
  learningRate: 'f32',
  momentum: 'f32',
  beta1: 'f32',
  beta2: 'f32',
  epsilon: 'f32',
  weightDecay: 'f32',
  growth: 'f32',
  shrink: 'f32',
  smallest: 'f32',
  largest: 'f32',
  loss: 'u32',
  l1: 'f32',
  l2: 'f32',
  dropout: 'f32',
  inputDropout: 'f32',
  clipNorm: 'f32',
  batchRows: 'u32',
  schedule: 'u32',
  updates: 'u32',
  seedLow: 'u32',
  seedHigh: 'u32',
} as const;
export type TrainerSettingName = keyof typeof trainerSettings;

/** Elements at `staging_address`. */
export const stagingElements = 16_384;

/** What `pool_stats` points to, in order: bytes, then counts. */
export const poolStatNames = [
  'limit',
  'reserved',
  'used',
  'peak',
  'available',
  'largestFree',
  'liveBlocks',
  'allocations',
  'frees',
  'failures',
] as const;
export type PoolStatsRecord = { readonly [Name in (typeof poolStatNames)[number]]: number };

/** An embind object: `delete` gives its memory back to the pool. */
export interface ModuleObject {
  delete(): void;
}
export interface NetworkObject extends ModuleObject {
  /** The handle that the network_… exports take. */
  address(): number;
  parameterCount(): number;
  memoryBytes(): number;
  /** Addresses of layer `layer`: weights are inputs × outputs, row-major; biases are outputs long. */
  weightsAddress(layer: number): number;
  biasesAddress(layer: number): number;
}
export interface TrainerObject extends ModuleObject {
  address(): number;
  memoryBytes(): number;
  /** Forgets what was remembered for a member. */
  reset(member: number): void;
}
export interface SwarmObject extends ModuleObject {
  /** The handle that the swarm_… exports take. */
  address(): number;
  memoryBytes(): number;
  /** Draws the weights of the network in `slot`. */
  initialize(slot: number, initializer: number, seedLow: number, seedHigh: number): void;
  /** A network over the weights in `slot`, which it does not own; null when the pool has no room for its plan. */
  network(slot: number): NetworkObject | null;
  /** Address of `capacity` u32: the slots in the order of their rows. */
  orderAddress(): number;
  /** Address of a network: what a trainer of the swarm is made for, with `capacity` members. */
  planAddress(): number;
}

/** Values of an enumeration by name, made from embind's own object. */
type EnumObject<Name extends string> = { readonly [N in Name]: { readonly value: number } };

/** What embind registers: classes with a life, and enumerations. */
export interface ModuleObjects {
  readonly Status: EnumObject<StatusName>;
  readonly Activation: EnumObject<ActivationName | 'softmax'>;
  readonly Initializer: EnumObject<InitializerName>;
  readonly Optimizer: EnumObject<OptimizerName>;
  readonly Loss: EnumObject<LossName>;
  readonly Schedule: EnumObject<ScheduleName>;
  readonly Network: {
    /**
     * `sizes`: address of `count` u32, the widths of the layers, inputs first; `activations`: address of
     * `count - 1` u32. Null when the pool has no room. Seed: 64 bits in two halves.
     */
    create(
      sizes: number,
      activations: number,
      count: number,
      initializer: number,
      seedLow: number,
      seedHigh: number,
    ): NetworkObject | null;
    /** Bytes that `create` would need, or 0 when that is no network (a zero size, an overflow). */
    requiredBytes(sizes: number, count: number): number;
  };
  readonly Swarm: {
    /** As for a network, with room for `capacity` of them; all weights are 0. */
    create(sizes: number, activations: number, count: number, capacity: number): SwarmObject | null;
    requiredBytes(sizes: number, count: number, capacity: number): number;
  };
  readonly Trainer: {
    /**
     * For the network at an address, with what `members` networks of its plan need to be remembered; `settings`:
     * address of the words of `trainerSettings`. Null when the pool has no room. The network must outlive the
     * trainer. A step of more than `batchRows` rows is done in pieces of this size.
     */
    create(network: number, settings: number, members: number): TrainerObject | null;
    requiredBytes(network: number, settings: number, members: number): number;
  };
}
