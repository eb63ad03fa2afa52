/** The table of operations: which kernel each one calls, and with which operands. */
import type { Engine } from '../core/engine.js';
import type { Pool } from '../core/memory-pool.js';
import { createActivations } from './activations.js';
import { createConnections } from './connections.js';
import { elementwiseCalls } from './elementwise.js';
import { createNeurons } from './neurons.js';
import { OperationRunner } from './operation.js';
import { createProducts } from './products.js';
import { reductionCalls } from './reductions.js';
import { rowCall, vectorCall } from './rows.js';
import type { Ops } from './types.js';

/** `recorder` counts and times the calls: the engine's own, or that of a caller with counts of its own. */
export function createOps(engine: Engine, pool: Pool, recorder = engine.recorder): Ops {
  const { abi } = engine;
  const runner = new OperationRunner(engine, pool, recorder);
  // Kernels that take fractions are called from a function of their own each: only where an engine always sees the same
  // kernel does it hand a fraction over without allocating it.
  const { numbers } = runner;
  const { unary, binary, scalar, axpy, lerp, clamp } = elementwiseCalls(runner);
  const { activate, activationGradient, shorthands, codes } = createActivations(engine, runner);
  const { ofOne, ofTwo } = reductionCalls(engine, runner);
  const { matmul, matvec, packWeights } = createProducts(engine, runner, pool, codes);
  const table = {
    ...shorthands,
    activate,
    activationGradient,
    softmax: rowCall(runner, 'softmax', abi.softmax_f32),
    logSoftmax: rowCall(runner, 'logSoftmax', abi.log_softmax_f32),
    add: binary('add', abi.add_f32),
    sub: binary('sub', abi.sub_f32),
    mul: binary('mul', abi.mul_f32),
    div: binary('div', abi.div_f32),
    min: binary('min', abi.min_f32),
    max: binary('max', abi.max_f32),
    scale: scalar('scale', 'factor', (x, _b, _c, out, n) => abi.scale_f32(x, out, n, numbers[0]!)),
    addScalar: scalar('addScalar', 'value', (x, _b, _c, out, n) =>
      abi.add_scalar_f32(x, out, n, numbers[0]!),
    ),
    axpy: axpy((x, y, _c, out, n) => abi.axpy_f32(x, y, out, n, numbers[0]!)),
    lerp: lerp((a, b, _c, out, n) => abi.lerp_f32(a, b, out, n, numbers[0]!)),
    clamp: clamp((x, _b, _c, out, n) => abi.clamp_f32(x, out, n, numbers[0]!, numbers[1]!)),
    abs: unary('abs', abi.abs_f32),
    neg: unary('neg', abi.neg_f32),
    square: unary('square', abi.square_f32),
    sqrt: unary('sqrt', abi.sqrt_f32),
    exp: unary('exp', abi.exp_f32),
    log: unary('log', abi.log_f32),
    dot: ofTwo('dot', abi.dot_f32),
    cosineSimilarity: ofTwo('cosineSimilarity', abi.cosine_similarity_f32),
    sum: ofOne('sum', abi.sum_f32),
    mean: ofOne('mean', abi.mean_f32),
    norm: ofOne('norm', abi.norm_f32),
    variance: ofOne('variance', abi.variance_f32),
    minValue: ofOne('minValue', abi.min_value_f32),
    maxValue: ofOne('maxValue', abi.max_value_f32),
    argmax: ofOne('argmax', abi.argmax_f32),
    normalize: vectorCall(runner, 'normalize', abi.normalize_f32),
    matmul,
    matvec,
    packWeights,
    ...createNeurons(engine, runner),
    optimizeConnections: createConnections(engine, runner),
  };
  // The overloads of `Ops` say what comes back for what; these functions' own types only say `Vec`.
  return table as unknown as Ops;
}
