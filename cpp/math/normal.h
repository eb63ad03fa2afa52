// The lower tail of the normal distribution on four lanes, the better part of gelu.
//
// Φ(-a) = e^(-a²/2)·t·H(t) with t = 1/(1 + a/4), where H is the minimax polynomial of degree 9 on
// the range of a. a² is taken in two parts: the rounding of a² alone would cost a hundred ULP where
// the exponent is large.
#pragma once

#include "math/exp.h"

namespace neural {

namespace normal_detail {

// a·b - product for product = a·b rounded, by exact products of half mantissas (Dekker, 1971).
inline F32x4 ProductRest(F32x4 a, F32x4 b, F32x4 product) {
  const F32x4 a_high = UpperHalf(a), b_high = UpperHalf(b);
  const F32x4 a_low = Sub(a, a_high), b_low = Sub(b, b_high);
  const F32x4 rest = Add(Sub(Mul(a_high, b_high), product), Mul(a_high, b_low));
  return Add(Add(rest, Mul(a_low, b_high)), Mul(a_low, b_low));
}

// How many times its relative error t·H(t) multiplies that of t, to two digits.
inline F32x4 Sensitivity(F32x4 t) { return MulAdd(t, Splat(2.6f), Splat(0.6f)); }

}  // namespace normal_detail

// Φ(-a)·2^64 = (tail + rest)·scale for 0 <= a <= 14.6, where rest is far smaller than tail.
struct NormalTailParts {
  F32x4 tail, rest, scale;
};
inline NormalTailParts ScaledNormalTail(F32x4 a) {
  using namespace normal_detail;
  const TwoPart square = SquareInTwoParts(a);
  const F32x4 half = Splat(-0.5f);
  const ScaledExpParts e = ScaledExpInParts(Mul(square.high, half), Mul(square.low, half));
  const F32x4 one = Splat(1.0f);
  const F32x4 quarter = Mul(a, Splat(0.25f));
  const F32x4 d = Add(one, quarter);
  const F32x4 t = Div(one, d);
  const F32x4 v = Sub(t, Splat(0.5f));
  F32x4 h = MulAdd(Splat(0x1.0307cep-6f), v, Splat(0x1.95fd6ap-7f));
  h = MulAdd(h, v, Splat(-0x1.9b3f5ep-5f));
  h = MulAdd(h, v, Splat(-0x1.cdc602p-5f));
  h = MulAdd(h, v, Splat(0x1.ed474ep-5f));
  h = MulAdd(h, v, Splat(0x1.eed97p-3f));
  h = MulAdd(h, v, Splat(0x1.7dffcep-2f));
  h = MulAdd(h, v, Splat(0x1.8c6d8ep-2f));
  h = MulAdd(h, v, Splat(0x1.373e3ap-2f));
  // The last step with what its two roundings lose (TwoSum: Knuth); with a plain one gelu is off by
  // 4.09 ULP at worst.
  const F32x4 constant = Splat(0x1.82b4bcp-3f);
  const F32x4 product = Mul(h, v);
  const F32x4 product_rest = ProductRest(h, v, product);
  h = Add(product, constant);
  const F32x4 added = Sub(h, product);
  const F32x4 sum_rest = Add(Sub(product, Sub(h, added)), Sub(constant, added));
  const F32x4 h_rest = Add(product_rest, sum_rest);
  const F32x4 tail = Mul(h, t);
  // (1/(1 + a/4) - t)/t: what the roundings of the sum and of the quotient did to t.
  const F32x4 t_error = Negate(Add(ProductRest(t, d, one), Mul(t, Sub(quarter, Sub(d, one)))));
  const F32x4 correction = MulAdd(t_error, Sensitivity(t), e.p);
  const F32x4 rest = MulAdd(tail, correction, MulAdd(h_rest, t, ProductRest(h, t, tail)));
  return {tail, rest, e.scale};
}

// x·Φ(x), the exact form of gelu (Hendrycks and Gimpel, 2016).
struct Gelu {
  static constexpr double kMaxUlp = 4;
  static F32x4 Apply(F32x4 x) {
    // Below, the result is 0 to the last bit.
    const F32x4 a = PseudoMin(Abs(x), Splat(14.6f));
    const NormalTailParts t = ScaledNormalTail(a);
    const F32x4 lower = Unscale(Mul(Add(t.tail, t.rest), t.scale));
    // x held finite: ∞·0 would be NaN.
    const F32x4 above = Sub(x, Mul(PseudoMin(x, Splat(15.0f)), lower));
    const F32x4 product = Mul(a, t.tail);
    const F32x4 rest = MulAdd(a, t.rest, normal_detail::ProductRest(a, t.tail, product));
    const F32x4 below = Negate(Unscale(Mul(Add(product, rest), t.scale)));
    return Select(Less(x, Zero()), below, above);
  }
};

}  // namespace neural
