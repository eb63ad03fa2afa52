// tanh x on four lanes: (1 - e)/(1 + e) with e = e^(-2|x|), the sign of x on it, so that tanh -0 is
// -0.
//
// e = s·(1 + p) with s a power of two, and s·p is exact: numerator and denominator, (1 - s) - s·p
// and (1 + s) + s·p, are rounded once each. For small x, s is 1 and the numerator is -p, with all
// its bits. With e^(+2|x|) the denominator's rounding would count double.
#pragma once

#include "math/exp.h"

namespace neural {

struct Tanh : InStages<Tanh> {
  static constexpr double kMaxUlp = 2;
  [[gnu::always_inline]] static ExpStage Begin(F32x4 x) {
    using namespace constants;
    const I32x4 sign_bit = BitCast(Constant<-0.0f>());
    const F32x4 magic = Constant<exp_detail::kBiasedMagic<exp_detail::BiasOf(0)>>();
    // -|x|; tanh is ±1 to the last bit from here on.
    const F32x4 a = AtLeast(BitCast(Or(BitCast(x), sign_bit)), Constant<-9.02f>());
    // 2a = n·ln 2 + r with |r| <= ln(2)/2. One constant for ln 2 is enough: where n is large, the
    // exponential hardly counts.
    const F32x4 shifted = MulAdd(a, Constant<2 * kLog2E>(), magic);
    const F32x4 r = MulAdd(Sub(shifted, magic), Constant<-0x1.62e430p-1f>(), Add(a, a));
    return {exp_detail::Reduced{shifted, r}.PowerOfTwo(), r};
  }
  // e^r - 1, one degree more than exp_detail has: with that one the bound is 2.12 ULP.
  [[gnu::always_inline]] static F32x4 Middle(F32x4 r) {
    const F32x4 r2 = Mul(r, r);
    const F32x4 p01 = MulAdd(Constant<0x1.555554p-3f>(), r, Constant<0.5f>());
    const F32x4 p23 = MulAdd(Constant<0x1.111306p-7f>(), r, Constant<0x1.5554f0p-5f>());
    const F32x4 p45 = MulAdd(Constant<0x1.9e0be6p-13f>(), r, Constant<0x1.6d4366p-10f>());
    const F32x4 p = MulAdd(MulAdd(p45, r2, p23), r2, p01);
    return MulAdd(p, r2, r);
  }
  [[gnu::always_inline]] static F32x4 End(ExpStage s, F32x4 x) {
    const F32x4 one = Constant<1.0f>();
    const F32x4 scaled = Mul(s.scale, s.value);
    const F32x4 y = Div(Sub(Sub(one, s.scale), scaled), Add(Add(one, s.scale), scaled));
    const I32x4 sign_bit = BitCast(Constant<-0.0f>());
    return BitCast(Or(BitCast(y), And(BitCast(x), sign_bit)));
  }
};

}  // namespace neural
