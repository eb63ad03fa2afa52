// The natural logarithm on four lanes.
//
// x = 2^n·m with m in [√½, √2), then ln x = n·ln 2 + ln m, and with f = m - 1
// ln m = f - f²/2 + f³·R(f), where R is the minimax polynomial of degree 8.
#pragma once

#include "math/constants.h"
#include "simd/vec4.h"

namespace neural {

// ln ±0 = -Inf, ln of a negative number and of NaN is NaN, ln +Inf = +Inf; denormals are exact.
struct Log {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    using namespace constants;
    const I32x4 tiny = Less(x, Constant<0x1p-126f>());
    const F32x4 normal = Select(tiny, Mul(x, Constant<0x1p23f>()), x);
    // Subtracting the bits of √½ puts the split between exponents at √2.
    const I32x4 offset = SubInt(BitCast(normal), ConstantInt<0x3f3504f3>());
    const F32x4 n =
        Sub(ToFloat(ShiftRight<23>(offset)), BitCast(And(tiny, BitCast(Constant<23.0f>()))));
    const I32x4 mantissa =
        AddInt(And(offset, ConstantInt<0x007fffff>()), ConstantInt<0x3f3504f3>());
    const F32x4 f = Sub(BitCast(mantissa), Constant<1.0f>());

    F32x4 p = MulAdd(Constant<0x1.1d8ea6p-4f>(), f, Constant<-0x1.d635bcp-4f>());
    p = MulAdd(p, f, Constant<0x1.dea282p-4f>());
    p = MulAdd(p, f, Constant<-0x1.fcf4c6p-4f>());
    p = MulAdd(p, f, Constant<0x1.23d21ap-3f>());
    p = MulAdd(p, f, Constant<-0x1.555b4ap-3f>());
    p = MulAdd(p, f, Constant<0x1.999d5ap-3f>());
    p = MulAdd(p, f, Constant<-0x1.fffffcp-3f>());
    p = MulAdd(p, f, Constant<0x1.555554p-2f>());
    const F32x4 square = Mul(f, f);
    F32x4 y = Mul(Mul(p, f), square);
    y = MulAdd(n, Constant<kLn2Low>(), y);
    y = Sub(y, Mul(square, Constant<0.5f>()));
    const F32x4 finite = Add(Add(f, y), Mul(n, Constant<kLn2High>()));

    // The special cases: +Inf and NaN stay, 0 gives -Inf, a negative number NaN.
    const float infinity = __builtin_inff();
    const F32x4 kept = Select(Less(x, Splat(infinity)), finite, x);
    const F32x4 with_zero = Select(Equal(x, Zero()), Splat(-infinity), kept);
    return Select(Less(x, Zero()), Splat(__builtin_nanf("")), with_zero);
  }
};

}  // namespace neural
