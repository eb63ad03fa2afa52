// Activations over arrays and their derivatives. How close a single value is to the truth is the
// accuracy test's: here sizes, places, the gain, and the derivative against f64.
#include "kernels/activation.h"

#include "support/buffer.h"
#include "support/expect.h"
#include "support/functions.h"

namespace neural::test {
namespace {

class ActivationTest : public testing::TestWithParam<ActivationReference> {
 protected:
  Activation kind() const { return GetParam().kind; }
  double Value(double x) const { return function_.reference(x, function_.alpha); }

  // What the derivative is taken from: inputs or outputs.
  std::vector<float> ValuesFor(const std::vector<float>& x) const {
    std::vector<float> values = x;
    if (!DerivativeNeedsInput(kind())) Activate(kind(), x.data(), values.data(), x.size(), {});
    return values;
  }
  std::vector<float> Derivatives(const std::vector<float>& x) const {
    std::vector<float> derivatives(x.size(), 1.0f);
    MultiplyByDerivative(kind(), ValuesFor(x).data(), derivatives.data(), x.size());
    return derivatives;
  }
  double Slope(double x, double h) const { return (Value(x + h) - Value(x - h)) / (2 * h); }
  bool HasKinkNear(double x) const {
    const double h = 0x1p-20;
    return std::fabs((Value(x + h) - 2 * Value(x) + Value(x - h)) / h) > 1e-4;
  }

  const Function& function_ = FunctionNamed(GetParam().name);
  Random random_ = SeededRandom(0xac7);
};

TEST_P(ActivationTest, TreatsEachElementAlikeWhateverTheSizeAndThePlace) {
  for (const float gain : {1.0f, 0.5f, -3.0f}) {
    for (const size_t n : kSizes) {
      const std::vector<float> x = random_.HostileArray(n);
      std::vector<float> expected(n);
      for (size_t i = 0; i < n; ++i) {
        const float scaled = gain * x[i];  // Rounded before the function sees it.
        expected[i] = Evaluate(function_, scaled);
      }
      for (size_t offset = 0; offset < 4; ++offset) {
        Buffer in(x, offset), out(n, 3 - offset);
        Activate(kind(), in.data(), out.data(), n, {.gain = gain});
        ASSERT_TRUE(BitsEqual(out.data(), expected.data(), n)) << "gain " << gain;
        Activate(kind(), in.data(), in.data(), n, {.gain = gain});
        ASSERT_TRUE(BitsEqual(in.data(), expected.data(), n)) << "in place, gain " << gain;
      }
    }
  }
}

TEST_P(ActivationTest, DerivativeIsTheSlopeOfTheFunction) {
  const std::vector<float> x = random_.SignedArray(2000, 12);
  const std::vector<float> derivatives = Derivatives(x);
  size_t compared = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    if (HasKinkNear(x[i])) continue;
    ++compared;
    // A derivative such as x·s·(1 - s) multiplies the rounding of s by x and more: the bound is
    // absolute.
    EXPECT_TRUE(Within(derivatives[i], Slope(x[i], 0x1p-20), 16 * kEpsilon)) << Show{x[i]};
  }
  EXPECT_GT(compared, 1990u);
}

// Where the function is a line or a constant to the last bit its slope is one, up to infinity.
TEST_P(ActivationTest, DerivativeHasItsLimitFarOut) {
  if (function_.largest < 1e30f) return;  // Sine and cosine have none.
  const std::vector<float> x = {1e5f, -1e5f, 1e30f, -1e30f, kInfinity, -kInfinity};
  const std::vector<float> derivatives = Derivatives(x);
  for (size_t i = 0; i < x.size(); ++i) {
    const double limit = Slope(std::copysign(1e5, x[i]), 16);
    EXPECT_TRUE(Within(derivatives[i], limit, kEpsilon)) << Show{x[i]};
  }
}

TEST_P(ActivationTest, DerivativeMultipliesWhatIsThere) {
  for (const size_t n : kSizes) {
    const std::vector<float> x = random_.SignedArray(n, 4), g = random_.SignedArray(n, 10);
    const std::vector<float> derivatives = Derivatives(x);
    const Buffer values(ValuesFor(x), 1);
    Buffer gradient(g, 2);
    MultiplyByDerivative(kind(), values.data(), gradient.data(), n);
    for (size_t i = 0; i < n; ++i) ASSERT_TRUE(BitsEqual(gradient[i], g[i] * derivatives[i]));
  }
}

TEST_P(ActivationTest, GradientIsTheSlopeWithItsGainAndAlpha) {
  for (const float gain : {1.0f, -0.4f}) {
    for (const float alpha : {kNan, 0.3f, -0.6f}) {
      const std::vector<float> x = random_.SignedArray(1003, 8);
      const Buffer in(x, 1);
      Buffer out(x.size(), 2);
      ActivationGradient(kind(), in.data(), out.data(), x.size(), {gain, alpha});
      const double a = alpha != alpha ? function_.alpha : double{alpha};
      const auto value = [&](double v) { return function_.reference(double{gain} * v, a); };
      size_t compared = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        const double h = 0x1p-20, v = x[i];
        const double left = (value(v) - value(v - h)) / h, right = (value(v + h) - value(v)) / h;
        if (std::fabs(left - right) > 1e-4) continue;  // A kink.
        ++compared;
        // The argument gain·x is rounded, too, and second derivatives are below 2.
        const double bound = kEpsilon * (16 + 2 * std::fabs(v));
        ASSERT_TRUE(Within(out[i], (left + right) / 2, bound)) << Show{x[i]};
      }
      EXPECT_GT(compared, 990u);
      Buffer same(x, 3);
      ActivationGradient(kind(), same.data(), same.data(), x.size(), {gain, alpha});
      EXPECT_TRUE(BitsEqual(same.data(), out.data(), x.size()));
    }
  }
}

TEST_P(ActivationTest, GradientOfNanIsNan) {
  const std::vector<float> x = {kNan, 1, -kNan, kNan, 2, 3, kNan};
  std::vector<float> out(x.size());
  ActivationGradient(kind(), x.data(), out.data(), x.size(), {});
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(std::isnan(out[i]), std::isnan(x[i])) << i;
}

TEST_P(ActivationTest, NanStaysInTheGradient) {
  const float value = 0.5f;
  float gradient = kNan;
  MultiplyByDerivative(kind(), &value, &gradient, 1);
  EXPECT_TRUE(std::isnan(gradient));
}

INSTANTIATE_TEST_SUITE_P(Kernels, ActivationTest, testing::ValuesIn(kActivations),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Relu, HasNoSlopeAtZero) {
  const float y[] = {0, -0.0f, 0x1p-149f};
  float gradient[] = {5, 5, 5};
  MultiplyByDerivative(Activation::kRelu, y, gradient, 3);
  EXPECT_TRUE(BitsEqual(gradient[0], 0));
  EXPECT_TRUE(BitsEqual(gradient[1], 0));
  EXPECT_TRUE(BitsEqual(gradient[2], 5));
}

TEST(Activations, AreNamedAsInTheApi) {
  size_t i = 0;
#define NEURAL_TEST_NAME(Name, api_name)                \
  EXPECT_EQ(kActivations[i].kind, Activation::k##Name); \
  EXPECT_STREQ(kActivations[i++].name, api_name);
  NEURAL_ACTIVATIONS(NEURAL_TEST_NAME)
#undef NEURAL_TEST_NAME
}

}  // namespace
}  // namespace neural::test
