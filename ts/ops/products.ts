/** Products of matrices and vectors, with what is added to them and done with the sum. */
import { matmulFlags } from '../core/abi.js';
import type { Engine } from '../core/engine.js';
import { ShapeMismatchError } from '../core/errors.js';
import type { Pool } from '../core/memory-pool.js';
import { type ActivationCodes, refuseName } from './activations.js';
import type { OperationRunner } from './operation.js';
import { PackedMatrix, type PackedWeights, packedLength } from './packed-weights.js';
import { assertSize, packedShape, productShape, vectorProductShape } from './shapes.js';
import type { MatmulShape, MatvecShape, PackingShape } from './types.js';
import type { Vec } from './vec.js';

export function createProducts(engine: Engine, runner: OperationRunner, pool: Pool, codes: ActivationCodes) {
  const { matmul_f32, matvec_f32, pack_f32 } = engine.abi;
  const { numbers } = runner;
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

  function matmul(a: Vec, b: Vec | PackedWeights, shape: MatmulShape & { readonly out?: Vec }): Vec {
    if (typeof shape !== 'object' || shape === null) {
      runner.refuse(product, `the shape is ${String(shape)}; give { m, n, k }`);
    }
    const { m, n, k, transposeA, transposeB, alpha = 1, beta = 0, bias, activation = 'linear', out } = shape;
    const code = codes.get(activation) ?? refuseName(runner, product, activation);
    if (beta !== 0 && out === undefined) {
      runner.refuse(
        product,
        `beta is ${beta}, but there is no out for it to scale; give out, or leave beta out`,
      );
    }
    if (typeof alpha !== 'number') runner.refuseNumber(product, 'alpha', alpha);
    if (typeof beta !== 'number') runner.refuseNumber(product, 'beta', beta);
    numbers[0] = alpha;
    numbers[1] = beta;
    const flags = transposeA ? matmulFlags.transposeA : 0;
    if (!(b instanceof PackedMatrix)) {
      const flagsOfBoth = flags | (transposeB ? matmulFlags.transposeB : 0);
      return runner.run(product, a, b as Vec, bias, out, m, n, k, flagsOfBoth, code);
    }
    if (transposeB) runner.refuse(product, 'b is packed; give transposeB to packWeights instead');
    if (b.n !== n || b.k !== k) {
      const problem = `b is packed as ${b.k}x${b.n}, the shape says ${k}x${n}; pack it for this shape`;
      runner.refuse(product, problem, ShapeMismatchError);
    }
    return runner.run(product, a, b.block, bias, out, m, n, k, flags | matmulFlags.packedB, code);
  }

  function packWeights(b: Vec, shape: PackingShape): PackedWeights {
    if (typeof shape !== 'object' || shape === null) {
      runner.refuse(packing, `the shape is ${String(shape)}; give { n, k }`);
    }
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
    if (typeof shape !== 'object' || shape === null) {
      runner.refuse(vectorProduct, `the shape is ${String(shape)}; give { m, n }`);
    }
    const { m, n, bias, activation = 'linear', out } = shape;
    const code = codes.get(activation) ?? refuseName(runner, vectorProduct, activation);
    numbers[1] = 0;
    return runner.run(vectorProduct, a, x, bias, out, m, n, 0, 0, code);
  }

  return { matmul, matvec, packWeights };
}
