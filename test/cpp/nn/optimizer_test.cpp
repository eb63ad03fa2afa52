// Each optimiser against its paper's formulas in f64, over ten steps.
#include "nn/optimizer.h"

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

struct ExactOptimizer {
  OptimizerSettings settings;
  std::vector<double> w, first, second;
  int step = 0;

  void Update(const std::vector<float>& gradients) {
    ++step;
    const double rate = settings.learning_rate, beta1 = settings.beta1, beta2 = settings.beta2;
    for (size_t i = 0; i < w.size(); ++i) {
      const double g = gradients[i];
      switch (settings.kind) {
        case Optimizer::kSgd:
          w[i] -= rate * g;
          break;
        case Optimizer::kMomentum:
          first[i] = settings.momentum * first[i] + g;
          w[i] -= rate * first[i];
          break;
        case Optimizer::kAdam: {
          first[i] = beta1 * first[i] + (1 - beta1) * g;
          second[i] = beta2 * second[i] + (1 - beta2) * g * g;
          const double m = first[i] / (1 - std::pow(beta1, step));
          const double v = second[i] / (1 - std::pow(beta2, step));
          w[i] -= rate * m / (std::sqrt(v) + settings.epsilon);
          break;
        }
      }
    }
  }
};

class OptimizerTest : public testing::TestWithParam<Optimizer> {
 protected:
  OptimizerSettings Settings() const {
    OptimizerSettings s;
    s.kind = GetParam();
    s.learning_rate = 0.05f;
    return s;
  }
  Random random_ = SeededRandom(0x0b7);
};

TEST_P(OptimizerTest, FollowsItsFormulasForTenSteps) {
  for (const size_t n : {1, 3, 4, 5, 16, 33, 257}) {
    const std::vector<float> start = random_.SignedArray(n);
    ExactOptimizer exact = {
        Settings(), {start.begin(), start.end()}, std::vector<double>(n), std::vector<double>(n)};
    Buffer w(start, 1);
    Buffer moments(std::vector<float>(n * MomentCount(GetParam())), 2);
    BetaPowers powers;
    for (int step = 0; step < 10; ++step) {
      // Gradients of very different sizes.
      std::vector<float> g = random_.SignedArray(n);
      for (size_t i = 0; i < n; ++i) g[i] = std::ldexp(g[i], static_cast<int>(i % 20) - 15);
      const Buffer gradients(g, 3);
      Update(Settings(), &powers, w.data(), gradients.data(), moments.data(), n);
      exact.Update(g);
      for (size_t i = 0; i < n; ++i) {
        const double moved = std::fabs(exact.w[i] - start[i]);
        // Each step rounds the weight, and the step itself by some units of its last place.
        EXPECT_TRUE(Within(w[i], exact.w[i], (step + 1) * kEpsilon * (1 + 20 * moved + 1)))
            << "step " << step << ", " << i << " of " << n;
      }
    }
  }
}

TEST_P(OptimizerTest, TakesZeroGradients) {
  const size_t n = 9;
  const std::vector<float> start = random_.SignedArray(n), zeros(n);
  std::vector<float> w = start, moments(n * MomentCount(GetParam()));
  BetaPowers powers;
  Update(Settings(), &powers, w.data(), zeros.data(), moments.data(), n);
  EXPECT_TRUE(BitsEqual(w.data(), start.data(), n));
}

TEST_P(OptimizerTest, TreatsEachParameterAlike) {
  // The same weight and gradient in every place, tail included.
  for (const size_t n : kSizes) {
    std::vector<float> w(n, 0.3f), moments(n * MomentCount(GetParam()));
    const std::vector<float> g(n, -0.7f);
    BetaPowers powers;
    for (int step = 0; step < 3; ++step) {
      Update(Settings(), &powers, w.data(), g.data(), moments.data(), n);
    }
    for (size_t i = 1; i < n; ++i) ASSERT_TRUE(BitsEqual(w[i], w[0])) << i << " of " << n;
  }
}

std::string NameOf(const testing::TestParamInfo<Optimizer>& info) {
  const char* names[] = {"sgd", "momentum", "adam"};
  return names[static_cast<size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Nn, OptimizerTest,
                         testing::Values(Optimizer::kSgd, Optimizer::kMomentum, Optimizer::kAdam),
                         NameOf);

}  // namespace
}  // namespace neural::test
