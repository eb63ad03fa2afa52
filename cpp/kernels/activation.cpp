#include "kernels/activation.h"

#include "kernels/elementwise.h"

namespace neural {

namespace {

template <class F>
concept TakesInput = requires(F32x4 v) { F::DerivativeFromInput(v, v); };

template <class F>
F32x4 Derivative(F32x4 value) {
  const F32x4 alpha = Splat(F::kAlpha);
  if constexpr (TakesInput<F>) {
    return F::DerivativeFromInput(value, alpha);
  } else {
    return F::DerivativeFromOutput(value, alpha);
  }
}

}  // namespace

void Activate(Activation kind, const float* x, float* out, size_t n,
              ActivationParameters parameters) {
  VisitActivation(kind, [=](auto f) {
    using F = decltype(f);
    const bool is_default = parameters.alpha != parameters.alpha;
    const F32x4 alpha = Splat(is_default ? F::kAlpha : parameters.alpha);
    // Multiplied even by 1: the product changes no bit, and a second loop would double the code.
    const F32x4 gain = Splat(parameters.gain);
    Map(x, out, n, [=](F32x4 v) { return F::Forward(Mul(gain, v), alpha); });
  });
}

bool DerivativeNeedsInput(Activation kind) {
  bool needs = false;
  VisitActivation(kind, [&needs](auto f) { needs = TakesInput<decltype(f)>; });
  return needs;
}

void MultiplyByDerivative(Activation kind, const float* values, float* gradient, size_t n) {
  if (kind == Activation::kLinear) return;
  VisitActivation(kind, [=](auto f) {
    Zip(values, gradient, gradient, n,
        [](F32x4 v, F32x4 g) { return Mul(g, Derivative<decltype(f)>(v)); });
  });
}

}  // namespace neural
