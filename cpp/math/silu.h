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

struct Silu {
  static constexpr double kMaxUlp = 4;
  static F32x4 Apply(F32x4 x) {
    // Beyond these bounds the result is 0, or the sigmoid 1 to the last bit.
    const F32x4 z = PseudoMax(x, Constant<-110.0f>());
    const exp_detail::Reduced reduced = exp_detail::ReduceNegated(PseudoMin(z, Constant<30.0f>()));
    const F32x4 unit = UnitBelow<-64.0f>(x);
    return OverOnePlusExp(Mul(z, unit), unit, reduced.PowerOfTwoTimes(unit),
                          exp_detail::ExpMinusOneReduced(reduced.r));
  }
};

// x·sigmoid(v) with v = √(8/π)·(x + 0.044715·x³).
struct GeluTanh {
  static constexpr double kMaxUlp = 4;
  static constexpr float kLinear = 0x1.988454p+0f;
  static constexpr float kCubic = 0x1.2444f2p-4f;
  static F32x4 Apply(F32x4 x) {
    // As in Silu.
    const F32x4 z = PseudoMax(x, Constant<-11.0f>());
    const TwoPart v = Argument(PseudoMin(z, Constant<6.0f>()));
    const exp_detail::Reduced reduced = exp_detail::ReduceNegated(v.high);
    const F32x4 unit = UnitBelow<-8.0f>(x);
    return OverOnePlusExp(Mul(z, unit), unit, reduced.PowerOfTwoTimes(unit),
                          exp_detail::ExpMinusOneReduced(Sub(reduced.r, v.low)));
  }

 private:
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
