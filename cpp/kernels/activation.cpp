#include "kernels/activation.h"

#include "kernels/elementwise.h"

namespace neural {

void Activate(Activation kind, const float* x, float* out, size_t n,
              ActivationParameters parameters) {
  const F32x4 gain = Splat(parameters.gain);
  VisitActivation(kind, [=](auto f) {
    if (parameters.gain == 1.0f) {
      Map(x, out, n, [](F32x4 v) { return decltype(f)::Forward(v); });
    } else {
      Map(x, out, n, [=](F32x4 v) { return decltype(f)::Forward(Mul(gain, v)); });
    }
  });
}

void MultiplyByDerivative(Activation kind, const float* y, float* gradient, size_t n) {
  if (kind == Activation::kLinear) return;
  VisitActivation(kind, [=](auto f) {
    Zip(y, gradient, gradient, n,
        [](F32x4 v, F32x4 g) { return Mul(g, decltype(f)::DerivativeFromOutput(v)); });
  });
}

}  // namespace neural
