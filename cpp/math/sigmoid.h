// 1 / (1 + e^-x) on four lanes.
//
// With e = e^-|x|, which is at most 1, the result is e/(1+e) for negative x and 1/(1+e) otherwise.
// e is kept as e·2^64 until the end, so that results down to the smallest denormal come out.
#pragma once

#include "math/exp.h"

namespace neural {

struct Sigmoid {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    const F32x4 z = PseudoMax(Negate(Abs(x)), Splat(-104.0f));
    return Unscale(Scaled(Less(x, Zero()), ScaledExp(z)));
  }

  // The sigmoid times 2^64, from e^-|x| times 2^64.
  static F32x4 Scaled(I32x4 negative, F32x4 scaled_exp) {
    const F32x4 one = Splat(1.0f);
    const F32x4 e = Unscale(scaled_exp);
    const F32x4 d = Add(one, e);
    // What the rounding of 1 + e lost (Fast2Sum; Dekker, 1971); without it the bound is 2.3 ULP.
    const F32x4 lost = Sub(e, Sub(d, one));
    const F32x4 q = Div(Select(negative, scaled_exp, Splat(0x1p64f)), d);
    return Sub(q, Mul(q, lost));
  }
};

}  // namespace neural
