/** `@sasi/wasm-performance/compat/SIMDAccelerationLayer`: what an application imports in place of SASI's file of that name. */
export type * from '../performance/simd-acceleration-layer.js';
export {
  SIMDAccelerationLayer,
  SIMDAccelerationLayer as default,
} from '../performance/simd-acceleration-layer.js';
