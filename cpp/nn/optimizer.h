// Optimisers: one update of all parameters from their gradients.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

// g: gradient, η: learning rate. Everything else begins at zero unless said otherwise.
enum class Optimizer : uint32_t {
  kSgd,        // w -= η·g (Robbins and Monro, 1951)
  kMomentum,   // v = μ·v + g, w -= η·v (Polyak, 1964)
  kNesterov,   // v = μ·v + g, w -= η·(g + μ·v) (Nesterov, 1983; Sutskever et al., 2013)
  kRmsprop,    // v = ρ·v + (1 - ρ)·g², w -= η·g / (√v + ε) (Tieleman and Hinton, 2012); ρ: beta2
  kAdam,       // Kingma and Ba, 2015, Algorithm 1
  kAdamW,      // the same after w -= η·λ·w (Loshchilov and Hutter, 2019), weights only
  kRprop,      // iRPROP- (Igel and Hüsken, 2000); each step begins at η
  kQuickprop,  // Fahlman, 1988
};
inline constexpr uint32_t kOptimizers = 8;

struct OptimizerSettings {
  Optimizer kind = Optimizer::kSgd;
  float learning_rate = 0.01f;
  float momentum = 0.9f;
  float beta1 = 0.9f;
  float beta2 = 0.999f;
  float epsilon = 1e-8f;
  float weight_decay = 0;  // kAdamW: λ.
  float growth = 1.2f;     // kRprop: η+; kQuickprop: µ, the most by which a step may grow.
  float shrink = 0.5f;     // kRprop: η-.
  float smallest = 1e-6f;  // kRprop: bounds of the steps.
  float largest = 50;
};

// Arrays of n floats that an optimiser keeps from step to step.
inline uint32_t MomentCount(Optimizer kind) {
  switch (kind) {
    case Optimizer::kSgd:
      return 0;
    case Optimizer::kMomentum:
    case Optimizer::kNesterov:
    case Optimizer::kRmsprop:
      return 1;
    case Optimizer::kAdam:
    case Optimizer::kAdamW:
    case Optimizer::kRprop:      // The last gradient, the steps.
    case Optimizer::kQuickprop:  // The last gradient, the last change.
      return 2;
  }
  return 0;
}

// What goes along with the moments: the number of updates made, and β₁ᵗ and β₂ᵗ, carried along as
// products: no power function is needed, and every build gets the same bits.
struct OptimizerState {
  uint32_t updates = 0;
  double beta1 = 1;
  double beta2 = 1;
};

// One update with the learning rate `rate`. moments: MomentCount arrays of n, one after another,
// zero at the start. Of kAdamW the decay is the caller's, who knows which parameters are weights.
void Update(const OptimizerSettings& settings, float rate, OptimizerState* state, float* parameters,
            const float* gradients, float* moments, size_t n);

}  // namespace neural
