// The error of every function against f64 libm, over bit patterns a stride apart and densely where
// something changes. All 2^32 patterns are the exhaustive test's.
#include "support/expect.h"
#include "support/functions.h"

namespace neural::test {
namespace {

constexpr size_t kBatch = 4096;

// Calls check(x, y) for each of the inputs.
template <class Check>
void ForEach(const Function& function, const std::vector<float>& inputs, Check check) {
  std::vector<float> outputs(kBatch);
  for (size_t begin = 0; begin < inputs.size(); begin += kBatch) {
    const size_t n = std::min(kBatch, inputs.size() - begin);
    function.kernel(inputs.data() + begin, outputs.data(), n);
    for (size_t i = 0; i < n; ++i) check(inputs[begin + i], outputs[i]);
  }
}

struct Worst {
  double ulp = 0;
  float x = 0;
};

Worst WorstError(const Function& function, const std::vector<float>& inputs) {
  Worst worst;
  ForEach(function, inputs, [&](float x, float y) {
    const double ulp = UlpError(y, Exact(function, x));
    if (ulp > worst.ulp && !(std::fabs(x) > function.largest && std::isfinite(x))) worst = {ulp, x};
  });
  return worst;
}

std::vector<float> Strided(uint32_t stride) {
  std::vector<float> inputs;
  inputs.reserve((uint64_t{1} << 32) / stride + 1);
  for (uint64_t bits = 0; bits < uint64_t{1} << 32; bits += stride) {
    inputs.push_back(FromBits(static_cast<uint32_t>(bits)));
  }
  return inputs;
}

// `count` floats to each side of a value, in the order of the real numbers.
std::vector<float> Around(float value, int count) {
  std::vector<float> inputs;
  float x = value;
  for (int i = 0; i < count; ++i) x = std::nextafter(x, -kInfinity);
  for (int i = 0; i <= 2 * count; ++i, x = std::nextafter(x, kInfinity)) inputs.push_back(x);
  return inputs;
}

// Where exponents change, where halves of a reduced range meet, and where formulas are switched.
std::vector<float> Landmarks() {
  std::vector<float> inputs;
  const auto add = [&inputs](float value, int count = 32) {
    for (const float sign : {1.0f, -1.0f}) {
      const std::vector<float> near = Around(sign * value, count);
      inputs.insert(inputs.end(), near.begin(), near.end());
    }
  };
  for (int exponent = -149; exponent <= 127; ++exponent) {
    for (const float m : {1.0f, 0x1.6a09e6p+0f, 1.25f, 1.5f}) add(std::ldexp(m, exponent));
  }
  for (int i = 0; i <= 310; ++i) add(static_cast<float>(i * 0.34657359027997264));     // ln(2)/2
  for (int i = 0; i <= 5300; ++i) add(static_cast<float>(i * 1.5707963267948966), 2);  // π/2
  add(0.83255461f, 500);  // Where the symmetric Gaussian crosses 0.
  for (const float x : {0.0f, 9.02f, 88.722839f, 89.0f, 87.336544f, 103.972084f, 104.0f}) add(x);
  return inputs;
}

class Accuracy : public testing::TestWithParam<Function> {};

TEST_P(Accuracy, StaysWithinItsBoundOverAllExponents) {
  static const std::vector<float> inputs = Strided(1021);  // A prime: every low bit is met.
  const Worst worst = WorstError(GetParam(), inputs);
  EXPECT_LE(worst.ulp, GetParam().max_ulp) << "at " << Show{worst.x};
}

TEST_P(Accuracy, StaysWithinItsBoundAtLandmarks) {
  const Worst worst = WorstError(GetParam(), Landmarks());
  EXPECT_LE(worst.ulp, GetParam().max_ulp) << "at " << Show{worst.x};
}

TEST_P(Accuracy, NanStaysAndNothingElseBecomesNan) {
  const Function& function = GetParam();
  const auto check = [&](float x, float y) {
    ASSERT_EQ(std::isnan(y), std::isnan(Exact(function, x))) << Show{x} << Show{y};
  };
  ForEach(function, HostileFloats(), check);
}

INSTANTIATE_TEST_SUITE_P(Math, Accuracy, testing::ValuesIn(Functions()),
                         [](const auto& info) { return info.param.name; });

// Where a function has no accuracy any more it is still one: no NaN, nothing above 1.
TEST_P(Accuracy, StaysInItsRangeBeyondItsBound) {
  const Function& function = GetParam();
  if (function.largest > 1e30f) return;
  std::vector<float> inputs;
  for (uint32_t bits = BitsOf(function.largest); bits < BitsOf(kInfinity); bits += 10007) {
    inputs.push_back(FromBits(bits));
    inputs.push_back(-FromBits(bits));
  }
  ForEach(function, inputs, [](float x, float y) { ASSERT_LE(std::fabs(y), 1) << Show{x}; });
}

// The second parameter, where an activation has one, is as exact as its default.
TEST_P(Accuracy, HoldsForAnotherAlpha) {
  for (const ActivationReference& a : kActivations) {
    if (a.name != GetParam().name) continue;
    const Function function = ActivationFunction(a, 0.25f);
    const Worst worst = WorstError(function, Landmarks());
    EXPECT_LE(worst.ulp, function.max_ulp) << "at " << Show{worst.x};
  }
}

TEST(Exp, HasTheSameBitsWhereItIsKnownNotToBeAboveZero) {
  std::vector<float> inputs = Strided(1021);
  const std::vector<float> landmarks = Landmarks();
  inputs.insert(inputs.end(), landmarks.begin(), landmarks.end());
  size_t compared = 0;
  for (const float x : inputs) {
    if (!(x <= 0)) continue;
    ++compared;
    const float expected = FirstLane(Exp::Apply(Splat(x)));
    ASSERT_TRUE(BitsEqual(FirstLane(ExpNotAboveZero(Splat(x))), expected)) << Show{x};
  }
  EXPECT_GT(compared, 2'000'000u);
}

// Values that must come out exactly, the signs of zeros included.
struct ExactValue {
  const char* function;
  float x, y;
};

const ExactValue kExact[] = {
    {"exp", 0, 1},
    {"exp", -0.0f, 1},
    {"exp", kInfinity, kInfinity},
    {"exp", -kInfinity, 0},
    {"exp", kNan, kNan},
    {"exp", 0x1p-149f, 1},
    {"exp", 0x1.62e430p6f, kInfinity},  // The first whose power exceeds the largest float …
    {"exp", 1e30f, kInfinity},
    {"exp", -1e30f, 0},
    {"exp", -0x1.9fe368p6f, 0x1p-149f},  // … and the last before half of the smallest …
    {"exp", -0x1.9fe36ap6f, 0},          // … and the first after it.
    {"exp", -0x1.fffffep+127f, 0},
    {"log", 1, 0},
    {"log", 0, -kInfinity},
    {"log", -0.0f, -kInfinity},
    {"log", kInfinity, kInfinity},
    {"log", -kInfinity, kNan},
    {"log", kNan, kNan},
    {"log", -1, kNan},
    {"log", -0x1p-149f, kNan},
    {"linear", -0.0f, -0.0f},
    {"linear", 0x1p-149f, 0x1p-149f},
    {"relu", -0.0f, 0},
    {"relu", 0, 0},
    {"relu", -0x1p-149f, 0},
    {"relu", 0x1p-149f, 0x1p-149f},
    {"relu", -kInfinity, 0},
    {"relu", kInfinity, kInfinity},
    {"relu6", -0.0f, 0},
    {"relu6", 6, 6},
    {"relu6", kInfinity, 6},
    {"leakyRelu", -0.0f, -0.0f},
    {"leakyRelu", -kInfinity, -kInfinity},
    {"elu", -kInfinity, -1},
    {"elu", 0x1p-149f, 0x1p-149f},
    {"elu", -0x1p-149f, -0x1p-149f},
    {"softplus", kInfinity, kInfinity},
    {"softplus", -kInfinity, 0},
    {"softsign", kInfinity, 1},
    {"softsign", -kInfinity, -1},
    {"silu", kInfinity, kInfinity},
    {"gelu", kInfinity, kInfinity},
    {"geluTanh", kInfinity, kInfinity},
    {"mish", kInfinity, kInfinity},
    {"hardSigmoid", -3, 0},
    {"hardSigmoid", 3, 1},
    {"hardSigmoid", kInfinity, 1},
    {"hardSwish", 3, 3},
    {"hardSwish", kInfinity, kInfinity},
    {"gaussian", 0, 1},
    {"gaussian", kInfinity, 0},
    {"gaussian", -kInfinity, 0},
    {"symmetricGaussian", 0, 1},
    {"symmetricGaussian", kInfinity, -1},
    {"elliot", 0, 0.5f},
    {"elliot", kInfinity, 1},
    {"elliot", -kInfinity, 0},
    {"cos", 0, 1},
    {"symmetricSin", 0, 0},
    {"symmetricCos", 0, 1},
    {"symmetricSin", kInfinity, kNan},
    {"symmetricCos", -kInfinity, kNan},
    {"threshold", -0.0f, 1},
    {"threshold", -0x1p-149f, 0},
    {"symmetricThreshold", -0.0f, 1},
    {"symmetricThreshold", -0x1p-149f, -1},
    {"stepwiseSigmoid", 0, 0.5f},
    {"stepwiseSigmoid", -5.29330492f, 0.005f},
    {"stepwiseSigmoid", -5.2933054f, 0},
    {"stepwiseSigmoid", 5.2933054f, 0.995f},
    {"stepwiseSigmoid", 5.29330587f, 1},
    {"stepwiseSigmoid", kInfinity, 1},
    {"stepwiseSigmoid", -kInfinity, 0},
    {"symmetricStepwiseSigmoid", 0, 0},
    {"symmetricStepwiseSigmoid", -0.0f, -0.0f},
    {"symmetricStepwiseSigmoid", -2.64665294f, -0.99f},
    {"symmetricStepwiseSigmoid", -2.64665318f, -1},
    {"symmetricStepwiseSigmoid", 2.64665294f, 1},
    {"symmetricStepwiseSigmoid", kInfinity, 1},
    {"symmetricStepwiseSigmoid", -kInfinity, -1},
    {"sigmoid", 0, 0.5f},
    {"sigmoid", -0.0f, 0.5f},
    {"sigmoid", kInfinity, 1},
    {"sigmoid", -kInfinity, 0},
    {"sigmoid", 0x1.fffffep+127f, 1},
    {"sigmoid", -0x1.fffffep+127f, 0},
    {"sigmoid", -0x1.9fe368p6f, 0x1p-149f},
    {"sigmoid", -0x1.9fe36ap6f, 0},
    {"tanh", 0, 0},
    {"tanh", -0.0f, -0.0f},
    {"tanh", 0x1p-149f, 0x1p-149f},
    {"tanh", -0x1p-149f, -0x1p-149f},
    {"tanh", kInfinity, 1},
    {"tanh", -kInfinity, -1},
    {"tanh", 0x1.fffffep+127f, 1},
    {"tanh", -0x1.fffffep+127f, -1},
};

TEST(SpecialValues, AreExact) {
  for (const ExactValue& e : kExact) {
    EXPECT_TRUE(BitsEqual(Evaluate(FunctionNamed(e.function), e.x), e.y))
        << e.function << " of " << Show{e.x};
  }
}

// A function that rises must not fall where its results overflow, become denormal or end.
TEST(SpecialValues, RiseMonotonicallyNearThresholds) {
  const struct {
    const char* function;
    float x;
  } thresholds[] = {{"exp", 88.722839f},    {"exp", 89.0f},         {"exp", -87.336544f},
                    {"exp", -103.972084f},  {"exp", -104.0f},       {"log", 0x1p-126f},
                    {"log", 0x1p-149f},     {"log", 1.0f},          {"log", 0x1.fffffep+127f},
                    {"sigmoid", -87.3365f}, {"sigmoid", -103.972f}, {"sigmoid", 17.0f},
                    {"tanh", 9.02f},        {"tanh", -9.02f},       {"tanh", 0.0f}};
  for (const auto& t : thresholds) {
    float last = -kInfinity;
    ForEach(FunctionNamed(t.function), Around(t.x, 2000), [&](float x, float y) {
      if (std::isnan(y)) return;  // Left of 0 for the logarithm.
      EXPECT_GE(y, last) << t.function << " at " << Show{x};
      last = y;
    });
  }
}

TEST(SpecialValues, DenormalResultsAreRoundedOnce) {
  // e^x and the sigmoid for all x between their smallest normal result and their last.
  for (const char* name : {"exp", "sigmoid"}) {
    std::vector<float> inputs;
    for (uint32_t bits = BitsOf(87.3f); bits < BitsOf(104.5f); bits += 3) {
      inputs.push_back(-FromBits(bits));
    }
    const Worst worst = WorstError(FunctionNamed(name), inputs);
    EXPECT_LE(worst.ulp, FunctionNamed(name).max_ulp) << name << " at " << Show{worst.x};
    EXPECT_GT(Evaluate(FunctionNamed(name), -100), 0) << name;
  }
}

}  // namespace
}  // namespace neural::test
