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
    using namespace constants;
    const F32x4 z = PseudoMax(Negate(Abs(x)), Splat(-104.0f));
    const F32x4 shifted = MulAdd(z, Splat(kLog2E), Splat(kRoundingMagic));
    const F32x4 n = Sub(shifted, Splat(kRoundingMagic));
    const F32x4 r = MulAdd(n, Splat(-kLn2Low), MulAdd(n, Splat(-kLn2High), z));
    const I32x4 bias = SplatInt((127 + 64) << 23);
    const F32x4 scale = BitCast(AddInt(ShiftLeft<23>(BitCast(shifted)), bias));
    const F32x4 one = Splat(1.0f);
    const F32x4 scaled = Mul(Add(one, exp_detail::ExpMinusOneReduced(r)), scale);
    const F32x4 e = Mul(scaled, Splat(0x1p-64f));
    const F32x4 d = Add(one, e);
    // What the rounding of 1 + e lost (Fast2Sum; Dekker, 1971); without it the bound is 2.3 ULP.
    const F32x4 lost = Sub(e, Sub(d, one));
    const F32x4 q = Div(Select(Less(x, Zero()), scaled, Splat(0x1p64f)), d);
    return Mul(Sub(q, Mul(q, lost)), Splat(0x1p-64f));
  }
};

}  // namespace neural
