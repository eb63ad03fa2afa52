// The activations: each is one struct over four lanes.
//
//   Forward(x, alpha)           the value; NaN in gives NaN out, ±Inf gives the limit
//   DerivativeFromOutput(y, alpha)  the derivative, or, where the output does not tell enough,
//   DerivativeFromInput(x, alpha)   (both where it tells enough at the default alpha only)
//   kMaxUlp                     the largest error of Forward over all finite floats, at the default
//                               alpha (kLargest: only up to that magnitude)
//   kAlpha                      the default of the second parameter, where there is one
//
// The names in NEURAL_ACTIVATIONS are those of the API, and their order is part of the ABI.
#pragma once

#include "math/exp.h"
#include "math/normal.h"
#include "math/sigmoid.h"
#include "math/silu.h"
#include "math/softplus.h"
#include "math/stepwise.h"
#include "math/tanh.h"
#include "math/trig.h"
#include "simd/vec4.h"

#define NEURAL_ACTIVATIONS(X)                     \
  X(Linear, "linear")                             \
  X(Relu, "relu")                                 \
  X(Relu6, "relu6")                               \
  X(LeakyRelu, "leakyRelu")                       \
  X(Elu, "elu")                                   \
  X(Selu, "selu")                                 \
  X(Sigmoid, "sigmoid")                           \
  X(Tanh, "tanh")                                 \
  X(Softplus, "softplus")                         \
  X(Softsign, "softsign")                         \
  X(Silu, "silu")                                 \
  X(Gelu, "gelu")                                 \
  X(GeluTanh, "geluTanh")                         \
  X(Mish, "mish")                                 \
  X(HardSigmoid, "hardSigmoid")                   \
  X(HardSwish, "hardSwish")                       \
  X(SymmetricSigmoid, "symmetricSigmoid")         \
  X(Gaussian, "gaussian")                         \
  X(SymmetricGaussian, "symmetricGaussian")       \
  X(Elliot, "elliot")                             \
  X(SymmetricElliot, "symmetricElliot")           \
  X(LinearPiece, "linearPiece")                   \
  X(SymmetricLinearPiece, "symmetricLinearPiece") \
  X(Sin, "sin")                                   \
  X(Cos, "cos")                                   \
  X(SymmetricSin, "symmetricSin")                 \
  X(SymmetricCos, "symmetricCos")                 \
  X(Threshold, "threshold")                       \
  X(SymmetricThreshold, "symmetricThreshold")     \
  X(StepwiseSigmoid, "stepwiseSigmoid")           \
  X(SymmetricStepwiseSigmoid, "symmetricStepwiseSigmoid")

namespace neural::activation {

// What all share unless they say otherwise.
struct Base {
  static constexpr float kAlpha = 0;
  static constexpr float kLargest = 3.40282347e38f;
};

inline F32x4 One() { return Splat(1.0f); }
inline F32x4 OneWhere(I32x4 mask) { return BitCast(And(BitCast(One()), mask)); }
// x held between two bounds; NaN stays.
inline F32x4 Between(F32x4 x, float low, float high) {
  return AtMost(AtLeast(x, Splat(low)), Splat(high));
}
// Keeps NaN where `value` was chosen by comparisons alone.
inline F32x4 KeepNaN(F32x4 x, F32x4 value) { return Select(Equal(x, x), value, x); }

struct Linear : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) { return x; }
  static F32x4 DerivativeFromOutput(F32x4, F32x4) { return One(); }
};

struct Relu : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) { return Positive(x); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) { return OneWhere(Less(Zero(), y)); }
};

struct Relu6 : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) { return Add(Between(x, 0.0f, 6.0f), Zero()); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    return OneWhere(And(Less(Zero(), y), Less(y, Splat(6.0f))));
  }
};

// x or alpha·x (Maas, Hannun and Ng, 2013).
struct LeakyRelu : Base {
  static constexpr double kMaxUlp = 1;
  static constexpr float kAlpha = 0.01f;
  static F32x4 Forward(F32x4 x, F32x4 alpha) { return Select(Less(Zero(), x), x, Mul(x, alpha)); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4 alpha) {
    return Select(Less(Zero(), y), One(), alpha);
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4 alpha) { return DerivativeFromOutput(x, alpha); }
};

// x or alpha·(e^x - 1) (Clevert, Unterthiner and Hochreiter, 2016).
struct Elu : Base {
  static constexpr double kMaxUlp = 3;
  static constexpr float kAlpha = 1;
  static F32x4 Forward(F32x4 x, F32x4 alpha) {
    const F32x4 below = Mul(alpha, ExpMinusOne::Apply(PseudoMin(x, Zero())));
    return Select(Less(Zero(), x), x, below);
  }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4 alpha) {
    return Select(Less(Zero(), y), One(), Add(y, alpha));
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4 alpha) {
    return Select(Less(Zero(), x), One(), Mul(alpha, ExpNotAboveZero(PseudoMin(x, Zero()))));
  }
};

// λ·elu with the constants that keep mean and variance (Klambauer et al., 2017).
struct Selu : Base {
  static constexpr double kMaxUlp = 3;
  static constexpr float kLambda = 1.05070098735548f;
  static constexpr float kLambdaAlpha = 1.75809934084738f;
  static F32x4 Forward(F32x4 x, F32x4) {
    const F32x4 below = Mul(Splat(kLambdaAlpha), ExpMinusOne::Apply(PseudoMin(x, Zero())));
    return Select(Less(Zero(), x), Mul(x, Splat(kLambda)), below);
  }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    return Select(Less(Zero(), y), Splat(kLambda), Add(y, Splat(kLambdaAlpha)));
  }
};

struct Sigmoid : Base {
  static constexpr double kMaxUlp = neural::Sigmoid::kMaxUlp;
  using Stages = neural::Sigmoid;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Sigmoid::Apply(x); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) { return Mul(y, Sub(One(), y)); }
};

struct Tanh : Base {
  static constexpr double kMaxUlp = neural::Tanh::kMaxUlp;
  using Stages = neural::Tanh;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Tanh::Apply(x); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) { return Sub(One(), Mul(y, y)); }
};

struct Softplus : Base {
  static constexpr double kMaxUlp = neural::Softplus::kMaxUlp;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Softplus::Apply(x); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    return Negate(ExpMinusOne::Apply(Negate(y)));
  }
};

// x / (1 + |x|).
struct Softsign : Base {
  static constexpr double kMaxUlp = 2;
  static F32x4 Forward(F32x4 x, F32x4) {
    // Held finite: ∞/∞ would be NaN.
    const F32x4 finite = Between(x, -kLargest, kLargest);
    return Div(finite, Add(One(), Abs(finite)));
  }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    const F32x4 rest = Sub(One(), Abs(y));
    return Mul(rest, rest);
  }
};

// x·sigmoid(x) (Elfwing, Uchibe and Doya, 2018).
struct Silu : Base {
  static constexpr double kMaxUlp = neural::Silu::kMaxUlp;
  using Stages = neural::Silu;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Silu::Apply(x); }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    const F32x4 s = neural::Sigmoid::Apply(x);
    return MulAdd(Mul(Between(x, -110.0f, 110.0f), s), Sub(One(), s), s);
  }
};

struct Gelu : Base {
  static constexpr double kMaxUlp = neural::Gelu::kMaxUlp;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Gelu::Apply(x); }
  // Φ(x) + x·φ(x).
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    const F32x4 a = AtMost(Abs(x), Splat(14.6f));
    const NormalTailParts t = ScaledNormalTail(a);
    const F32x4 tail = Unscale(Mul(Mul(t.t, t.h), MulAdd(t.e.scale, t.e.p, t.e.scale)));
    const F32x4 density = Mul(Splat(0.398942280f), ExpNotAboveZero(Mul(Mul(a, a), Splat(-0.5f))));
    const F32x4 below = Sub(tail, Mul(a, density));
    return Select(Less(x, Zero()), below, Sub(One(), below));
  }
};

// The tanh form of gelu.
struct GeluTanh : Base {
  static constexpr double kMaxUlp = neural::GeluTanh::kMaxUlp;
  using Stages = neural::GeluTanh;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::GeluTanh::Apply(x); }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    constexpr float kCubic = neural::GeluTanh::kCubic;
    const F32x4 linear = Splat(neural::GeluTanh::kLinear);
    const F32x4 bounded = Between(x, -11.0f, 11.0f);
    const F32x4 square = Mul(bounded, bounded);
    const F32x4 v = Mul(bounded, MulAdd(square, Splat(kCubic), linear));
    // 1 - s by itself: its factor is so large that the rounding of s would show.
    const F32x4 s = neural::Sigmoid::Apply(v), rest = neural::Sigmoid::Apply(Negate(v));
    const F32x4 slope = MulAdd(square, Splat(3 * kCubic), linear);
    return MulAdd(Mul(Mul(bounded, slope), s), rest, s);
  }
};

// x·tanh(softplus(x)) (Misra, 2019), as a quotient in e = e^-|x|.
struct Mish : Base {
  static constexpr double kMaxUlp = 4;
  static F32x4 Forward(F32x4 x, F32x4) {
    const F32x4 z = AtLeast(Negate(Abs(x)), Splat(-110.0f));
    const F32x4 scaled = ScaledExp::Apply(z);
    const F32x4 e = Unscale(scaled);
    // Below 0: x·h/(h + 1) with h = e + e²/2, times 2^64.
    const F32x4 h = MulAdd(Mul(scaled, e), Splat(0.5f), scaled);
    const F32x4 below = Unscale(Mul(z, Div(h, Add(Unscale(h), One()))));
    // Above: x - x·2e² / (1 + 2e + 2e²).
    const F32x4 twice = Add(e, e);
    const F32x4 twice_square = Mul(twice, e);
    const F32x4 rest = Div(twice_square, Add(Add(twice_square, twice), One()));
    const F32x4 above = Sub(x, Mul(AtMost(x, Splat(110.0f)), rest));
    return Select(Less(x, Zero()), below, above);
  }
  // tanh(s) + x·(1 - tanh(s)²)·sigmoid(x), s = softplus(x).
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    const F32x4 bounded = Between(x, -110.0f, 110.0f);
    const F32x4 t = neural::Tanh::Apply(neural::Softplus::Apply(bounded));
    const F32x4 s = neural::Sigmoid::Apply(bounded);
    return MulAdd(Mul(bounded, s), Sub(One(), Mul(t, t)), t);
  }
};

// max(0, min(6, x + 3)) / 6.
struct HardSigmoid : Base {
  static constexpr double kMaxUlp = 1;
  static F32x4 Forward(F32x4 x, F32x4) {
    return Div(Between(Add(x, Splat(3.0f)), 0.0f, 6.0f), Splat(6.0f));
  }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    return Mul(OneWhere(And(Less(Zero(), y), Less(y, One()))), Splat(1.0f / 6));
  }
};

// x·hardSigmoid(x) (Howard et al., 2019).
struct HardSwish : Base {
  static constexpr double kMaxUlp = 2;
  static F32x4 Forward(F32x4 x, F32x4) {
    // Held above -3, where the factor is 0: -∞·0 would be NaN.
    return Mul(PseudoMax(x, Splat(-3.0f)), HardSigmoid::Forward(x, Zero()));
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    const F32x4 inner = Div(Add(Add(x, x), Splat(3.0f)), Splat(6.0f));
    const F32x4 above = Select(Less(x, Splat(3.0f)), inner, One());
    return KeepNaN(x, Select(LessEqual(x, Splat(-3.0f)), Zero(), above));
  }
};

// 2/(1 + e^(-2x)) - 1, which is tanh.
struct SymmetricSigmoid : Tanh {};

// e^(-x²).
struct Gaussian : Base {
  static constexpr double kMaxUlp = 3;
  static F32x4 Forward(F32x4 x, F32x4) {
    const TwoPart square = SquareInTwoParts(AtMost(Abs(x), Splat(10.5f)));
    const ScaledExpParts e = ScaledExpInParts(Negate(square.high), Negate(square.low));
    return Unscale(MulAdd(e.scale, e.p, e.scale));
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    return Mul(Mul(Between(x, -10.5f, 10.5f), Splat(-2.0f)), Forward(x, Zero()));
  }
};

// 2·e^(-x²) - 1 = e^(ln 2 - x²) - 1, accurate where it crosses 0, too.
struct SymmetricGaussian : Base {
  static constexpr double kMaxUlp = 4;
  static F32x4 Forward(F32x4 x, F32x4) {
    const F32x4 a = AtMost(Abs(x), Splat(5.0f));
    const F32x4 upper = UpperHalf(a), lower = Sub(a, upper);
    // ln 2 - x² part by part, all products exact: what is left near the zero has all its bits.
    const F32x4 left = Sub(Splat(0x1.62e430p-1f), Mul(upper, upper));
    const F32x4 high = Sub(left, Mul(Add(upper, upper), lower));
    return ExpMinusOne::Apply(high, Sub(Splat(-0x1.05c610p-29f), Mul(lower, lower)));
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    return Mul(Splat(2.0f), Gaussian::DerivativeFromInput(x, Zero()));
  }
};

// x/2/(1 + |x|) + 1/2 (Elliott, 1993), without cancellation: 1/2/(1 + |x|) or its complement.
struct Elliot : Base {
  static constexpr double kMaxUlp = 2;
  static F32x4 Forward(F32x4 x, F32x4) {
    const F32x4 below = Div(Splat(0.5f), Add(One(), Abs(x)));
    return Select(Less(x, Zero()), below, Sub(One(), below));
  }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    const F32x4 rest = Sub(One(), Abs(Sub(Add(y, y), One())));
    return Mul(Mul(rest, rest), Splat(0.5f));
  }
};

struct SymmetricElliot : Softsign {};

struct LinearPiece : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) { return Add(Between(x, 0.0f, 1.0f), Zero()); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    return OneWhere(And(Less(Zero(), y), Less(y, One())));
  }
};

struct SymmetricLinearPiece : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) { return Between(x, -1.0f, 1.0f); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) { return OneWhere(Less(Abs(y), One())); }
};

struct SymmetricSin : Base {
  static constexpr double kMaxUlp = neural::Sin::kMaxUlp;
  static constexpr float kLargest = neural::Sin::kLargest;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Sin::Apply(x); }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) { return neural::Cos::Apply(x); }
};

struct SymmetricCos : Base {
  static constexpr double kMaxUlp = neural::Cos::kMaxUlp;
  static constexpr float kLargest = neural::Cos::kLargest;
  static F32x4 Forward(F32x4 x, F32x4) { return neural::Cos::Apply(x); }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) { return Negate(neural::Sin::Apply(x)); }
};

// sin(x)/2 + 1/2 = sin²(x/2 + π/4), accurate where it touches 0, too.
struct Sin : Base {
  static constexpr double kMaxUlp = 4;
  static constexpr float kLargest = neural::Sin::kLargest;
  static F32x4 Forward(F32x4 x, F32x4) {
    return trig_detail::SquareOfHalf(x, trig_detail::Half::kSin);
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    return Mul(neural::Cos::Apply(x), Splat(0.5f));
  }
};

// cos(x)/2 + 1/2 = cos²(x/2).
struct Cos : Base {
  static constexpr double kMaxUlp = 4;
  static constexpr float kLargest = neural::Cos::kLargest;
  static F32x4 Forward(F32x4 x, F32x4) {
    return trig_detail::SquareOfHalf(x, trig_detail::Half::kCos);
  }
  static F32x4 DerivativeFromInput(F32x4 x, F32x4) {
    return Mul(neural::Sin::Apply(x), Splat(-0.5f));
  }
};

// 0 below 0, else 1. Its derivative is 0: it is for running, not for training.
struct Threshold : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) { return KeepNaN(x, OneWhere(LessEqual(Zero(), x))); }
  static F32x4 DerivativeFromOutput(F32x4, F32x4) { return Zero(); }
};

struct SymmetricThreshold : Base {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x, F32x4) {
    return KeepNaN(x, Select(Less(x, Zero()), Splat(-1.0f), One()));
  }
  static F32x4 DerivativeFromOutput(F32x4, F32x4) { return Zero(); }
};

struct StepwiseSigmoid : Base {
  static constexpr double kMaxUlp = neural::StepwiseSigmoid::kMaxUlp;
  static F32x4 Forward(F32x4 x, F32x4) { return KeepNaN(x, neural::StepwiseSigmoid::Apply(x)); }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) { return neural::StepwiseSigmoid::SlopeAt(y); }
};

struct SymmetricStepwiseSigmoid : Base {
  static constexpr double kMaxUlp = neural::SymmetricStepwiseSigmoid::kMaxUlp;
  static F32x4 Forward(F32x4 x, F32x4) {
    return KeepNaN(x, neural::SymmetricStepwiseSigmoid::Apply(x));
  }
  static F32x4 DerivativeFromOutput(F32x4 y, F32x4) {
    return neural::SymmetricStepwiseSigmoid::SlopeAt(y);
  }
};

}  // namespace neural::activation
