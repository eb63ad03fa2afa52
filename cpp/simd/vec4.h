// The four-lane vector type that every kernel is written against.
//
// This header picks the implementation; the meaning of each operation is defined in
// vec4_scalar.h, and every other implementation must match it bit for bit (the sign and the
// payload of NaN aside). Only files in this folder may ask which instruction set is there.
#pragma once

#if defined(__wasm_simd128__)
#include "simd/vec4_wasm.h"
#else
#include "simd/vec4_scalar.h"
#endif

namespace neural {

inline constexpr size_t kLanes = 4;

inline F32x4 Zero() { return Splat(0.0f); }

// A constant of a long formula. As an immediate V8 13.6 makes it anew, from two general registers,
// at each use in a loop, which took up to half of the time; from memory it is one load. The
// compiler must not know what it reads, or it would make it an immediate again.
template <class Lane, Lane kValue>
inline const float* StoredLanes() {
  alignas(16) static constexpr Lane kLanesOfValue[] = {kValue, kValue, kValue, kValue};
  const void* stored = kLanesOfValue;
  __asm__("" : "+r"(stored));
  return static_cast<const float*>(stored);
}
template <float kValue>
inline F32x4 Constant() {
#if defined(__wasm_simd128__)
  return Load(StoredLanes<float, kValue>());
#else
  return Splat(kValue);
#endif
}
template <int32_t kValue>
inline I32x4 ConstantInt() {
#if defined(__wasm_simd128__)
  return BitCast(Load(StoredLanes<int32_t, kValue>()));
#else
  return SplatInt(kValue);
#endif
}

#if defined(__wasm_relaxed_simd__)
inline constexpr bool kMulAddMayFuse = true;
#else
inline constexpr bool kMulAddMayFuse = false;
#endif

// a·b + c. Two roundings in every build but `relaxed`, which leaves out that of the product where
// the machine can.
inline F32x4 MulAdd(F32x4 a, F32x4 b, F32x4 c) {
#if defined(__wasm_relaxed_simd__)
  return FusedMulAdd(a, b, c);
#else
  return Add(Mul(a, b), c);
#endif
}

// Has `value` computed before anything that comes after is loaded. In a loop whose values fill the
// registers the compiler must not move loads up and arithmetic down: then more is live at a time
// than there are registers.
inline void ComputeHere(F32x4& value) {
#if defined(__wasm_simd128__)
  __asm__ volatile("" ::: "memory");
#endif
  static_cast<void>(value);
}

// The sign bit of `sign` on the magnitude of `value`.
inline F32x4 CopySign(F32x4 value, F32x4 sign) {
  const I32x4 mask = SplatInt(static_cast<int32_t>(0x80000000u));
  return BitCast(Or(AndNot(BitCast(value), mask), And(BitCast(sign), mask)));
}

// Horizontal reductions in one fixed order: (0 ∘ 2) ∘ (1 ∘ 3).
inline float ReduceAdd(F32x4 v) {
  const F32x4 pairs = Add(v, SwapHalves(v));
  return FirstLane(Add(pairs, SwapNeighbours(pairs)));
}

inline float ReduceMax(F32x4 v) {
  const F32x4 pairs = Max(v, SwapHalves(v));
  return FirstLane(Max(pairs, SwapNeighbours(pairs)));
}

}  // namespace neural
