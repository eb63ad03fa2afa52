// Activations and their gradients.
//
// Each activation is one struct: its forward form over four lanes, its derivative, and whether the
// derivative can be had from the output alone (then training keeps no copy of the input). NaN in
// gives NaN out; ±Inf gives the limit.
#pragma once

#include "math/sigmoid.h"
#include "math/tanh.h"
#include "simd/vec4.h"

namespace neural {

// The order is part of the ABI. kSoftmax is not elementwise: see softmax.h.
enum class Activation : uint32_t { kLinear, kRelu, kSigmoid, kTanh, kSoftmax };
inline constexpr uint32_t kElementwiseActivations = static_cast<uint32_t>(Activation::kSoftmax);

// y = f(gain·x). alpha is the second parameter of those that have one.
struct ActivationParameters {
  float gain = 1;
  float alpha = 0;
};

namespace activation {

struct Linear {
  static constexpr double kMaxUlp = 0;
  static F32x4 Forward(F32x4 x) { return x; }
  static F32x4 DerivativeFromOutput(F32x4) { return Splat(1.0f); }
};

struct Relu {
  static constexpr double kMaxUlp = 0;
  // Adding +0 turns -0 into +0, as Math.max(x, 0) does; the comparison keeps NaN.
  static F32x4 Forward(F32x4 x) { return Add(PseudoMax(x, Zero()), Zero()); }
  static F32x4 DerivativeFromOutput(F32x4 y) {
    return BitCast(And(BitCast(Splat(1.0f)), Less(Zero(), y)));
  }
};

struct Sigmoid {
  static constexpr double kMaxUlp = neural::Sigmoid::kMaxUlp;
  static F32x4 Forward(F32x4 x) { return neural::Sigmoid::Apply(x); }
  static F32x4 DerivativeFromOutput(F32x4 y) { return Mul(y, Sub(Splat(1.0f), y)); }
};

struct Tanh {
  static constexpr double kMaxUlp = neural::Tanh::kMaxUlp;
  static F32x4 Forward(F32x4 x) { return neural::Tanh::Apply(x); }
  static F32x4 DerivativeFromOutput(F32x4 y) { return Sub(Splat(1.0f), Mul(y, y)); }
};

}  // namespace activation

// Calls visitor with a value of the struct that belongs to an elementwise activation.
template <class Visitor>
inline void VisitActivation(Activation kind, Visitor visitor) {
  switch (kind) {
    case Activation::kLinear:
      return visitor(activation::Linear{});
    case Activation::kRelu:
      return visitor(activation::Relu{});
    case Activation::kSigmoid:
      return visitor(activation::Sigmoid{});
    case Activation::kTanh:
      return visitor(activation::Tanh{});
    case Activation::kSoftmax:
      return;
  }
}

// out[i] = f(gain·x[i]); out may be x.
void Activate(Activation kind, const float* x, float* out, size_t n,
              ActivationParameters parameters);

// gradient[i] *= f'(…), from the activation's output y, at gain 1.
void MultiplyByDerivative(Activation kind, const float* y, float* gradient, size_t n);

}  // namespace neural
