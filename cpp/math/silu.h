// x times a sigmoid, on four lanes: x·sigmoid(x) and, with a polynomial in the sigmoid, gelu's tanh
// form, as the quotient x / (1 + e^-v). Where it would be denormal both of its sides are scaled by
// 2^-64; elsewhere they are not, or a small x would lose its bits.
#pragma once

#include "math/sigmoid.h"

namespace neural {

// 2^-64 below `bound`, else 1.
template <float kBound>
inline F32x4 UnitBelow(F32x4 x) {
  return Select(Less(x, Constant<kBound>()), Constant<0x1p-64f>(), Constant<1.0f>());
}

// x / (1 + e^-v) = x·unit / (unit + unit·e^-v); z is x, held above where the quotient is 0.
[[gnu::always_inline]] inline F32x4 ScaledQuotient(F32x4 z, F32x4 unit, ExpStage s) {
  const F32x4 scale = BitCast(AddInt(BitCast(s.scale), BitCast(unit)));
  return OverOnePlusExp(Mul(z, unit), unit, scale, s.value);
}

struct Silu : InStages<Silu> {
  static constexpr double kMaxUlp = 4;
  [[gnu::always_inline]] static ExpStage Begin(F32x4 x) {
    using namespace exp_detail;
    // From here on the sigmoid is 1 to the last bit.
    const F32x4 bounded = AtMost(Bounded(x), Constant<30.0f>());
    const Reduced reduced = ReduceNegated<kNoBias>(bounded);
    return {reduced.PowerOfTwo(), reduced.r};
  }
  [[gnu::always_inline]] static F32x4 Middle(F32x4 r) { return exp_detail::ExpMinusOneReduced(r); }
  [[gnu::always_inline]] static F32x4 End(ExpStage s, F32x4 x) {
    return ScaledQuotient(Bounded(x), UnitBelow<-64.0f>(x), s);
  }

 private:
  // Below, the result is 0.
  static F32x4 Bounded(F32x4 x) { return AtLeast(x, Constant<-110.0f>()); }
};

// x·sigmoid(v) with v = √(8/π)·(x + 0.044715·x³).
struct GeluTanh : InStages<GeluTanh> {
  static constexpr double kMaxUlp = 4;
  static constexpr float kLinear = 0x1.988454p+0f;
  static constexpr float kCubic = 0x1.2444f2p-4f;
  [[gnu::always_inline]] static ExpStage Begin(F32x4 x) {
    using namespace exp_detail;
    // The bounds are as in Silu.
    const TwoPart v = Argument(AtMost(Bounded(x), Constant<6.0f>()));
    const Reduced reduced = ReduceNegated<kNoBias>(v.high);
    return {reduced.PowerOfTwo(), Sub(reduced.r, v.low)};
  }
  [[gnu::always_inline]] static F32x4 Middle(F32x4 r) { return exp_detail::ExpMinusOneReduced(r); }
  [[gnu::always_inline]] static F32x4 End(ExpStage s, F32x4 x) {
    return ScaledQuotient(Bounded(x), UnitBelow<-8.0f>(x), s);
  }

 private:
  static F32x4 Bounded(F32x4 x) { return AtLeast(x, Constant<-11.0f>()); }

  static constexpr float kLinearHigh = 0x1.988p+0f, kLinearLow = 0x1.14cf5p-14f;
  static constexpr float kCubicHigh = 0x1.244p-4f, kCubicLow = 0x1.3ca936p-18f;

  // v = a·w, w = linear + cubic·a², in two parts: |v| goes up to 104, where the rounding of v alone
  // would cost as many ULP. The upper parts have twelve bits each, so that their product is exact.
  static TwoPart Argument(F32x4 a) {
    const TwoPart square = SquareInTwoParts(a);
    const F32x4 whole = Add(square.high, square.low);
    const F32x4 w = UpperHalf(MulAdd(whole, Constant<kCubic>(), Constant<kLinear>()));
    const F32x4 square_upper = UpperHalf(square.high);
    const F32x4 square_rest = Sub(square.high, square_upper);
    F32x4 rest = Add(Sub(Constant<kLinearHigh>(), w), Mul(Constant<kCubicHigh>(), square_upper));
    rest = Add(rest, Mul(Constant<kCubicHigh>(), square_rest));
    rest = Add(rest, MulAdd(Constant<kCubicLow>(), whole, Constant<kLinearLow>()));
    rest = Add(rest, Mul(Constant<kCubicHigh>(), square.low));
    const F32x4 a_upper = UpperHalf(a);
    const F32x4 low = Add(Mul(a, rest), Mul(Sub(a, a_upper), w));
    return {Mul(a_upper, w), low};
  }
};

}  // namespace neural
