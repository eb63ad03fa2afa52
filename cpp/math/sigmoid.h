// 1 / (1 + e^-x) on four lanes.
//
// e^-x = s·(1 + p) with s a power of two, and s·p is exact: e^-x is never rounded by itself, only
// the two additions that make the denominator are. All of it is scaled by a power of two, so that
// e^-x may go up to 2^160 and results come out down to the smallest denormal.
#pragma once

#include "math/exp.h"

namespace neural {

// numerator / (unit + unit·e^-x), unit a power of two and numerator the caller's own times unit,
// from s·unit and p.
inline F32x4 OverOnePlusExp(F32x4 numerator, F32x4 unit, F32x4 s, F32x4 p) {
  // In this order the smaller of 1 and s is not lost where the other is 2^24 times as large.
  return Div(numerator, Add(Add(PseudoMin(unit, s), Mul(s, p)), PseudoMax(unit, s)));
}

struct Sigmoid {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    // Beyond these bounds the result is 0, or 1 to the last bit.
    const F32x4 z = PseudoMin(PseudoMax(x, Constant<-104.0f>()), Constant<30.0f>());
    const exp_detail::Reduced reduced = exp_detail::ReduceNegated(z);
    const F32x4 unit = Constant<0x1p-64f>();
    return OverOnePlusExp(unit, unit, reduced.PowerOfTwoTimes(unit),
                          exp_detail::ExpMinusOneReduced(reduced.r));
  }
};

}  // namespace neural
