// sin and cos on four lanes, accurate for |x| <= 8192; beyond, the result is within [-1, 1] and the
// same in every build, but has no accuracy. ±Inf and NaN give NaN.
//
// x = m·step + r, where step is π/2 (m any integer) or, for the squares, π/4 (m odd). The step is
// taken off in five parts of eleven bits (the last: 24), whose products with m are exact (Cody and
// Waite, 1980); what the roundings of the differences lose is added back.
#pragma once

#include "simd/vec4.h"

namespace neural {

namespace trig_detail {

// r + rest = x - m·(a + b + c + d + e), |m| < 2^13.
struct Angle {
  F32x4 r, rest;
};
inline Angle TakeOff(F32x4 x, F32x4 m, float factor) {
  const auto part = [=](float value) { return Mul(m, Splat(value * factor)); };
  const F32x4 r2 = Sub(Sub(x, part(0x1.92p+0f)), part(0x1.fb4p-12f));
  const F32x4 c = part(0x1.444p-24f);
  const F32x4 r3 = Sub(r2, c);
  // TwoSum (Knuth): either operand may be the larger.
  const F32x4 back = Add(r3, c);
  const F32x4 lost3 = Sub(Sub(r2, back), Sub(c, Sub(back, r3)));
  const F32x4 d = part(0x1.68cp-39f);
  const F32x4 r4 = Sub(r3, d);
  const F32x4 lost4 = Sub(Sub(r3, r4), d);
  const F32x4 small = Sub(Add(lost3, lost4), part(0x1.1a6264p-54f));
  const F32x4 r = Add(r4, small);
  return {r, Add(Sub(r4, r), small)};
}

// sin and cos of an angle with |r| <= π/4 and a little more.
inline F32x4 SinReduced(Angle angle) {
  const F32x4 r = angle.r;
  const F32x4 z = Mul(r, r);
  F32x4 s = MulAdd(Splat(0x1.6dbe08p-19f), z, Splat(-0x1.a013a8p-13f));
  s = MulAdd(s, z, Splat(0x1.11110ep-7f));
  s = MulAdd(s, z, Splat(-0x1.555556p-3f));
  return Add(r, MulAdd(Mul(s, z), r, angle.rest));
}
inline F32x4 CosReduced(Angle angle) {
  const F32x4 r = angle.r;
  const F32x4 z = Mul(r, r);
  F32x4 c = MulAdd(Splat(-0x1.25244ep-22f), z, Splat(0x1.a015c4p-16f));
  c = MulAdd(c, z, Splat(-0x1.6c16c0p-10f));
  c = MulAdd(c, z, Splat(0x1.555556p-5f));
  // 1 - z/2 with what its rounding lost.
  const F32x4 half = Mul(z, Splat(0.5f));
  const F32x4 one = Splat(1.0f);
  const F32x4 w = Sub(one, half);
  const F32x4 lost = Sub(Sub(one, w), half);
  return Add(w, MulAdd(Mul(c, z), z, Sub(lost, Mul(r, angle.rest))));
}

// The result for x, held in [-1, 1]. Where x is so large that its remainder overflows a polynomial,
// the result is 0, and NaN for ±Inf.
inline F32x4 Limit(F32x4 y, F32x4 x) {
  y = AtLeast(AtMost(y, Splat(1.0f)), Splat(-1.0f));
  return Select(Less(Abs(x), Splat(0x1p60f)), y, Mul(x, Zero()));
}

// sin(x + quarter·π/2).
inline F32x4 SinOfQuarter(F32x4 x, int32_t quarter) {
  const F32x4 magic = Splat(0x1.8p+23f);
  const F32x4 shifted = MulAdd(x, Splat(0x1.45f306p-1f), magic);
  const I32x4 m = AddInt(BitCast(shifted), SplatInt(quarter));
  const Angle r = TakeOff(x, Sub(shifted, magic), 1.0f);
  const I32x4 odd = SubInt(SplatInt(0), And(m, SplatInt(1)));
  const F32x4 y = Select(odd, CosReduced(r), SinReduced(r));
  const I32x4 sign = ShiftLeft<30>(And(m, SplatInt(2)));
  return Limit(BitCast(Xor(BitCast(y), sign)), x);
}

// sin²(x/2 + π/4) or cos²(x/2), relative to their zeros as accurate as sin and cos.
enum class Half { kSin, kCos };
inline F32x4 SquareOfHalf(F32x4 x, Half half) {
  const F32x4 magic = Splat(0x1.8p+23f);
  const F32x4 h = Mul(x, Splat(0.5f));
  // For the sine, x/2 is an odd multiple 2m - 1 of π/4, and r.
  const F32x4 shift = Splat(half == Half::kSin ? 0.5f : 0.0f);
  const F32x4 shifted = Add(MulAdd(h, Splat(0x1.45f306p-1f), shift), magic);
  const F32x4 m = Sub(shifted, magic);
  const Angle r =
      half == Half::kSin ? TakeOff(h, Sub(Add(m, m), Splat(1.0f)), 0.5f) : TakeOff(h, m, 1.0f);
  const I32x4 odd = SubInt(SplatInt(0), And(BitCast(shifted), SplatInt(1)));
  const F32x4 s = SinReduced(r), c = CosReduced(r);
  const F32x4 root = Limit(half == Half::kSin ? Select(odd, c, s) : Select(odd, s, c), x);
  return Mul(root, root);
}

}  // namespace trig_detail

struct Sin {
  static constexpr double kMaxUlp = 2;
  static constexpr float kLargest = 8192;
  static F32x4 Apply(F32x4 x) { return trig_detail::SinOfQuarter(x, 0); }
};

struct Cos {
  static constexpr double kMaxUlp = 2;
  static constexpr float kLargest = 8192;
  static F32x4 Apply(F32x4 x) { return trig_detail::SinOfQuarter(x, 1); }
};

}  // namespace neural
