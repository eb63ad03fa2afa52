#include "nn/optimizer.h"

#include "kernels/elementwise.h"

namespace neural {

namespace {

void UpdateMomentum(const OptimizerSettings& s, float* w, const float* g, float* v, size_t n) {
  const F32x4 momentum = Splat(s.momentum);
  Zip(v, g, v, n,
      [=](F32x4 velocity, F32x4 gradient) { return MulAdd(momentum, velocity, gradient); });
  Axpy(-s.learning_rate, v, w, w, n);
}

// The corrections 1/(1 - βᵗ) for the moments' start at zero are computed in f64.
void UpdateAdam(const OptimizerSettings& s, BetaPowers* powers, float* w, const float* g, float* m,
                float* v, size_t n) {
  powers->beta1 *= s.beta1;
  powers->beta2 *= s.beta2;
  const F32x4 beta1 = Splat(s.beta1), rest1 = Splat(1.0f - s.beta1);
  const F32x4 beta2 = Splat(s.beta2), rest2 = Splat(1.0f - s.beta2);
  Zip(m, g, m, n,
      [=](F32x4 old, F32x4 gradient) { return MulAdd(beta1, old, Mul(rest1, gradient)); });
  Zip(v, g, v, n, [=](F32x4 old, F32x4 gradient) {
    return MulAdd(beta2, old, Mul(rest2, Mul(gradient, gradient)));
  });
  const F32x4 rate = Splat(static_cast<float>(-s.learning_rate / (1 - powers->beta1)));
  const F32x4 correction = Splat(static_cast<float>(1 / (1 - powers->beta2)));
  const F32x4 epsilon = Splat(s.epsilon);
  size_t i = 0;
  const auto step = [=](F32x4 parameter, F32x4 first, F32x4 second) {
    const F32x4 scale = Add(Sqrt(Mul(second, correction)), epsilon);
    return Add(parameter, Div(Mul(rate, first), scale));
  };
  for (; i + kLanes <= n; i += kLanes) Store(w + i, step(Load(w + i), Load(m + i), Load(v + i)));
  if (i < n) {
    const size_t rest = n - i;
    StorePartial(w + i,
                 step(LoadPartial(w + i, rest), LoadPartial(m + i, rest), LoadPartial(v + i, rest)),
                 rest);
  }
}

}  // namespace

void Update(const OptimizerSettings& settings, BetaPowers* powers, float* parameters,
            const float* gradients, float* moments, size_t n) {
  switch (settings.kind) {
    case Optimizer::kSgd:
      Axpy(-settings.learning_rate, gradients, parameters, parameters, n);
      break;
    case Optimizer::kMomentum:
      UpdateMomentum(settings, parameters, gradients, moments, n);
      break;
    case Optimizer::kAdam:
      UpdateAdam(settings, powers, parameters, gradients, moments, moments + n, n);
      break;
  }
}

}  // namespace neural
