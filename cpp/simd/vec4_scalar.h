// The four-lane vector type in plain C++: the definition of what every operation means.
//
// Arithmetic is IEEE 754 binary32, rounded to nearest even, denormals kept, never contracted.
// A comparison yields a mask: an integer lane of all ones or all zeros, never a float, because
// an engine may quiet or re-sign a NaN that passes through a float register.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

struct F32x4 {
  float x, y, z, w;
};
struct I32x4 {
  int32_t x, y, z, w;
};

namespace lane {

template <class To, class From>
inline To Bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}
inline int32_t Mask(bool condition) { return condition ? -1 : 0; }

// Takes the compiler's knowledge of where a mask comes from: it would make a branch of what is done
// with it. Where the data decide, a processor that guesses a branch wrong loses more time than all
// the arithmetic takes.
inline int32_t WithoutBranch(int32_t mask) {
  __asm__("" : "+r"(mask));
  return mask;
}
// mask ? a : b.
inline float Select(int32_t mask, float a, float b) {
#if defined(NEURAL_TO_JAVASCRIPT)
  return mask ? a : b;  // There a float's bits go by way of memory, which takes longer.
#else
  mask = WithoutBranch(mask);
  return Bits<float>((Bits<int32_t>(a) & mask) | (Bits<int32_t>(b) & ~mask));
#endif
}

// The larger operand; NaN if either is NaN; +0 is larger than -0 (as Math.max).
inline float Max(float a, float b) {
#if defined(__wasm__)
  return __builtin_wasm_max_f32(a, b);  // One instruction with exactly this meaning.
#else
  if (a != a || b != b) return a + b;
  if (a == b) return Bits<float>(Bits<uint32_t>(a) & Bits<uint32_t>(b));
  return a > b ? a : b;
#endif
}
inline float Min(float a, float b) {
#if defined(__wasm__)
  return __builtin_wasm_min_f32(a, b);
#else
  if (a != a || b != b) return a + b;
  if (a == b) return Bits<float>(Bits<uint32_t>(a) | Bits<uint32_t>(b));
  return a < b ? a : b;
#endif
}
inline float PseudoMax(float a, float b) { return Select(Mask(a < b), b, a); }
inline float PseudoMin(float a, float b) { return Select(Mask(b < a), b, a); }
inline float Positive(float a) {
#if defined(NEURAL_TO_JAVASCRIPT)
  return PseudoMax(a, 0.0f) + 0.0f;
#else
  // Of the numbers below +0 -Inf has the largest bits; NaN with a sign is above it.
  const uint32_t bits = Bits<uint32_t>(a);
  return Bits<float>(bits & WithoutBranch(Mask((bits ^ 0x80000000u) > 0x7f800000u)));
#endif
}
inline float AtLeast(float a, float bound) { return a < bound ? bound : a; }
inline float AtMost(float a, float bound) { return bound < a ? bound : a; }
inline float Abs(float a) { return Bits<float>(Bits<uint32_t>(a) & 0x7fffffffu); }
inline float Negate(float a) { return Bits<float>(Bits<uint32_t>(a) ^ 0x80000000u); }
inline int32_t AddInt(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
inline int32_t SubInt(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
}
template <int kCount>
inline int32_t ShiftLeft(int32_t a) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) << kCount);
}
template <int kCount>
inline int32_t ShiftRight(int32_t a) {  // Arithmetic: the sign bit is copied in.
  return a >> kCount;
}
template <int kCount>
inline int32_t ShiftRightLogical(int32_t a) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) >> kCount);
}

}  // namespace lane

inline F32x4 Load(const float* p) { return {p[0], p[1], p[2], p[3]}; }
inline void Store(float* p, F32x4 v) { p[0] = v.x, p[1] = v.y, p[2] = v.z, p[3] = v.w; }
inline F32x4 LoadSplat(const float* p) { return {*p, *p, *p, *p}; }
inline F32x4 Splat(float v) { return {v, v, v, v}; }
inline F32x4 Set(float x, float y, float z, float w) { return {x, y, z, w}; }
inline I32x4 SplatInt(int32_t v) { return {v, v, v, v}; }
inline I32x4 SetInt(int32_t x, int32_t y, int32_t z, int32_t w) { return {x, y, z, w}; }

inline F32x4 Add(F32x4 a, F32x4 b) { return {a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w}; }
inline F32x4 Sub(F32x4 a, F32x4 b) { return {a.x - b.x, a.y - b.y, a.z - b.z, a.w - b.w}; }
inline F32x4 Mul(F32x4 a, F32x4 b) { return {a.x * b.x, a.y * b.y, a.z * b.z, a.w * b.w}; }
inline F32x4 Div(F32x4 a, F32x4 b) { return {a.x / b.x, a.y / b.y, a.z / b.z, a.w / b.w}; }
inline F32x4 Sqrt(F32x4 a) {
  return {__builtin_sqrtf(a.x), __builtin_sqrtf(a.y), __builtin_sqrtf(a.z), __builtin_sqrtf(a.w)};
}
inline F32x4 Abs(F32x4 a) {
  return {lane::Abs(a.x), lane::Abs(a.y), lane::Abs(a.z), lane::Abs(a.w)};
}
inline F32x4 Negate(F32x4 a) {
  return {lane::Negate(a.x), lane::Negate(a.y), lane::Negate(a.z), lane::Negate(a.w)};
}

// NaN in either operand gives NaN; +0 is larger than -0.
inline F32x4 Max(F32x4 a, F32x4 b) {
  return {lane::Max(a.x, b.x), lane::Max(a.y, b.y), lane::Max(a.z, b.z), lane::Max(a.w, b.w)};
}
inline F32x4 Min(F32x4 a, F32x4 b) {
  return {lane::Min(a.x, b.x), lane::Min(a.y, b.y), lane::Min(a.z, b.z), lane::Min(a.w, b.w)};
}
// a < b ? b : a, and b < a ? b : a: one instruction on x86, and `a` where either is NaN.
inline F32x4 PseudoMax(F32x4 a, F32x4 b) {
  using lane::PseudoMax;
  return {PseudoMax(a.x, b.x), PseudoMax(a.y, b.y), PseudoMax(a.z, b.z), PseudoMax(a.w, b.w)};
}
inline F32x4 PseudoMin(F32x4 a, F32x4 b) {
  using lane::PseudoMin;
  return {PseudoMin(a.x, b.x), PseudoMin(a.y, b.y), PseudoMin(a.z, b.z), PseudoMin(a.w, b.w)};
}
// The elements above 0, and +0 for those that are not; NaN stays.
inline F32x4 Positive(F32x4 a) {
  using lane::Positive;
  return {Positive(a.x), Positive(a.y), Positive(a.z), Positive(a.w)};
}
// PseudoMax and PseudoMin for a bound that few elements are beyond: in this build a branch, which
// takes less time where it always goes the same way.
inline F32x4 AtLeast(F32x4 a, F32x4 bound) {
  using lane::AtLeast;
  return {AtLeast(a.x, bound.x), AtLeast(a.y, bound.y), AtLeast(a.z, bound.z),
          AtLeast(a.w, bound.w)};
}
inline F32x4 AtMost(F32x4 a, F32x4 bound) {
  using lane::AtMost;
  return {AtMost(a.x, bound.x), AtMost(a.y, bound.y), AtMost(a.z, bound.z), AtMost(a.w, bound.w)};
}

// Ordered comparisons: false where either operand is NaN.
inline I32x4 Equal(F32x4 a, F32x4 b) {
  return {lane::Mask(a.x == b.x), lane::Mask(a.y == b.y), lane::Mask(a.z == b.z),
          lane::Mask(a.w == b.w)};
}
inline I32x4 Less(F32x4 a, F32x4 b) {
  return {lane::Mask(a.x < b.x), lane::Mask(a.y < b.y), lane::Mask(a.z < b.z),
          lane::Mask(a.w < b.w)};
}
inline I32x4 LessEqual(F32x4 a, F32x4 b) {
  return {lane::Mask(a.x <= b.x), lane::Mask(a.y <= b.y), lane::Mask(a.z <= b.z),
          lane::Mask(a.w <= b.w)};
}

inline I32x4 BitCast(F32x4 a) {
  using lane::Bits;
  return {Bits<int32_t>(a.x), Bits<int32_t>(a.y), Bits<int32_t>(a.z), Bits<int32_t>(a.w)};
}
inline F32x4 BitCast(I32x4 a) {
  using lane::Bits;
  return {Bits<float>(a.x), Bits<float>(a.y), Bits<float>(a.z), Bits<float>(a.w)};
}
inline I32x4 And(I32x4 a, I32x4 b) { return {a.x & b.x, a.y & b.y, a.z & b.z, a.w & b.w}; }
inline I32x4 Or(I32x4 a, I32x4 b) { return {a.x | b.x, a.y | b.y, a.z | b.z, a.w | b.w}; }
inline I32x4 Xor(I32x4 a, I32x4 b) { return {a.x ^ b.x, a.y ^ b.y, a.z ^ b.z, a.w ^ b.w}; }
inline I32x4 AndNot(I32x4 a, I32x4 b) { return {a.x & ~b.x, a.y & ~b.y, a.z & ~b.z, a.w & ~b.w}; }
inline I32x4 AddInt(I32x4 a, I32x4 b) {
  using lane::AddInt;
  return {AddInt(a.x, b.x), AddInt(a.y, b.y), AddInt(a.z, b.z), AddInt(a.w, b.w)};
}
inline I32x4 SubInt(I32x4 a, I32x4 b) {
  using lane::SubInt;
  return {SubInt(a.x, b.x), SubInt(a.y, b.y), SubInt(a.z, b.z), SubInt(a.w, b.w)};
}
template <int kCount>
inline I32x4 ShiftLeft(I32x4 a) {
  return {lane::ShiftLeft<kCount>(a.x), lane::ShiftLeft<kCount>(a.y), lane::ShiftLeft<kCount>(a.z),
          lane::ShiftLeft<kCount>(a.w)};
}
template <int kCount>
inline I32x4 ShiftRight(I32x4 a) {
  return {lane::ShiftRight<kCount>(a.x), lane::ShiftRight<kCount>(a.y),
          lane::ShiftRight<kCount>(a.z), lane::ShiftRight<kCount>(a.w)};
}
template <int kCount>
inline I32x4 ShiftRightLogical(I32x4 a) {  // Zeros come in.
  using lane::ShiftRightLogical;
  return {ShiftRightLogical<kCount>(a.x), ShiftRightLogical<kCount>(a.y),
          ShiftRightLogical<kCount>(a.z), ShiftRightLogical<kCount>(a.w)};
}
// Exact where |a| <= 2^24, else rounded to nearest even.
inline F32x4 ToFloat(I32x4 a) {
  return {static_cast<float>(a.x), static_cast<float>(a.y), static_cast<float>(a.z),
          static_cast<float>(a.w)};
}

// mask ? a : b, where each lane of the mask is all ones or all zeros.
inline F32x4 Select(I32x4 mask, F32x4 a, F32x4 b) {
  using lane::Select;
  return {Select(mask.x, a.x, b.x), Select(mask.y, a.y, b.y), Select(mask.z, a.z, b.z),
          Select(mask.w, a.w, b.w)};
}

inline float FirstLane(F32x4 a) { return a.x; }
inline F32x4 SwapHalves(F32x4 a) { return {a.z, a.w, a.x, a.y}; }
inline F32x4 SwapNeighbours(F32x4 a) { return {a.y, a.x, a.w, a.z}; }

// Lanes [0, count) from memory, `fill` above: the tail of an array goes through the same vector
// code as its body, so that an element's bits do not depend on its position. count is 1 to 4.
inline F32x4 LoadPartial(const float* p, size_t count, float fill = 0.0f) {
  return {p[0], count > 1 ? p[1] : fill, count > 2 ? p[2] : fill, count > 3 ? p[3] : fill};
}
inline void StorePartial(float* p, F32x4 v, size_t count) {
  p[0] = v.x;
  if (count > 1) p[1] = v.y;
  if (count > 2) p[2] = v.z;
  if (count > 3) p[3] = v.w;
}

// The rows of a 4×4 matrix become its columns.
inline void Transpose(F32x4& a, F32x4& b, F32x4& c, F32x4& d) {
  const F32x4 t0 = {a.x, b.x, c.x, d.x}, t1 = {a.y, b.y, c.y, d.y};
  const F32x4 t2 = {a.z, b.z, c.z, d.z}, t3 = {a.w, b.w, c.w, d.w};
  a = t0, b = t1, c = t2, d = t3;
}

}  // namespace neural
