// x times a sigmoid, on four lanes: x·sigmoid(x) and, with a polynomial in the sigmoid, gelu's tanh
// form.
//
// With e = e^-|v|, which is at most 1, the sigmoid of v is e/(1+e) for negative v and 1/(1+e)
// otherwise. e is kept as e·2^64 until the end, so that products down to the smallest denormal come
// out.
#pragma once

#include "math/exp.h"

namespace neural {

struct Silu {
  static constexpr double kMaxUlp = 4;
  static F32x4 Apply(F32x4 x) {
    const F32x4 z = PseudoMax(Negate(Abs(x)), Splat(-110.0f));
    return FromExponential(x, z, ScaledExp(z));
  }

  // With z = -|x|, held where the result is 0, and e^z·2^64 (of the sigmoid's own argument).
  static F32x4 FromExponential(F32x4 x, F32x4 z, F32x4 scaled_exp) {
    const I32x4 negative = Less(x, Zero());
    const F32x4 scaled = ScaledSigmoid(negative, scaled_exp);
    return Select(negative, Unscale(Mul(z, scaled)), Mul(x, Unscale(scaled)));
  }

 private:
  // The sigmoid times 2^64, from e^-|x| times 2^64.
  static F32x4 ScaledSigmoid(I32x4 negative, F32x4 scaled_exp) {
    const F32x4 one = Constant<1.0f>();
    const F32x4 e = Unscale(scaled_exp);
    const F32x4 d = Add(one, e);
    // What the rounding of 1 + e lost (Fast2Sum; Dekker, 1971).
    const F32x4 lost = Sub(e, Sub(d, one));
    const F32x4 q = Div(Select(negative, scaled_exp, Constant<0x1p64f>()), d);
    return Sub(q, Mul(q, lost));
  }
};

// x·sigmoid(v) with v = √(8/π)·(x + 0.044715·x³).
struct GeluTanh {
  static constexpr double kMaxUlp = 4;
  static constexpr float kLinear = 0x1.988454p+0f;
  static constexpr float kCubic = 0x1.2444f2p-4f;
  static F32x4 Apply(F32x4 x) {
    const F32x4 a = PseudoMin(Abs(x), Splat(11.0f));
    const TwoPart v = Argument(a);
    const ScaledExpParts e = ScaledExpInParts(Negate(v.high), Negate(v.low));
    return Silu::FromExponential(x, Negate(a), MulAdd(e.scale, e.p, e.scale));
  }

 private:
  static constexpr float kLinearHigh = 0x1.988p+0f, kLinearLow = 0x1.14cf5p-14f;
  static constexpr float kCubicHigh = 0x1.244p-4f, kCubicLow = 0x1.3ca936p-18f;

  // v = a·w, w = linear + cubic·a², in two parts: |v| goes up to 104, where the rounding of v alone
  // would cost as many ULP. The upper parts have twelve bits each, so that their product is exact.
  static TwoPart Argument(F32x4 a) {
    const TwoPart square = SquareInTwoParts(a);
    const F32x4 whole = Add(square.high, square.low);
    const F32x4 w = UpperHalf(MulAdd(whole, Splat(kCubic), Splat(kLinear)));
    const F32x4 square_upper = UpperHalf(square.high);
    const F32x4 square_rest = Sub(square.high, square_upper);
    F32x4 rest = Add(Sub(Splat(kLinearHigh), w), Mul(Splat(kCubicHigh), square_upper));
    rest = Add(rest, Mul(Splat(kCubicHigh), square_rest));
    rest = Add(rest, MulAdd(Splat(kCubicLow), whole, Splat(kLinearLow)));
    rest = Add(rest, Mul(Splat(kCubicHigh), square.low));
    const F32x4 a_upper = UpperHalf(a);
    const F32x4 low = Add(Mul(a, rest), Mul(Sub(a, a_upper), w));
    return {Mul(a_upper, w), low};
  }
};

}  // namespace neural
