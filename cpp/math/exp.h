// e^x and e^x - 1 on four lanes.
//
// x = n·ln 2 + r with |r| <= ln(2)/2, then e^x = 2^n·(1 + r + r²·P(r)), where P is the minimax
// polynomial of degree 4 of (e^r - 1 - r)/r². Every function here states its largest error over
// all finite floats as kMaxUlp; the tests read it from there.
#pragma once

#include "math/constants.h"
#include "math/stages.h"

namespace neural {

namespace exp_detail {

// Added to a number and taken off again it rounds to an integer, to which kBias is then added in
// the low bits of the sum. Those of the magic are zero: shifted into the exponent field, the sum is
// 2^(n + kBias - 127).
template <int kBias>
inline constexpr float kBiasedMagic = constants::kRoundingMagic + kBias;
// n alone in the exponent field: an exponent to add to that of another power of two.
inline constexpr int kNoBias = 0;
// The bias with which the shift gives 2^(n + exponent).
inline constexpr int BiasOf(int exponent) { return 127 + exponent; }

// x = n·ln 2 + r; n + bias stands in the low bits of `shifted`.
struct Reduced {
  F32x4 shifted;
  F32x4 r;

  // 2^(n + bias - 127), where that is in the normal range.
  F32x4 PowerOfTwo() const { return BitCast(ShiftLeft<23>(BitCast(shifted))); }
};

template <int kBias>
inline Reduced Reduce(F32x4 x) {
  using namespace constants;
  const F32x4 magic = Constant<kBiasedMagic<kBias>>();
  const F32x4 shifted = MulAdd(x, Constant<kLog2E>(), magic);
  const F32x4 n = Sub(shifted, magic);
  return {shifted, MulAdd(n, Constant<-kLn2Low>(), MulAdd(n, Constant<-kLn2High>(), x))};
}

// -x = n·ln 2 + r. Negating x would take an operation, and on V8 a constant.
template <int kBias>
inline Reduced ReduceNegated(F32x4 x) {
  using namespace constants;
  const F32x4 magic = Constant<kBiasedMagic<kBias>>();
  const F32x4 shifted = MulAdd(x, Constant<-kLog2E>(), magic);
  const F32x4 n = Sub(shifted, magic);
  return {shifted, MulAdd(n, Constant<-kLn2Low>(), Sub(Mul(n, Constant<-kLn2High>()), x))};
}

// r + r²·P(r) = e^r - 1 for |r| <= ln(2)/2, relative error below 2^-26 before rounding.
[[gnu::always_inline]] inline F32x4 ExpMinusOneReduced(F32x4 r) {
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
    x = AtLeast(AtMost(x, Constant<89.0f>()), Constant<-104.0f>());
    constexpr int kBias = exp_detail::BiasOf(0);
    const exp_detail::Reduced reduced = exp_detail::Reduce<kBias>(x);
    const F32x4 magic = Constant<exp_detail::kBiasedMagic<kBias>>();
    const I32x4 n = SubInt(BitCast(reduced.shifted), BitCast(magic));
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
  const exp_detail::Reduced reduced = exp_detail::Reduce<exp_detail::BiasOf(64)>(x);
  const F32x4 r = Add(reduced.r, low);
  return {reduced.PowerOfTwo(), exp_detail::ExpMinusOneReduced(r)};
}
inline F32x4 Unscale(F32x4 x) { return Mul(x, Constant<0x1p-64f>()); }

// e^x·2^64 for x <= 0, and e^-110·2^64 below: the caller's denormal has long become 0.
struct ScaledExp : InStages<ScaledExp> {
  [[gnu::always_inline]] static ExpStage Begin(F32x4 x) {
    using namespace exp_detail;
    const Reduced reduced = Reduce<BiasOf(64)>(AtLeast(x, Constant<-110.0f>()));
    return {reduced.PowerOfTwo(), reduced.r};
  }
  [[gnu::always_inline]] static F32x4 Middle(F32x4 r) { return exp_detail::ExpMinusOneReduced(r); }
  [[gnu::always_inline]] static F32x4 End(ExpStage s, F32x4) {
    return Mul(Add(Constant<1.0f>(), s.value), s.scale);
  }
};

// e^x for x <= 0: the bits of Exp, in fewer operations.
inline F32x4 ExpNotAboveZero(F32x4 x) { return Unscale(ScaledExp::Apply(x)); }

// e^(x + low) - 1 for x <= 88, low as above; -1 at -Inf, exact for denormals.
struct ExpMinusOne {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x, F32x4 low = Zero()) {
    // Below this the result is -1 to the last bit.
    x = AtLeast(x, Constant<-20.0f>());
    const exp_detail::Reduced reduced = exp_detail::Reduce<exp_detail::BiasOf(0)>(x);
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
