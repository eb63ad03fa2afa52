// Optimisers: one update of all parameters from their gradients.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace neural {

enum class Optimizer : uint32_t {
  kSgd,       // w -= η·g
  kMomentum,  // v = μ·v + g, w -= η·v (Polyak, 1964)
  kAdam,      // Kingma and Ba, 2015, Algorithm 1
};

struct OptimizerSettings {
  Optimizer kind = Optimizer::kSgd;
  float learning_rate = 0.01f;
  float momentum = 0.9f;
  float beta1 = 0.9f;
  float beta2 = 0.999f;
  float epsilon = 1e-8f;
};

// Arrays of n floats that an optimiser keeps from step to step, zero at the start.
inline uint32_t MomentCount(Optimizer kind) {
  switch (kind) {
    case Optimizer::kSgd:
      return 0;
    case Optimizer::kMomentum:
      return 1;
    case Optimizer::kAdam:
      return 2;
  }
  return 0;
}

// β₁ᵗ and β₂ᵗ, carried along as products: no power function is needed, and every build gets the
// same bits.
struct BetaPowers {
  double beta1 = 1;
  double beta2 = 1;
};

// moments: MomentCount arrays of n, one after another.
void Update(const OptimizerSettings& settings, BetaPowers* powers, float* parameters,
            const float* gradients, float* moments, size_t n);

}  // namespace neural
