// The four-lane vector type on WebAssembly's 128-bit SIMD. Must match vec4_scalar.h.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

namespace neural {

// Two distinct types over v128_t, so that a mask is never taken for a number.
struct F32x4 {
  v128_t v;
};
struct I32x4 {
  v128_t v;
};

inline F32x4 Load(const float* p) { return {wasm_v128_load(p)}; }
inline void Store(float* p, F32x4 v) { wasm_v128_store(p, v.v); }
inline F32x4 LoadSplat(const float* p) { return {wasm_v128_load32_splat(p)}; }
inline F32x4 Splat(float v) { return {wasm_f32x4_splat(v)}; }
inline F32x4 Set(float x, float y, float z, float w) { return {wasm_f32x4_make(x, y, z, w)}; }
inline I32x4 SplatInt(int32_t v) { return {wasm_i32x4_splat(v)}; }
inline I32x4 SetInt(int32_t x, int32_t y, int32_t z, int32_t w) {
  return {wasm_i32x4_make(x, y, z, w)};
}

inline F32x4 Add(F32x4 a, F32x4 b) { return {wasm_f32x4_add(a.v, b.v)}; }
inline F32x4 Sub(F32x4 a, F32x4 b) { return {wasm_f32x4_sub(a.v, b.v)}; }
inline F32x4 Mul(F32x4 a, F32x4 b) { return {wasm_f32x4_mul(a.v, b.v)}; }
inline F32x4 Div(F32x4 a, F32x4 b) { return {wasm_f32x4_div(a.v, b.v)}; }
inline F32x4 Sqrt(F32x4 a) { return {wasm_f32x4_sqrt(a.v)}; }
inline F32x4 Abs(F32x4 a) { return {wasm_f32x4_abs(a.v)}; }
inline F32x4 Negate(F32x4 a) { return {wasm_f32x4_neg(a.v)}; }
inline F32x4 Max(F32x4 a, F32x4 b) { return {wasm_f32x4_max(a.v, b.v)}; }
inline F32x4 Min(F32x4 a, F32x4 b) { return {wasm_f32x4_min(a.v, b.v)}; }
inline F32x4 PseudoMax(F32x4 a, F32x4 b) { return {wasm_f32x4_pmax(a.v, b.v)}; }
inline F32x4 PseudoMin(F32x4 a, F32x4 b) { return {wasm_f32x4_pmin(a.v, b.v)}; }
inline F32x4 Positive(F32x4 a) {
  const v128_t zero = wasm_f32x4_const_splat(0);
  return {wasm_f32x4_add(wasm_f32x4_pmax(a.v, zero), zero)};  // Adding +0 turns -0 into +0.
}
inline F32x4 AtLeast(F32x4 a, F32x4 bound) { return PseudoMax(a, bound); }
inline F32x4 AtMost(F32x4 a, F32x4 bound) { return PseudoMin(a, bound); }
#if defined(__wasm_relaxed_simd__)
inline F32x4 FusedMulAdd(F32x4 a, F32x4 b, F32x4 c) {
  return {wasm_f32x4_relaxed_madd(a.v, b.v, c.v)};
}
#endif

inline I32x4 Equal(F32x4 a, F32x4 b) { return {wasm_f32x4_eq(a.v, b.v)}; }
inline I32x4 Less(F32x4 a, F32x4 b) { return {wasm_f32x4_lt(a.v, b.v)}; }
inline I32x4 LessEqual(F32x4 a, F32x4 b) { return {wasm_f32x4_le(a.v, b.v)}; }

inline I32x4 BitCast(F32x4 a) { return {a.v}; }
inline F32x4 BitCast(I32x4 a) { return {a.v}; }
inline I32x4 And(I32x4 a, I32x4 b) { return {wasm_v128_and(a.v, b.v)}; }
inline I32x4 Or(I32x4 a, I32x4 b) { return {wasm_v128_or(a.v, b.v)}; }
inline I32x4 Xor(I32x4 a, I32x4 b) { return {wasm_v128_xor(a.v, b.v)}; }
inline I32x4 AndNot(I32x4 a, I32x4 b) { return {wasm_v128_andnot(a.v, b.v)}; }
inline I32x4 AddInt(I32x4 a, I32x4 b) { return {wasm_i32x4_add(a.v, b.v)}; }
inline I32x4 SubInt(I32x4 a, I32x4 b) { return {wasm_i32x4_sub(a.v, b.v)}; }
template <int kCount>
inline I32x4 ShiftLeft(I32x4 a) {
  return {wasm_i32x4_shl(a.v, kCount)};
}
template <int kCount>
inline I32x4 ShiftRight(I32x4 a) {
  return {wasm_i32x4_shr(a.v, kCount)};
}
template <int kCount>
inline I32x4 ShiftRightLogical(I32x4 a) {
  return {wasm_u32x4_shr(a.v, kCount)};
}
inline F32x4 ToFloat(I32x4 a) { return {wasm_f32x4_convert_i32x4(a.v)}; }
inline F32x4 Select(I32x4 mask, F32x4 a, F32x4 b) {
  return {wasm_v128_bitselect(a.v, b.v, mask.v)};
}

inline float FirstLane(F32x4 a) { return wasm_f32x4_extract_lane(a.v, 0); }
inline F32x4 SwapHalves(F32x4 a) { return {wasm_i64x2_shuffle(a.v, a.v, 1, 0)}; }
inline F32x4 SwapNeighbours(F32x4 a) { return {wasm_i32x4_shuffle(a.v, a.v, 1, 0, 3, 2)}; }

// Lane by lane in registers: a vector that is loaded from lanes just stored waits for all of them.
inline F32x4 LoadPartial(const float* p, size_t count, float fill = 0.0f) {
  const v128_t rest = wasm_f32x4_splat(fill);
  if (count == 1) return {wasm_v128_load32_lane(p, rest, 0)};
  const v128_t two = wasm_v128_load64_lane(p, rest, 0);
  if (count == 2) return {two};
  return count == 3 ? F32x4{wasm_v128_load32_lane(p + 2, two, 2)} : Load(p);
}
inline void StorePartial(float* p, F32x4 v, size_t count) {
  if (count == 1) return wasm_v128_store32_lane(p, v.v, 0);
  if (count == 4) return Store(p, v);
  wasm_v128_store64_lane(p, v.v, 0);
  if (count == 3) wasm_v128_store32_lane(p + 2, v.v, 2);
}

inline void Transpose(F32x4& a, F32x4& b, F32x4& c, F32x4& d) {
  const v128_t ab_low = wasm_i32x4_shuffle(a.v, b.v, 0, 4, 1, 5);
  const v128_t ab_high = wasm_i32x4_shuffle(a.v, b.v, 2, 6, 3, 7);
  const v128_t cd_low = wasm_i32x4_shuffle(c.v, d.v, 0, 4, 1, 5);
  const v128_t cd_high = wasm_i32x4_shuffle(c.v, d.v, 2, 6, 3, 7);
  a.v = wasm_i64x2_shuffle(ab_low, cd_low, 0, 2);
  b.v = wasm_i64x2_shuffle(ab_low, cd_low, 1, 3);
  c.v = wasm_i64x2_shuffle(ab_high, cd_high, 0, 2);
  d.v = wasm_i64x2_shuffle(ab_high, cd_high, 1, 3);
}

}  // namespace neural
