// The stored results of the self-test against float64 and libm.
#include "bindings/golden_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/naive_network.h"

namespace neural::test {
namespace {

using golden::kCount, golden::kX, golden::kY, golden::kPositive;

// Ten digits are stored: far more than the 24 bits that are compared.
void ExpectStored(double stored, double computed) {
  EXPECT_NEAR(stored, computed, std::ldexp(std::fabs(stored), -30));
}

template <class F>
void ExpectMap(const golden::Values& stored, F f) {
  for (size_t i = 0; i < kCount; ++i) {
    SCOPED_TRACE(i);
    ExpectStored(stored[i], f(i));
  }
}

TEST(GoldenValues, InputsAreExactInF32) {
  for (const auto& values : {kX, kY, kPositive}) {
    for (size_t i = 0; i < kCount; ++i) EXPECT_EQ(static_cast<float>(values[i]), values[i]);
  }
}

TEST(GoldenValues, Arithmetic) {
  using namespace golden;
  ExpectMap(kAdd, [](size_t i) { return kX[i] + kY[i]; });
  ExpectMap(kSub, [](size_t i) { return kX[i] - kY[i]; });
  ExpectMap(kMul, [](size_t i) { return kX[i] * kY[i]; });
  ExpectMap(kDiv, [](size_t i) { return kX[i] / kY[i]; });
  ExpectMap(kMin, [](size_t i) { return std::min(kX[i], kY[i]); });
  ExpectMap(kMax, [](size_t i) { return std::max(kX[i], kY[i]); });
  ExpectMap(kAxpy, [](size_t i) { return kAxpyAlpha * kX[i] + kY[i]; });
  ExpectMap(kLerp, [](size_t i) { return (1 - kLerpT) * kX[i] + kLerpT * kY[i]; });
  ExpectMap(kScale, [](size_t i) { return kFactor * kX[i]; });
  ExpectMap(kAddScalar, [](size_t i) { return kX[i] + kAddend; });
  ExpectMap(kClamp, [](size_t i) { return std::clamp(kX[i], kLow, kHigh); });
  ExpectMap(kAbs, [](size_t i) { return std::fabs(kX[i]); });
  ExpectMap(kNeg, [](size_t i) { return -kX[i]; });
  ExpectMap(kSquare, [](size_t i) { return kX[i] * kX[i]; });
  ExpectMap(kSqrt, [](size_t i) { return std::sqrt(kPositive[i]); });
}

TEST(GoldenValues, FunctionsAndActivations) {
  using namespace golden;
  const auto at = [](const char* name, double gain = 1) {
    const Function& f = FunctionNamed(name);
    return [&f, gain](size_t i) { return f.reference(gain * kX[i], f.alpha); };
  };
  ExpectMap(kExp, [](size_t i) { return std::exp(kX[i]); });
  ExpectMap(kLog, [](size_t i) { return std::log(kPositive[i]); });
  ExpectMap(kRelu, at("relu"));
  ExpectMap(kSigmoid, at("sigmoid"));
  ExpectMap(kTanh, at("tanh"));
  ExpectMap(kTanhOfHalf, at("tanh", kGain));
  ExpectMap(kSoftplus, at("softplus"));
  ExpectMap(kGelu, at("gelu"));
  ExpectMap(kSin, at("sin"));
  ExpectMap(kGradient, [](size_t i) { return std::cos(kX[i]); });
}

TEST(GoldenValues, RowsAndReductions) {
  using namespace golden;
  const double norm = std::sqrt(std::inner_product(kX, kX + kCount, kX, 0.0));
  const double norm_y = std::sqrt(std::inner_product(kY, kY + kCount, kY, 0.0));
  const double log_sum = NaiveNetwork::LogOfSum({kY, kY + kCount});
  ExpectMap(kNormalized, [=](size_t i) { return kX[i] / norm; });
  ExpectMap(kSoftmax, [=](size_t i) { return std::exp(kY[i] - log_sum); });
  ExpectMap(kLogSoftmax, [=](size_t i) { return kY[i] - log_sum; });
  const double sum = std::accumulate(kX, kX + kCount, 0.0), mean = sum / kCount;
  double variance = 0;
  for (const double x : kX) variance += (x - mean) * (x - mean) / kCount;
  const double dot = std::inner_product(kX, kX + kCount, kY, 0.0);
  EXPECT_EQ(kDot, dot);
  ExpectStored(kCosineSimilarity, dot / (norm * norm_y));
  EXPECT_EQ(kSum, sum);
  EXPECT_EQ(kMean, mean);
  ExpectStored(kNorm, norm);
  ExpectStored(kVariance, variance);
  EXPECT_EQ(kMinValue, *std::min_element(kX, kX + kCount));
  EXPECT_EQ(kMaxValue, *std::max_element(kX, kX + kCount));
  EXPECT_EQ(kArgmax, std::max_element(kX, kX + kCount) - kX);
}

TEST(GoldenValues, NeuronsAndConnections) {
  using namespace golden;
  const auto spikes =
      std::count_if(kPositive, kPositive + kCount, [](double s) { return s > kThreshold; });
  ExpectStored(kSpikeRate, static_cast<double>(spikes) / (kWindowMs / 1000));
  const auto mean = [](const golden::Values& values) {
    return std::accumulate(values, values + kCount, 0.0) / kCount;
  };
  ExpectStored(kMeshEfficiency, mean(kX) * mean(kPositive));
  const auto clamped = [](double w) { return std::clamp(w, kWeightLow, kWeightHigh); };
  ExpectMap(kBistable, [=](size_t i) {
    const double w = kX[i];
    return clamped(w - kRate * 2 * w * (1 - w) * (1 - 2 * w));
  });
  ExpectMap(kOja,
            [=](size_t i) { return clamped(kX[i] + kRate * kPost * (kY[i] - kPost * kX[i])); });
}

double Checksum(const golden::Product& p) {
  double checksum = 0;
  for (uint32_t i = 0; i < p.m; ++i) {
    for (uint32_t j = 0; j < p.n; ++j) {
      double sum = 0;
      for (uint32_t l = 0; l < p.k; ++l) {
        const uint32_t left = p.flags & 1 ? l * p.m + i : i * p.k + l;
        const uint32_t right = p.flags & 2 ? j * p.k + l : l * p.n + j;
        sum += golden::LeftNumber(left) * golden::RightNumber(right);
      }
      checksum += ((i * p.n + j) % 7 + 1) * sum;
    }
  }
  return checksum;
}

TEST(GoldenValues, Products) {
  for (const golden::Product& p : golden::kProducts) EXPECT_EQ(p.checksum, Checksum(p));
  EXPECT_EQ(golden::kMatvec.checksum, Checksum(golden::kMatvec));
}

TEST(GoldenValues, NetworkAndStep) {
  NaiveNetwork network = {{std::begin(golden::kLayers), std::end(golden::kLayers)},
                          {Activation::kTanh, Activation::kSoftmax},
                          {std::begin(golden::kParameters), std::end(golden::kParameters)}};
  const std::vector<float> x(std::begin(golden::kInputs), std::end(golden::kInputs));
  const auto expect_outputs = [&](const double(&stored)[4]) {
    for (size_t row = 0; row < 2; ++row) {
      std::vector<double> logits;
      const std::vector<double> y = network.Run(x.data() + row * 3, &logits);
      for (size_t o = 0; o < 2; ++o) ExpectStored(stored[row * 2 + o], y[o]);
    }
  };
  expect_outputs(golden::kOutputs);
  const std::vector<float> targets = {0, 1, 1, 0};  // The labels, one of two each.
  ASSERT_EQ(golden::kLabels[0], 1u);
  ASSERT_EQ(golden::kLabels[1], 0u);
  ExpectStored(golden::kLoss, network.MeanLoss(Loss::kCrossEntropy, x, targets, 2));

  // Differences of fourth order: their error is about 1e-12 of the loss.
  const auto loss_at = [&](size_t p, double change) {
    NaiveNetwork moved = network;
    moved.parameters[p] += change;
    return moved.MeanLoss(Loss::kCrossEntropy, x, targets, 2);
  };
  constexpr double h = 1e-3;
  std::vector<double> next = network.parameters;
  for (size_t p = 0; p < next.size(); ++p) {
    const double slope =
        (8 * (loss_at(p, h) - loss_at(p, -h)) - (loss_at(p, 2 * h) - loss_at(p, -2 * h))) /
        (12 * h);
    next[p] -= golden::kLearningRate * slope;
  }
  network.parameters = next;
  expect_outputs(golden::kOutputsAfterStep);
}

}  // namespace
}  // namespace neural::test
