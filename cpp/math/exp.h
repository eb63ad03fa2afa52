// e^x and e^x - 1 on four lanes.
//
// x = n·ln 2 + r with |r| <= ln(2)/2, then e^x = 2^n·(1 + r + r²·P(r)), where P is the minimax
// polynomial of degree 4 of (e^r - 1 - r)/r². Every function here states its largest error over
// all finite floats as kMaxUlp; the tests read it from there.
#pragma once

#include "math/constants.h"
#include "simd/vec4.h"

namespace neural {

namespace exp_detail {

// r + r²·P(r) = e^r - 1 for |r| <= ln(2)/2, relative error below 2^-26 before rounding.
inline F32x4 ExpMinusOneReduced(F32x4 r) {
  F32x4 p = MulAdd(Splat(0x1.6d11fep-10f), r, Splat(0x1.120c62p-7f));
  p = MulAdd(p, r, Splat(0x1.555518p-5f));
  p = MulAdd(p, r, Splat(0x1.5554dcp-3f));
  p = MulAdd(p, r, Splat(0.5f));
  return MulAdd(p, Mul(r, r), r);
}

// 2^n as a float for -126 <= n <= 127.
inline F32x4 PowerOfTwo(I32x4 n) { return BitCast(ShiftLeft<23>(AddInt(n, SplatInt(127)))); }

}  // namespace exp_detail

// e^x. Overflow gives +Inf, underflow is gradual, e^-Inf = 0, NaN stays.
struct Exp {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    using namespace constants;
    // Beyond these bounds the result is +Inf or 0 whatever x is.
    x = PseudoMax(PseudoMin(x, Splat(89.0f)), Splat(-104.0f));
    const F32x4 shifted = MulAdd(x, Splat(kLog2E), Splat(kRoundingMagic));
    const I32x4 n = SubInt(BitCast(shifted), BitCast(Splat(kRoundingMagic)));
    const F32x4 n_float = Sub(shifted, Splat(kRoundingMagic));
    F32x4 r = MulAdd(n_float, Splat(-kLn2High), x);
    r = MulAdd(n_float, Splat(-kLn2Low), r);
    // 2^n in two factors, each in the normal range: n goes from -150 to 128. The first product
    // is exact, so that a denormal result is rounded once.
    const I32x4 half = ShiftRight<1>(n);
    const F32x4 mantissa = Add(Splat(1.0f), exp_detail::ExpMinusOneReduced(r));
    return Mul(Mul(mantissa, exp_detail::PowerOfTwo(half)),
               exp_detail::PowerOfTwo(SubInt(n, half)));
  }
};

}  // namespace neural
