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
[[gnu::always_inline]] inline F32x4 OverOnePlusExp(F32x4 numerator, F32x4 unit, F32x4 s, F32x4 p) {
  // In this order the smaller of 1 and s is not lost where the other is 2^24 times as large.
  return Div(numerator, Add(Add(PseudoMin(unit, s), Mul(s, p)), PseudoMax(unit, s)));
}

struct Sigmoid : InStages<Sigmoid> {
  static constexpr double kMaxUlp = 2;
  [[gnu::always_inline]] static ExpStage Begin(F32x4 x) {
    using namespace exp_detail;
    // Beyond these bounds the result is 0, or 1 to the last bit.
    const F32x4 z = AtMost(AtLeast(x, Constant<-104.0f>()), Constant<30.0f>());
    const Reduced reduced = ReduceNegated<BiasOf(-64)>(z);
    return {reduced.PowerOfTwo(), reduced.r};
  }
  [[gnu::always_inline]] static F32x4 Middle(F32x4 r) { return exp_detail::ExpMinusOneReduced(r); }
  [[gnu::always_inline]] static F32x4 End(ExpStage s, F32x4) {
    const F32x4 unit = Constant<0x1p-64f>();
    return OverOnePlusExp(unit, unit, s.scale, s.value);
  }
};

}  // namespace neural
