// Each optimiser against its paper's formulas in f64, over ten steps.
#include "nn/optimizer.h"

#include "support/buffer.h"
#include "support/expect.h"
#include "support/network_fixture.h"

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
        case Optimizer::kNesterov:
          first[i] = settings.momentum * first[i] + g;
          w[i] -= rate * (g + settings.momentum * first[i]);
          break;
        case Optimizer::kRmsprop:
          first[i] = beta2 * first[i] + (1 - beta2) * g * g;
          w[i] -= rate * g / (std::sqrt(first[i]) + settings.epsilon);
          break;
        case Optimizer::kAdam:
        case Optimizer::kAdamW: {
          first[i] = beta1 * first[i] + (1 - beta1) * g;
          second[i] = beta2 * second[i] + (1 - beta2) * g * g;
          const double m = first[i] / (1 - std::pow(beta1, step));
          const double v = second[i] / (1 - std::pow(beta2, step));
          w[i] -= rate * m / (std::sqrt(v) + settings.epsilon);
          break;
        }
        case Optimizer::kRprop: {
          if (step == 1) second[i] = rate;
          const double product = Sign(g) * Sign(first[i]);
          if (product > 0)
            second[i] = std::min<double>(second[i] * settings.growth, settings.largest);
          if (product < 0)
            second[i] = std::max<double>(second[i] * settings.shrink, settings.smallest);
          first[i] = product < 0 ? 0 : g;
          w[i] -= Sign(first[i]) * second[i];
          break;
        }
        case Optimizer::kQuickprop: {
          const double slope = -g, last = -first[i], change = second[i], growth = settings.growth;
          double next = rate * slope;
          if (change != 0) {
            const double up = Sign(change);
            const bool steep = up * slope > growth / (1 + growth) * up * last;
            const double parabola = change * slope / (last - slope);
            const double most = growth * std::fabs(change);
            next = steep ? growth * change : std::max(-most, std::min(most, parabola));
            if (up * slope > 0) next += rate * slope;
          }
          w[i] += second[i] = next;
          first[i] = g;
          break;
        }
      }
    }
  }

  static double Sign(double v) { return v > 0 ? 1 : v < 0 ? -1 : 0; }
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
    OptimizerState state;
    for (int step = 0; step < 10; ++step) {
      // Gradients of very different sizes.
      std::vector<float> g = random_.SignedArray(n);
      for (size_t i = 0; i < n; ++i) g[i] = std::ldexp(g[i], static_cast<int>(i % 20) - 15);
      const Buffer gradients(g, 3);
      Update(Settings(), 0.05f, &state, w.data(), gradients.data(), moments.data(), n);
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
  OptimizerState state;
  Update(Settings(), 0.05f, &state, w.data(), zeros.data(), moments.data(), n);
  EXPECT_TRUE(BitsEqual(w.data(), start.data(), n));
}

TEST(Rprop, StaysWithinItsBounds) {
  OptimizerSettings s;
  s.kind = Optimizer::kRprop;
  s.smallest = 0.125f, s.largest = 0.5f;
  std::vector<float> w(5), moments(10);
  OptimizerState state;
  const auto step = [&](float gradient) {
    const std::vector<float> before = w, g(5, gradient);
    Update(s, 0.25f, &state, w.data(), g.data(), moments.data(), 5);
    return w[4] - before[4];
  };
  EXPECT_EQ(step(-2), 0.25f);
  for (int i = 0; i < 6; ++i) step(-1e-30f);
  EXPECT_EQ(step(-1), 0.5f);
  EXPECT_EQ(step(1), 0);  // Turned: no step at once.
  EXPECT_EQ(step(1), -0.25f);
  EXPECT_EQ(step(-1), 0);
  EXPECT_EQ(step(1), -0.125f);
  EXPECT_EQ(step(0), 0);
}

TEST(Quickprop, FindsTheLowestPointOfAParabola) {
  OptimizerSettings s;
  s.kind = Optimizer::kQuickprop;
  s.growth = 100;
  // (w - 3)²: the second step leads from two slopes to the minimum.
  std::vector<float> w = {1}, moments(2);
  OptimizerState state;
  for (int i = 0; i < 2; ++i) {
    const float g = 2 * (w[0] - 3);
    // Without the share of the gradient after the first step.
    Update(s, i == 0 ? 0.25f : 0.0f, &state, w.data(), &g, moments.data(), 1);
  }
  EXPECT_TRUE(Within(w[0], 3, 1e-6));
}

TEST_P(OptimizerTest, TreatsEachParameterAlike) {
  // The same weight and gradient in every place, tail included.
  for (const size_t n : kSizes) {
    std::vector<float> w(n, 0.3f), moments(n * MomentCount(GetParam()));
    const std::vector<float> g(n, -0.7f);
    OptimizerState state;
    for (int step = 0; step < 3; ++step) {
      Update(Settings(), 0.05f, &state, w.data(), g.data(), moments.data(), n);
    }
    for (size_t i = 1; i < n; ++i) ASSERT_TRUE(BitsEqual(w[i], w[0])) << i << " of " << n;
  }
}

std::string NameOf(const testing::TestParamInfo<Optimizer>& info) {
  const char* names[] = {"sgd",  "momentum", "nesterov", "rmsprop",
                         "adam", "adamw",    "rprop",    "quickprop"};
  return names[static_cast<size_t>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Nn, OptimizerTest, testing::ValuesIn(kAllOptimizers), NameOf);

}  // namespace
}  // namespace neural::test
