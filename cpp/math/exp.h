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

// x = n·ln 2 + r; n stands in the low bits of `shifted`.
struct Reduced {
  F32x4 shifted;
  F32x4 r;

  // 2^(n + kOffset) for -126 <= n + kOffset <= 127. The rounding magic's own low bits are zero: the
  // shift leaves n alone in the exponent field.
  template <int kOffset = 0>
  F32x4 PowerOfTwo() const {
    return BitCast(AddInt(ShiftLeft<23>(BitCast(shifted)), SplatInt((127 + kOffset) << 23)));
  }
  // 2^n·factor, where `factor` and the result are powers of two in the normal range.
  F32x4 PowerOfTwoTimes(F32x4 factor) const {
    return BitCast(AddInt(ShiftLeft<23>(BitCast(shifted)), BitCast(factor)));
  }
};

inline Reduced Reduce(F32x4 x) {
  using namespace constants;
  const F32x4 shifted = MulAdd(x, Constant<kLog2E>(), Constant<kRoundingMagic>());
  const F32x4 n = Sub(shifted, Constant<kRoundingMagic>());
  return {shifted, MulAdd(n, Constant<-kLn2Low>(), MulAdd(n, Constant<-kLn2High>(), x))};
}

// -x = n·ln 2 + r. Negating x would take an operation, and on V8 a constant.
inline Reduced ReduceNegated(F32x4 x) {
  using namespace constants;
  const F32x4 shifted = MulAdd(x, Constant<-kLog2E>(), Constant<kRoundingMagic>());
  const F32x4 n = Sub(shifted, Constant<kRoundingMagic>());
  return {shifted, MulAdd(n, Constant<-kLn2Low>(), Sub(Mul(n, Constant<-kLn2High>()), x))};
}

// r + r²·P(r) = e^r - 1 for |r| <= ln(2)/2, relative error below 2^-26 before rounding.
inline F32x4 ExpMinusOneReduced(F32x4 r) {
  // In pairs (Estrin, 1960): a short chain of operations matters more than their number.
  const F32x4 r2 = Mul(r, r);
  const F32x4 p01 = MulAdd(Constant<0x1.5554dcp-3f>(), r, Constant<0.5f>());
  const F32x4 p23 = MulAdd(Constant<0x1.120c62p-7f>(), r, Constant<0x1.555518p-5f>());
  const F32x4 p = MulAdd(MulAdd(Constant<0x1.6d11fep-10f>(), r2, p23), r2, p01);
  return MulAdd(p, r2, r);
}

}  // namespace exp_detail

// e^x. Overflow gives +Inf, underflow is gradual, e^-Inf = 0, NaN stays.
struct Exp {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    using namespace constants;
    // Beyond these bounds the result is +Inf or 0 whatever x is.
    x = PseudoMax(PseudoMin(x, Constant<89.0f>()), Constant<-104.0f>());
    const exp_detail::Reduced reduced = exp_detail::Reduce(x);
    const I32x4 n = SubInt(BitCast(reduced.shifted), BitCast(Constant<kRoundingMagic>()));
    // 2^n in two factors, each in the normal range: n goes from -150 to 128. The first product
    // is exact, so that a denormal result is rounded once.
    const I32x4 half = ShiftRight<1>(n);
    const F32x4 mantissa = Add(Constant<1.0f>(), exp_detail::ExpMinusOneReduced(reduced.r));
    return Mul(Mul(mantissa, PowerOfTwo(half)), PowerOfTwo(SubInt(n, half)));
  }

 private:
  static F32x4 PowerOfTwo(I32x4 n) { return BitCast(ShiftLeft<23>(AddInt(n, SplatInt(127)))); }
};

// e^(x + low)·2^64 = scale·(1 + p) for -104 <= x <= 0 and |low| < 2^-3: a result that would be
// denormal keeps its bits until the caller scales it back. `low` is what the rounding of x has
// lost.
struct ScaledExpParts {
  F32x4 scale, p;
};
inline ScaledExpParts ScaledExpInParts(F32x4 x, F32x4 low) {
  const exp_detail::Reduced reduced = exp_detail::Reduce(x);
  const F32x4 r = Add(reduced.r, low);
  return {reduced.PowerOfTwo<64>(), exp_detail::ExpMinusOneReduced(r)};
}
inline F32x4 ScaledExp(F32x4 x) {
  const exp_detail::Reduced reduced = exp_detail::Reduce(x);
  const F32x4 mantissa = Add(Constant<1.0f>(), exp_detail::ExpMinusOneReduced(reduced.r));
  return Mul(mantissa, reduced.PowerOfTwo<64>());
}
inline F32x4 Unscale(F32x4 x) { return Mul(x, Constant<0x1p-64f>()); }

// e^x for x <= 0: the bits of Exp, in fewer operations; and 2^64 times as much.
inline F32x4 ScaledExpNotAboveZero(F32x4 x) { return ScaledExp(PseudoMax(x, Constant<-104.0f>())); }
inline F32x4 ExpNotAboveZero(F32x4 x) { return Unscale(ScaledExpNotAboveZero(x)); }

// e^(x + low) - 1 for x <= 88, low as above; -1 at -Inf, exact for denormals.
struct ExpMinusOne {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x, F32x4 low = Zero()) {
    // Below this the result is -1 to the last bit.
    x = PseudoMax(x, Constant<-20.0f>());
    const exp_detail::Reduced reduced = exp_detail::Reduce(x);
    const F32x4 scale = reduced.PowerOfTwo();
    const F32x4 p = exp_detail::ExpMinusOneReduced(Add(reduced.r, low));
    return MulAdd(p, scale, Sub(scale, Constant<1.0f>()));
  }
};

// x² in two parts for |x| < 2^60: the square of the upper twelve bits, which is exact, and the
// rest.
struct TwoPart {
  F32x4 high, low;
};
inline F32x4 UpperHalf(F32x4 x) { return BitCast(And(BitCast(x), ConstantInt<-4096>())); }
inline TwoPart SquareInTwoParts(F32x4 x) {
  const F32x4 upper = UpperHalf(x);
  return {Mul(upper, upper), Mul(Sub(x, upper), Add(x, upper))};
}

}  // namespace neural
