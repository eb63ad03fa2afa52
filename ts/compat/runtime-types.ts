/** A runtime and the types that it names: a manager hands its runtime out. */
export type {
  ActivationName,
  ConnectionRuleName,
  InitializerName,
  LossName,
  OptimizerName,
  ScheduleName,
} from '../core/abi.js';
export type { ErrorCode } from '../core/errors.js';
export type { Block, Float32Block, MemoryPool, PoolStats } from '../core/memory-pool.js';
export type { VariantName } from '../core/variants.js';
export type { HealthIssue, HealthIssueCode, HealthReport } from '../metrics/health.js';
export type {
  LoadTime,
  MemoryStats,
  OperationMetrics,
  Rates,
  RuntimeMetrics,
} from '../metrics/runtime-metrics.js';
export type * from '../networks/types.js';
export type { PackedWeights } from '../ops/packed-weights.js';
export type * from '../ops/types.js';
export type { Vec } from '../ops/vec.js';
export type { Candidate, NeuralRuntime } from '../runtime/runtime.js';
