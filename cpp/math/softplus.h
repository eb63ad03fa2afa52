// ln(1 + e^x) on four lanes: max(x, 0) + ln(1 + e^-|x|).
#pragma once

#include "math/exp.h"
#include "math/log.h"

namespace neural {

struct Softplus {
  static constexpr double kMaxUlp = 3;
  static F32x4 Apply(F32x4 x) {
    const F32x4 e = ExpNotAboveZero(Negate(Abs(x)));
    const F32x4 u = Add(Splat(1.0f), e);
    // ln(1 + e) = ln u + (what the rounding of u lost)/u: e itself where u is 1.
    const F32x4 lost = Sub(e, Sub(u, Splat(1.0f)));
    const F32x4 rest = Add(Log::Apply(u), Div(lost, u));
    return Add(PseudoMax(x, Zero()), rest);
  }
};

}  // namespace neural
