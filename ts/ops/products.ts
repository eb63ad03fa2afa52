/** Products of matrices and vectors, with what is added to them and done with the sum. */

import { matmulFlags } from '../core/abi.js';
import { assertSize } from '../core/arguments.js';
import type { Engine } from '../core/engine.js';
import { ShapeMismatchError } from '../core/errors.js';
import type { Pool } from '../core/memory-pool.js';
import { type ActivationCodes, refuseName } from './activations.js';
import type { Operation, OperationRunner } from './operation.js';
import { PackedMatrix, type PackedWeights, packedLength } from './packed-weights.js';
import { packedShape, productShape, vectorProductShape } from './shapes.js';
import type { MatmulShape, MatvecShape, PackingShape } from './types.js';
import { addressOf, assertLength, isLive, type Vec } from './vec.js';

export function createProducts(engine: Engine, runner: OperationRunner, pool: Pool, codes: ActivationCodes) {
  const { matmul_f32, matvec_f32, pack_f32 } = engine.abi;
  const { numbers } = runner;
  const linear = codes.get('linear')!;
  const product = runner.define('matmul', {
    kernel: (a, b, bias, out, _length, m, n, k, flags, code) =>
      matmul_f32(a, b, bias, out, m, n, k, flags, code, numbers[0]!, numbers[1]!),
    operands: ['a', 'b', 'bias'],
    resultLength: productShape,
    access: 'apart',
  });
  const packing = runner.define('packWeights', {
    kernel: (b, _b, _c, out, _length, _m, n, k, flags) => pack_f32(b, out, n, k, flags),
    operands: ['b'],
    resultLength: packedShape,
    access: 'apart',
  });
  const vectorProduct = runner.define('matvec', {
    kernel: (a, x, bias, out, _length, m, n, _k, _flags, code) => matvec_f32(a, x, bias, out, m, n, code),
    operands: ['a', 'x', 'bias'],
    resultLength: vectorProductShape,
    access: 'apart',
  });

  const codeOf = (it: Operation, name: string): number => codes.get(name) ?? refuseName(runner, it, name);

  /** Whether the kernel may be called right away, without the detour by `runner.run`. */
  const isInPlace = (a: Vec, b: Vec, bias: Vec | undefined, out: Vec | undefined): out is Vec =>
    isLive(engine, a) &&
    isLive(engine, b) &&
    isLive(engine, out) &&
    (bias === undefined || isLive(engine, bias)) &&
    out !== a &&
    out !== b &&
    out !== bias;

  /** The flags of a packed right operand, once it is known to fit. */
  function packedFlags(b: PackedMatrix, n: number, k: number, transposeB: boolean | undefined): number {
    if (transposeB) runner.refuse(product, 'b is packed; give transposeB to packWeights instead');
    if (b.n !== n || b.k !== k) {
      const problem = `b is packed as ${b.k}x${b.n}, the shape says ${k}x${n}; pack it for this shape`;
      runner.refuse(product, problem, ShapeMismatchError);
    }
    return matmulFlags.packedB;
  }

  function matmul(a: Vec, b: Vec | PackedWeights, shape: MatmulShape & { readonly out?: Vec }): Vec {
    runner.assertObject(product, 'the shape is', shape, '{ m, n, k }');
    const { m, n, k, transposeA, transposeB, alpha = 1, beta = 0, bias, activation, out } = shape;
    const code = activation === undefined ? linear : codeOf(product, activation);
    if (beta !== 0 && out === undefined) {
      runner.refuse(product, `beta is ${beta}, but there is no out for it to scale; give one`);
    }
    if (typeof alpha !== 'number') runner.refuseNumber(product, 'alpha', alpha);
    if (typeof beta !== 'number') runner.refuseNumber(product, 'beta', beta);
    const isPacked = b instanceof PackedMatrix;
    const right = isPacked ? b.block : (b as Vec);
    const flags =
      (transposeA ? matmulFlags.transposeA : 0) |
      (isPacked ? packedFlags(b, n, k, transposeB) : transposeB ? matmulFlags.transposeB : 0);
    if (isInPlace(a, right, bias, out)) {
      const start = product.meter.begin();
      try {
        const length = productShape(product, a, right, bias, m, n, k, flags);
        assertLength('matmul', 'out', out.length, length);
        const c = bias === undefined ? 0 : addressOf(bias);
        // biome-ignore format: one call
        const status = matmul_f32(addressOf(a), addressOf(right), c, addressOf(out), m, n, k, flags, code, alpha, beta);
        if (status !== 0) engine.check(status, 'matmul');
        product.meter.end(start, length);
        return out;
      } catch (error) {
        runner.fail(product, start, error);
      }
    }
    numbers[0] = alpha;
    numbers[1] = beta;
    return runner.run(product, a, right, bias, out, m, n, k, flags, code);
  }

  function packWeights(b: Vec, shape: PackingShape): PackedWeights {
    runner.assertObject(packing, 'the shape is', shape, '{ n, k }');
    const { n, k, transposeB } = shape;
    assertSize('packWeights', 'n', n);
    assertSize('packWeights', 'k', k);
    const block = pool.uninitialized(packedLength(n, k));
    numbers[1] = 0;
    try {
      runner.run(packing, b, undefined, undefined, block, 0, n, k, transposeB ? matmulFlags.transposeB : 0);
    } catch (error) {
      block.dispose();
      throw error;
    }
    return new PackedMatrix(block, n, k);
  }

  function matvec(a: Vec, x: Vec, shape: MatvecShape & { readonly out?: Vec }): Vec {
    runner.assertObject(vectorProduct, 'the shape is', shape, '{ m, n }');
    const { m, n, bias, activation, out } = shape;
    const code = activation === undefined ? linear : codeOf(vectorProduct, activation);
    if (isInPlace(a, x, bias, out)) {
      const start = vectorProduct.meter.begin();
      try {
        const length = vectorProductShape(vectorProduct, a, x, bias, m, n);
        assertLength('matvec', 'out', out.length, length);
        const c = bias === undefined ? 0 : addressOf(bias);
        const status = matvec_f32(addressOf(a), addressOf(x), c, addressOf(out), m, n, code);
        if (status !== 0) engine.check(status, 'matvec');
        vectorProduct.meter.end(start, length);
        return out;
      } catch (error) {
        runner.fail(vectorProduct, start, error);
      }
    }
    numbers[1] = 0;
    return runner.run(vectorProduct, a, x, bias, out, m, n, 0, 0, code);
  }

  return { matmul, matvec, packWeights };
}
