// Mean, variance, norms, cosine and extremes against f64, with bounds that follow from what
// reduce.h says, and their special cases.
#include <algorithm>
#include <numeric>

#include "kernels/reduce.h"
#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

const std::vector<size_t> kLengths = {1,  2,  3,  4,   5,   7,    8,    15,   16,   17,
                                      31, 33, 64, 100, 257, 4096, 4097, 8200, 50001};

// The relative error of a sum of `n` terms of one sign: see reduce.h.
double SumBound(size_t n) { return kEpsilon * static_cast<double>(std::min<size_t>(n, 259) + 4); }

double ExactMean(const Buffer& x) {
  return std::accumulate(x.data(), x.data() + x.size(), 0.0) / static_cast<double>(x.size());
}
double ExactNorm(const Buffer& x) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += double{x[i]} * x[i];
  return std::sqrt(sum);
}

class StatisticsTest : public testing::Test {
 protected:
  Buffer Draw(size_t n, float scale = 1) { return Buffer(random_.SignedArray(n, scale), n % 4); }
  Random random_ = SeededRandom(0x57a7);
};

TEST_F(StatisticsTest, MeanAndVarianceAreWithinTheirBounds) {
  for (const size_t n : kLengths) {
    for (const float offset : {0.0f, 3.0f, 1000.0f}) {
      Buffer x = Draw(n);
      for (size_t i = 0; i < n; ++i) x[i] += offset;
      const double mean = ExactMean(x);
      double size = 0, variance = 0;
      for (size_t i = 0; i < n; ++i) {
        size += std::fabs(x[i]) / static_cast<double>(n);
        variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(n);
      }
      // One rounding to f32; the sums of f64 lose nothing that counts.
      const double rest = 1e-12 * size;
      EXPECT_TRUE(Within(Mean(x.data(), n), mean, kEpsilon * std::fabs(mean) + rest)) << n;
      EXPECT_TRUE(Within(Variance(x.data(), n), variance, 1.01 * kEpsilon * variance + rest * rest))
          << n << ", " << offset;
    }
  }
}

TEST_F(StatisticsTest, OfNothing) {
  EXPECT_TRUE(std::isnan(Mean(nullptr, 0)));
  EXPECT_TRUE(std::isnan(Variance(nullptr, 0)));
  EXPECT_TRUE(BitsEqual(Norm(nullptr, 0), 0));
  EXPECT_TRUE(BitsEqual(CosineSimilarity(nullptr, nullptr, 0), 0));
  EXPECT_EQ(MaxValue(nullptr, 0), -kInfinity);
  EXPECT_EQ(MinValue(nullptr, 0), kInfinity);
  EXPECT_EQ(ArgMax(nullptr, 0), 0u);
}

TEST_F(StatisticsTest, NormNeitherOverflowsNorVanishes) {
  for (const size_t n : kLengths) {
    for (const float scale : {0x1p-140f, 0x1p-70f, 0x1p-49f, 1.0f, 0x1p51f, 0x1p70f, 0x1p110f}) {
      Buffer x = Draw(n, scale);
      const double norm = ExactNorm(x);
      EXPECT_TRUE(Within(Norm(x.data(), n), norm, SumBound(n) * norm + 0x1p-149)) << n << scale;
      if (norm == 0) continue;
      Buffer unit(n, 1);
      Normalize(x.data(), unit.data(), n);
      for (size_t i = 0; i < n; ++i) {
        // A scaled element can itself be denormal: its last place is an absolute bound.
        const double exact = x[i] / norm;
        ASSERT_TRUE(Within(unit[i], exact, SumBound(n) * std::fabs(exact) + 0x1p-149 * 2)) << n;
      }
      Normalize(x.data(), x.data(), n);
      EXPECT_TRUE(BitsEqual(x.data(), unit.data(), n));
    }
  }
}

TEST_F(StatisticsTest, ZeroVectorsStay) {
  for (const size_t n : {1, 4, 7}) {
    const std::vector<float> zeros(n), other(n, 2.0f);
    std::vector<float> out(n, 5.0f);
    EXPECT_TRUE(BitsEqual(Norm(zeros.data(), n), 0));
    Normalize(zeros.data(), out.data(), n);
    for (const float v : out) EXPECT_TRUE(BitsEqual(v, 0));
    EXPECT_TRUE(BitsEqual(CosineSimilarity(zeros.data(), other.data(), n), 0));
    EXPECT_TRUE(BitsEqual(CosineSimilarity(other.data(), zeros.data(), n), 0));
  }
}

TEST_F(StatisticsTest, CosineIsWithinItsBoundAndItsRange) {
  for (const size_t n : kLengths) {
    for (const float scale : {0x1p-130f, 1.0f, 0x1p100f}) {
      const Buffer a = Draw(n, scale), b = Draw(n);
      double dot = 0, sizes = 0;
      for (size_t i = 0; i < n; ++i) {
        dot += double{a[i]} * b[i];
        sizes += std::fabs(double{a[i]} * b[i]);
      }
      const double norms = ExactNorm(a) * ExactNorm(b);
      if (norms == 0) continue;
      const double bound = 2 * SumBound(n) * (sizes / norms + std::fabs(dot / norms));
      EXPECT_TRUE(Within(CosineSimilarity(a.data(), b.data(), n), dot / norms, bound)) << n;
      const float self = CosineSimilarity(b.data(), b.data(), n);
      EXPECT_LE(self, 1);
      EXPECT_GE(self, 1 - SumBound(n));
    }
  }
}

TEST_F(StatisticsTest, ExtremesAreThoseOfStandardAlgorithms) {
  for (const size_t n : kLengths) {
    const Buffer x = Draw(n);
    const float* largest = std::max_element(x.data(), x.data() + n);
    EXPECT_EQ(MaxValue(x.data(), n), *largest);
    EXPECT_EQ(MinValue(x.data(), n), *std::min_element(x.data(), x.data() + n));
    EXPECT_EQ(ArgMax(x.data(), n), static_cast<size_t>(largest - x.data()));
  }
}

TEST_F(StatisticsTest, NanIsFoundInEveryPlace) {
  for (const size_t n : {1, 4, 5, 17}) {
    for (size_t i = 0; i < n; ++i) {
      Buffer x = Draw(n);
      x[i] = kNan;
      EXPECT_TRUE(std::isnan(MaxValue(x.data(), n))) << i;
      EXPECT_TRUE(std::isnan(MinValue(x.data(), n))) << i;
      EXPECT_EQ(ArgMax(x.data(), n), i);
      EXPECT_TRUE(std::isnan(Mean(x.data(), n)));
      EXPECT_TRUE(std::isnan(Variance(x.data(), n)));
      EXPECT_TRUE(std::isnan(Norm(x.data(), n)));
      const Buffer other = Draw(n);
      EXPECT_TRUE(std::isnan(CosineSimilarity(x.data(), other.data(), n)));
    }
  }
}

TEST_F(StatisticsTest, ArgMaxTakesTheFirstOfEqualElements) {
  const float x[] = {1, 3, 2, 3, 3};
  EXPECT_EQ(ArgMax(x, 5), 1u);
  const float all_infinite[] = {-kInfinity, -kInfinity};
  EXPECT_EQ(ArgMax(all_infinite, 2), 0u);
}

}  // namespace
}  // namespace neural::test
