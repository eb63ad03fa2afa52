// Softmax and its logarithm against f64, with a bound for each value that follows from its
// operations, and rows that would overflow without the maximum taken off.
#include "kernels/softmax.h"

#include <algorithm>
#include <numeric>

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

double MaximumOf(const float* x, size_t n) { return *std::max_element(x, x + n); }

double SumOfExponentials(const float* x, size_t n) {
  const double largest = MaximumOf(x, n);
  double sum = 0;
  for (size_t i = 0; i < n; ++i) sum += std::exp(x[i] - largest);
  return sum;
}

// Additions that one term of a row goes through in f32: a quarter of a block of 1024, the lanes,
// the sum of the blocks.
double AdditionsOf(size_t n) { return static_cast<double>(std::min<size_t>(n, 1024) / 4 + 4); }

void ExpectSoftmax(const float* x, const float* y, size_t n) {
  const double largest = MaximumOf(x, n), sum = SumOfExponentials(x, n);
  double total = 0;
  for (size_t i = 0; i < n; ++i) {
    const double distance = x[i] - largest;
    const double exact = std::exp(distance) / sum;
    // The rounded difference in the exponent, e^x to 2 ULP, the sum, a reciprocal and a product.
    const double relative = kEpsilon * (std::fabs(distance) / 2 + 4 + 2 + AdditionsOf(n) / 2);
    ASSERT_TRUE(Within(y[i], exact, exact * relative + 0x1p-149)) << i << " of " << n;
    total += y[i];
  }
  EXPECT_TRUE(Within(total, 1, static_cast<double>(n) * kEpsilon + kEpsilon)) << n;
}

void ExpectLogSoftmax(const float* x, const float* y, size_t n) {
  const double largest = MaximumOf(x, n), sum = SumOfExponentials(x, n);
  for (size_t i = 0; i < n; ++i) {
    const double exact = x[i] - largest - std::log(sum);
    const double bound =
        kEpsilon * (std::fabs(x[i] - largest) + 2 * std::log(sum) + 4 + AdditionsOf(n) / 2);
    ASSERT_TRUE(Within(y[i], exact, bound)) << i << " of " << n;
  }
}

TEST(Softmax, IsWithinItsBoundForEachValue) {
  Random random = SeededRandom(0x50f);
  for (const size_t columns : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257, 1025, 5000}) {
    for (const float scale : {0.01f, 1.0f, 20.0f, 1000.0f}) {
      const size_t rows = 3;
      const Buffer x(random.SignedArray(rows * columns, scale), columns % 4);
      Buffer y(rows * columns, 1), log_y(rows * columns, 2);
      Softmax(x.data(), y.data(), rows, columns);
      LogSoftmax(x.data(), log_y.data(), rows, columns);
      for (size_t r = 0; r < rows; ++r) {
        ExpectSoftmax(x.data() + r * columns, y.data() + r * columns, columns);
        ExpectLogSoftmax(x.data() + r * columns, log_y.data() + r * columns, columns);
      }
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Softmax, GivesARowTheSameBitsAloneAndInPlace) {
  Random random = SeededRandom(0x50e);
  for (const size_t columns : kSizes) {
    for (const size_t rows : {0, 1, 2, 5}) {
      const std::vector<float> x = random.SignedArray(rows * columns, 10);
      for (const auto kernel : {Softmax, LogSoftmax}) {
        Buffer whole(x.size(), 1), in_place(x, 2);
        kernel(x.data(), whole.data(), rows, columns);
        kernel(in_place.data(), in_place.data(), rows, columns);
        EXPECT_TRUE(BitsEqual(in_place.data(), whole.data(), x.size()));
        for (size_t r = 0; r < rows; ++r) {
          Buffer row(columns, 3);
          kernel(x.data() + r * columns, row.data(), 1, columns);
          EXPECT_TRUE(BitsEqual(row.data(), whole.data() + r * columns, columns));
        }
      }
    }
  }
}

TEST(Softmax, DoesNotOverflow) {
  const float x[] = {1e30f, 1e30f, -1e30f, 0x1.fffffep+127f, 0x1.fffffep+127f, -0x1.fffffep+127f};
  float y[6];
  Softmax(x, y, 2, 3);
  const float expected[] = {0.5f, 0.5f, 0, 0.5f, 0.5f, 0};
  EXPECT_TRUE(BitsEqual(y, expected, 6));
  LogSoftmax(x, y, 1, 3);
  EXPECT_TRUE(Within(y[0], -std::log(2.0), kEpsilon));
  EXPECT_TRUE(Within(y[2], -2e30, 1e24));
}

TEST(Softmax, TakesMinusInfinityAsNothing) {
  for (const size_t n : {2, 5, 17}) {
    std::vector<float> x(n, -kInfinity), y(n);
    x[n / 2] = -3;
    Softmax(x.data(), y.data(), 1, n);
    for (size_t i = 0; i < n; ++i) EXPECT_TRUE(BitsEqual(y[i], i == n / 2 ? 1 : 0));
    LogSoftmax(x.data(), y.data(), 1, n);
    for (size_t i = 0; i < n; ++i) EXPECT_TRUE(BitsEqual(y[i], i == n / 2 ? 0 : -kInfinity));
  }
}

TEST(Softmax, OfARowWithoutAnAnswerIsNan) {
  for (const size_t n : {1, 3, 4, 9}) {
    for (size_t place = 0; place < n; ++place) {
      std::vector<float> x(2 * n, 1.0f);
      for (const float culprit : {kNan, kInfinity}) {
        x[place] = culprit;
        for (const auto kernel : {Softmax, LogSoftmax}) {
          std::vector<float> y(2 * n);
          kernel(x.data(), y.data(), 2, n);
          for (size_t i = 0; i < n; ++i) EXPECT_TRUE(std::isnan(y[i])) << n << ", " << place;
          for (size_t i = n; i < 2 * n; ++i) EXPECT_FALSE(std::isnan(y[i])) << "the other row";
        }
      }
    }
  }
  const std::vector<float> nothing(5, -kInfinity);
  for (const auto kernel : {Softmax, LogSoftmax}) {
    float y[5];
    kernel(nothing.data(), y, 1, 5);
    for (const float v : y) EXPECT_TRUE(std::isnan(v));
  }
}

}  // namespace
}  // namespace neural::test
