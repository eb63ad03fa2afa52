/**
 * What the builds contain. A test decodes the wasm files and finds every instruction that is listed here, and no
 * vector instruction in the builds without them.
 */
import type { VariantName } from '../core/variants.js';

export interface BuildContents {
  /** WebAssembly features beyond the first version of the standard. */
  readonly features: readonly string[];
  /** Vector instructions that the kernels are made of; not every one that a compiler put in. */
  readonly instructions: readonly string[];
}

const scalar: BuildContents = { features: [], instructions: [] };
const simd: BuildContents = {
  features: ['simd128'],
  instructions: [
    'v128.load',
    'v128.store',
    'v128.bitselect',
    'f32x4.splat',
    'f32x4.add',
    'f32x4.sub',
    'f32x4.mul',
    'f32x4.div',
    'f32x4.sqrt',
    'f32x4.abs',
    'f32x4.neg',
  ],
};

const contents: { readonly [Name in VariantName]: BuildContents } = {
  simd,
  scalar,
  js: scalar,
  relaxed: {
    features: [...simd.features, 'relaxed-simd'],
    instructions: [...simd.instructions, 'f32x4.relaxed_madd'],
  },
};

/** Of no build: nothing. */
export function contentsOf(build: VariantName | null | undefined): BuildContents {
  return build === null || build === undefined ? scalar : contents[build];
}

/** Whether the kernels of a build are made of vector instructions. */
export function isVectorBuild(build: VariantName | null | undefined): boolean {
  return contentsOf(build).instructions.length > 0;
}
