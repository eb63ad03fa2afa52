// Losses, their gradients and the count of right answers.
#include "nn/loss.h"

#include "support/expect.h"
#include "support/naive_network.h"

namespace neural::test {
namespace {

// One-hot rows for labels.
std::vector<float> OneHot(const std::vector<uint32_t>& labels, size_t columns) {
  std::vector<float> values(labels.size() * columns);
  for (size_t r = 0; r < labels.size(); ++r) values[r * columns + labels[r]] = 1;
  return values;
}

struct Case {
  std::vector<float> values, targets;
  std::vector<uint32_t> labels;
  size_t rows, columns;
};

std::vector<Case> Cases() {
  Random random = SeededRandom(0x105);
  std::vector<Case> cases;
  for (const size_t rows : {1, 2, 7}) {
    for (const size_t columns : {1, 2, 3, 4, 5, 8, 17, 100}) {
      Case c = {random.SignedArray(rows * columns, 5), {}, {}, rows, columns};
      for (size_t r = 0; r < rows; ++r) {
        c.labels.push_back(random.Below(static_cast<uint32_t>(columns)));
      }
      for (size_t i = 0; i < rows * columns; ++i) c.targets.push_back(std::fabs(random.Signed()));
      cases.push_back(c);
    }
  }
  return cases;
}

double SumOf(Loss loss, const Case& c, Targets targets) {
  std::vector<float> scratch(c.columns);
  return SumOfLosses(loss, c.values.data(), targets, c.rows, c.columns, scratch.data());
}

TEST(Loss, MseIsTheSumOverRowsOfMeanSquares) {
  for (const Case& c : Cases()) {
    double exact = 0;
    for (size_t i = 0; i < c.values.size(); ++i) {
      exact += std::pow(double{c.values[i]} - c.targets[i], 2) / static_cast<double>(c.columns);
    }
    EXPECT_TRUE(
        Within(SumOf(Loss::kMse, c, {c.targets.data(), nullptr}), exact, 4 * kEpsilon * exact));
  }
}

TEST(Loss, CrossEntropyIsThatOfTheSoftmax) {
  for (const Case& c : Cases()) {
    double exact = 0, size = 0;
    for (size_t r = 0; r < c.rows; ++r) {
      const auto row = c.values.begin() + static_cast<ptrdiff_t>(r * c.columns);
      const std::vector<double> logits(row, row + static_cast<ptrdiff_t>(c.columns));
      for (size_t o = 0; o < c.columns; ++o) {
        const double term =
            c.targets[r * c.columns + o] * (NaiveNetwork::LogOfSum(logits) - logits[o]);
        exact += term, size += std::fabs(term) + 1;
      }
    }
    EXPECT_TRUE(Within(SumOf(Loss::kCrossEntropy, c, {c.targets.data(), nullptr}), exact,
                       20 * kEpsilon * size));
  }
}

TEST(Loss, BinaryCrossEntropyIsThatOfTheSigmoids) {
  for (const Case& c : Cases()) {
    double exact = 0;
    for (size_t i = 0; i < c.values.size(); ++i) {
      const double z = c.values[i], t = c.targets[i];
      exact += (t * std::log1p(std::exp(-z)) + (1 - t) * std::log1p(std::exp(z))) /
               static_cast<double>(c.columns);
    }
    EXPECT_TRUE(Within(SumOf(Loss::kBinaryCrossEntropy, c, {c.targets.data(), nullptr}), exact,
                       8 * kEpsilon * exact));
  }
  // Sure and right, sure and wrong.
  const std::vector<float> right = {1, 0}, wrong = {0, 1};
  const Case sure = {{200, -200}, {}, {}, 1, 2};
  EXPECT_EQ(SumOf(Loss::kBinaryCrossEntropy, sure, {wrong.data(), nullptr}), 200);
  EXPECT_LT(SumOf(Loss::kBinaryCrossEntropy, sure, {right.data(), nullptr}), 1e-38);
  const Case nearly = {{20}, {}, {}, 1, 1};
  EXPECT_TRUE(Within(SumOf(Loss::kBinaryCrossEntropy, nearly, {right.data(), nullptr}),
                     std::log1p(std::exp(-20.0)), 1e-15));
}

TEST(Loss, HuberIsSquareBelowAndStraightAboveOne) {
  for (const Case& c : Cases()) {
    double exact = 0;
    for (size_t i = 0; i < c.values.size(); ++i) {
      const double size = std::fabs(double{c.values[i]} - c.targets[i]);
      exact += (size < 1 ? size * size / 2 : size - 0.5) / static_cast<double>(c.columns);
    }
    EXPECT_TRUE(
        Within(SumOf(Loss::kHuber, c, {c.targets.data(), nullptr}), exact, 4 * kEpsilon * exact));
  }
}

TEST(Loss, LabelsAreOneHotTargets) {
  for (const Case& c : Cases()) {
    const std::vector<float> one_hot = OneHot(c.labels, c.columns);
    for (const Loss loss :
         {Loss::kMse, Loss::kCrossEntropy, Loss::kBinaryCrossEntropy, Loss::kHuber}) {
      EXPECT_EQ(SumOf(loss, c, {nullptr, c.labels.data()}),
                SumOf(loss, c, {one_hot.data(), nullptr}));
      std::vector<float> from_labels(c.values.size()), from_values(c.values.size());
      OutputGradient(loss, Activation::kSoftmax, c.values.data(), c.values.data(),
                     {nullptr, c.labels.data()}, c.rows, c.columns, c.rows, from_labels.data());
      OutputGradient(loss, Activation::kSoftmax, c.values.data(), c.values.data(),
                     {one_hot.data(), nullptr}, c.rows, c.columns, c.rows, from_values.data());
      EXPECT_TRUE(BitsEqual(from_labels.data(), from_values.data(), from_labels.size()));
    }
  }
}

TEST(Loss, CrossEntropyStaysFiniteWhereTheSoftmaxUnderflows) {
  const Case c = {{1000, 0}, {}, {1}, 1, 2};
  EXPECT_EQ(SumOf(Loss::kCrossEntropy, c, {nullptr, c.labels.data()}), 1000);
  // What has no weight does not count, even where its logarithm is -Inf.
  const Case impossible = {{-kInfinity, 3}, {0, 1}, {}, 1, 2};
  EXPECT_EQ(SumOf(Loss::kCrossEntropy, impossible, {impossible.targets.data(), nullptr}), 0);
}

TEST(CountCorrect, ComparesTheLargestOfEachRow) {
  const std::vector<float> values = {1, 2, 3, 3,    3,          1,          kNan,      1,
                                     2, 1, 2, kNan, -kInfinity, -kInfinity, -kInfinity};
  const auto count = [&](const std::vector<uint32_t>& labels) {
    const std::vector<float> one_hot = OneHot(labels, 3);
    const uint32_t correct = CountCorrect(values.data(), {nullptr, labels.data()}, 5, 3);
    EXPECT_EQ(CountCorrect(values.data(), {one_hot.data(), nullptr}, 5, 3), correct);
    return correct;
  };
  EXPECT_EQ(count({2, 0, 2, 1, 0}), 3u);  // The first of equal ones; NaN is never right.
  EXPECT_EQ(count({1, 1, 0, 2, 1}), 0u);
  EXPECT_EQ(CountCorrect(values.data(), {nullptr, nullptr}, 0, 3), 0u);
}

}  // namespace
}  // namespace neural::test
