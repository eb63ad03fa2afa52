// What each activation is in real numbers, as f64 computes it: one line for each.
#pragma once

#include <cmath>
#include <iterator>
#include <ostream>

#include "kernels/activation.h"

namespace neural::test {

struct ActivationReference {
  Activation kind;
  const char* name;
  double (*value)(double x, double alpha);
};

inline void PrintTo(const ActivationReference& a, std::ostream* out) { *out << a.name; }

namespace reference {

// NaN stays.
inline double Between(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}
inline double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
// x times a factor that falls faster than x grows: 0 in the limit.
inline double Times(double x, double factor) {
  return factor == 0 ? std::copysign(0.0, x) : x * factor;
}
inline double Softplus(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
inline double Softsign(double x) {
  return std::isinf(x) ? std::copysign(1, x) : x / (1 + std::fabs(x));
}
inline double Normal(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752440); }
inline double HardSigmoid(double x) { return Between(x + 3, 0, 6) / 6; }
// (1 + s)/2 for a sine s with its cosine c, without cancellation near s = -1.
inline double HalfOfOnePlus(double s, double c) {
  return s < 0 ? c * c / (1 - s) / 2 : (1 + s) / 2;
}
// e^(ln 2 - x²) - 1, with ln 2 to more digits than a double has.
inline double SymmetricGaussian(double x) {
  return std::expm1((0x1.62e42fefa39efp-1 - x * x) + 0x1.abc9e3b39803fp-56);
}

// Straight lines through six points, from `low` before the first to 1 from the last on, as
// fann_activation.h of FANN 2.2 has them.
inline double Stepwise(double x, const double (&v)[6], const double (&r)[6], double low) {
  if (x != x) return x;
  if (x < v[0]) return low;
  for (int i = 0; i < 5; ++i) {
    if (x < v[i + 1]) {
      // The middle of the symmetric one is a line through 0; as written in FANN it is so only up to
      // the rounding of a double, which near 0 is all that is left.
      if (r[i] == -r[i + 1]) return x * (r[i + 1] / v[i + 1]);
      return (r[i + 1] - r[i]) * (x - v[i]) / (v[i + 1] - v[i]) + r[i];
    }
  }
  return 1;
}

}  // namespace reference

// In the order of the enumeration; softmax, which is not elementwise, is left out.
inline const ActivationReference kActivations[] = {
    {Activation::kLinear, "linear", [](double x, double) { return x; }},
    // max(x, 0): +0 for -0, NaN for NaN.
    {Activation::kRelu, "relu", [](double x, double) { return x <= 0 ? 0.0 : x; }},
    {Activation::kRelu6, "relu6", [](double x, double) { return x <= 0  ? 0.0
                                                                : x > 6 ? 6.0
                                                                        : x; }},
    {Activation::kLeakyRelu, "leakyRelu",
     [](double x, double alpha) { return x > 0 ? x : alpha * x; }},
    {Activation::kElu, "elu",
     [](double x, double alpha) { return x > 0 ? x : alpha * std::expm1(x); }},
    {Activation::kSelu, "selu",
     [](double x, double) {
       return 1.0507009873554804934 * (x > 0 ? x : 1.6732632423543772848 * std::expm1(x));
     }},
    {Activation::kSigmoid, "sigmoid", [](double x, double) { return reference::Sigmoid(x); }},
    {Activation::kTanh, "tanh", [](double x, double) { return std::tanh(x); }},
    {Activation::kSoftplus, "softplus", [](double x, double) { return reference::Softplus(x); }},
    {Activation::kSoftsign, "softsign", [](double x, double) { return reference::Softsign(x); }},
    {Activation::kSilu, "silu",
     [](double x, double) { return reference::Times(x, reference::Sigmoid(x)); }},
    {Activation::kGelu, "gelu",
     [](double x, double) { return reference::Times(x, reference::Normal(x)); }},
    {Activation::kGeluTanh, "geluTanh",
     [](double x, double) {
       const double v = 1.5957691216057307117 * (x + 0.044715 * x * x * x);  // √(8/π)
       return reference::Times(x, reference::Sigmoid(v));
     }},
    {Activation::kMish, "mish",
     [](double x, double) { return reference::Times(x, std::tanh(reference::Softplus(x))); }},
    {Activation::kHardSigmoid, "hardSigmoid",
     [](double x, double) { return reference::HardSigmoid(x); }},
    {Activation::kHardSwish, "hardSwish",
     [](double x, double) { return reference::Times(x, reference::HardSigmoid(x)); }},
    {Activation::kSymmetricSigmoid, "symmetricSigmoid",
     [](double x, double) { return std::tanh(x); }},
    {Activation::kGaussian, "gaussian", [](double x, double) { return std::exp(-x * x); }},
    {Activation::kSymmetricGaussian, "symmetricGaussian",
     [](double x, double) { return reference::SymmetricGaussian(x); }},
    {Activation::kElliot, "elliot",
     [](double x, double) {
       const double below = 0.5 / (1 + std::fabs(x));
       return x < 0 ? below : 1 - below;
     }},
    {Activation::kSymmetricElliot, "symmetricElliot",
     [](double x, double) { return reference::Softsign(x); }},
    {Activation::kLinearPiece, "linearPiece",
     [](double x, double) { return x <= 0  ? 0.0
                                   : x > 1 ? 1.0
                                           : x; }},
    {Activation::kSymmetricLinearPiece, "symmetricLinearPiece",
     [](double x, double) { return reference::Between(x, -1, 1); }},
    {Activation::kSin, "sin",
     [](double x, double) { return reference::HalfOfOnePlus(std::sin(x), std::cos(x)); }},
    {Activation::kCos, "cos",
     [](double x, double) { return reference::HalfOfOnePlus(std::cos(x), std::sin(x)); }},
    {Activation::kSymmetricSin, "symmetricSin", [](double x, double) { return std::sin(x); }},
    {Activation::kSymmetricCos, "symmetricCos", [](double x, double) { return std::cos(x); }},
    {Activation::kThreshold, "threshold",
     [](double x, double) { return x != x  ? x
                                   : x < 0 ? 0.0
                                           : 1.0; }},
    {Activation::kSymmetricThreshold, "symmetricThreshold",
     [](double x, double) { return x != x  ? x
                                   : x < 0 ? -1.0
                                           : 1.0; }},
    // FANN's sigmoid is that of 2x.
    {Activation::kStepwiseSigmoid, "stepwiseSigmoid",
     [](double x, double) {
       return reference::Stepwise(
           x / 2,
           {-2.64665246009826660156, -1.47221946716308593750, -5.49306154251098632812e-01,
            5.49306154251098632812e-01, 1.47221934795379638672, 2.64665293693542480469},
           {4.99999988824129104614e-03, 5.00000007450580596924e-02, 0.25, 0.75,
            9.49999988079071044922e-01, 9.95000004768371582031e-01},
           0);
     }},
    {Activation::kSymmetricStepwiseSigmoid, "symmetricStepwiseSigmoid",
     [](double x, double) {
       return reference::Stepwise(
           x,
           {-2.64665293693542480469, -1.47221934795379638672, -5.49306154251098632812e-01,
            5.49306154251098632812e-01, 1.47221934795379638672, 2.64665293693542480469},
           {-9.90000009536743164062e-01, -8.99999976158142089844e-01, -0.5, 0.5,
            8.99999976158142089844e-01, 9.90000009536743164062e-01},
           -1);
     }},
};

static_assert(std::size(kActivations) == kElementwiseActivations,
              "each elementwise activation needs its line in this table");

}  // namespace neural::test
