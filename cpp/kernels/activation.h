// Activations and their gradients over arrays.
#pragma once

#include "kernels/activation_list.h"

namespace neural {

// kSoftmax is not elementwise: see softmax.h.
enum class Activation : uint32_t {
#define NEURAL_ENUMERATOR(Name, name) k##Name,
  NEURAL_ACTIVATIONS(NEURAL_ENUMERATOR)
#undef NEURAL_ENUMERATOR
      kSoftmax
};
inline constexpr uint32_t kElementwiseActivations = static_cast<uint32_t>(Activation::kSoftmax);

// y = f(gain·x). alpha is the second parameter of those that have one; NaN stands for its default.
inline constexpr float kDefaultAlpha = __builtin_nanf("");
struct ActivationParameters {
  float gain = 1;
  float alpha = kDefaultAlpha;
};

// Calls visitor with a value of the struct that belongs to an elementwise activation.
template <class Visitor>
inline void VisitActivation(Activation kind, Visitor visitor) {
  switch (kind) {
#define NEURAL_CASE(Name, name) \
  case Activation::k##Name:     \
    return visitor(activation::Name{});
    NEURAL_ACTIVATIONS(NEURAL_CASE)
#undef NEURAL_CASE
    case Activation::kSoftmax:
      return;
  }
}

// out[i] = f(gain·x[i]); out may be x.
void Activate(Activation kind, const float* x, float* out, size_t n,
              ActivationParameters parameters);

// True where the derivative cannot be had from the output: training then keeps the input, too.
bool DerivativeNeedsInput(Activation kind);

// gradient[i] *= f'(…) at gain 1 and the default alpha, from the activation's inputs where it needs
// them, else from its outputs.
void MultiplyByDerivative(Activation kind, const float* values, float* gradient, size_t n);

// out[i] = gain·f'(gain·x[i]), the slope of Activate at x[i]; at a kink that of one side. out may
// be x.
void ActivationGradient(Activation kind, const float* x, float* out, size_t n,
                        ActivationParameters parameters);

}  // namespace neural
