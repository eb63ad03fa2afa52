// 1 / (1 + e^-x) on four lanes.
//
// e^-x = s·(1 + p) with s a power of two, and s·p is exact: e^-x is never rounded by itself, only
// the two additions that make the denominator are. All of it is scaled by 2^-64, so that e^-x may
// go up to 2^150 and results come out down to the smallest denormal.
#pragma once

#include "math/exp.h"

namespace neural {

struct Sigmoid {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    // Beyond these bounds the result is 0, or 1 to the last bit.
    const F32x4 z = PseudoMin(PseudoMax(x, Constant<-104.0f>()), Constant<30.0f>());
    const exp_detail::Reduced reduced = exp_detail::Reduce(Negate(z));
    const F32x4 s = reduced.PowerOfTwo<-64>();
    const F32x4 scaled = Mul(s, exp_detail::ExpMinusOneReduced(reduced.r));
    const F32x4 one = Constant<0x1p-64f>();
    // In this order the smaller of 1 and s is not lost where the other is 2^24 times as large.
    const F32x4 sum = Add(Add(PseudoMin(one, s), scaled), PseudoMax(one, s));
    return Div(one, sum);
  }
};

}  // namespace neural
