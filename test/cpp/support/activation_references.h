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
};

static_assert(std::size(kActivations) == kElementwiseActivations,
              "each elementwise activation needs its line in this table");

}  // namespace neural::test
