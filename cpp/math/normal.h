// The lower tail of the normal distribution on four lanes, the better part of gelu.
//
// Φ(-a) = e^(-a²/2)·t·H(t) with t = 1/(1 + a/4), where H is the minimax polynomial of degree 9 on
// the range of a. a² is taken in two parts: the rounding of a² alone would cost a hundred ULP where
// the exponent is large.
#pragma once

#include "math/exp.h"

namespace neural {

// Φ(-a)·2^64 = t·h·e for 0 <= a <= 14.6, and a·t, which is 4·(1 - t), in two parts: the upper has
// twelve bits, the lower all that are left.
struct NormalTailParts {
  TwoPart at;
  F32x4 t, h;
  ScaledExpParts e;
};
inline NormalTailParts ScaledNormalTail(F32x4 a) {
  const F32x4 one = Constant<1.0f>(), quarter = Constant<0.25f>(), half = Constant<0.5f>();
  const TwoPart square = SquareInTwoParts(a);
  const F32x4 minus_half = Constant<-0.5f>();
  const ScaledExpParts e =
      ScaledExpInParts(Mul(square.high, minus_half), Mul(square.low, minus_half));
  // From a = at·(1 + a/4), all but the last product exact: what the quotient leaves is at's rest
  // times 1 + a/4.
  const F32x4 at_high = UpperHalf(Div(a, MulAdd(a, quarter, one)));
  const F32x4 part = Mul(at_high, quarter);
  const F32x4 a_high = UpperHalf(a);
  const F32x4 left = Sub(Sub(Sub(a, at_high), Mul(part, a_high)), Mul(part, Sub(a, a_high)));
  const F32x4 at_low = Mul(left, Sub(one, part));
  const F32x4 low_part = Mul(at_low, quarter);
  const F32x4 v = Sub(Sub(half, part), low_part);
  F32x4 h = MulAdd(Constant<0x1.0307cep-6f>(), v, Constant<0x1.95fd6ap-7f>());
  h = MulAdd(h, v, Constant<-0x1.9b3f5ep-5f>());
  h = MulAdd(h, v, Constant<-0x1.cdc602p-5f>());
  h = MulAdd(h, v, Constant<0x1.ed474ep-5f>());
  h = MulAdd(h, v, Constant<0x1.eed97p-3f>());
  h = MulAdd(h, v, Constant<0x1.7dffcep-2f>());
  h = MulAdd(h, v, Constant<0x1.8c6d8ep-2f>());
  h = MulAdd(h, v, Constant<0x1.373e3ap-2f>());
  h = MulAdd(h, v, Constant<0x1.82b4bcp-3f>());
  return {{at_high, at_low}, Add(v, half), h, e};
}

// x·Φ(x), the exact form of gelu (Hendrycks and Gimpel, 2016): max(x, 0) - |x|·Φ(-|x|).
struct Gelu {
  static constexpr double kMaxUlp = 4;
  static F32x4 Apply(F32x4 x) {
    // Beyond, the second term is 0 to the last bit.
    const NormalTailParts n = ScaledNormalTail(AtMost(Abs(x), Constant<14.6f>()));
    // The product of the upper halves is exact: all roundings but the last are of smaller terms.
    const F32x4 h_high = UpperHalf(n.h);
    const F32x4 product = Mul(n.at.high, h_high);
    const F32x4 rest = MulAdd(n.at.high, Sub(n.h, h_high), Mul(n.at.low, n.h));
    const F32x4 sum = Add(product, MulAdd(product, n.e.p, MulAdd(rest, n.e.p, rest)));
    return Sub(PseudoMax(x, Zero()), Unscale(Mul(sum, n.e.scale)));
  }
};

}  // namespace neural
