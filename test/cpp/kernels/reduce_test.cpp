// Reductions: the documented order bit by bit, the bound of the numerics contract, and rows of
// infinities and NaN.
#include "kernels/reduce.h"

#include <algorithm>

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

// Sizes around the vector and the block, and some blocks.
const std::vector<size_t> kLengths = [] {
  std::vector<size_t> lengths(std::begin(kSizes), std::end(kSizes));
  for (const size_t n : {4095, 4096, 4097, 4111, 8192, 12289, 100003}) lengths.push_back(n);
  return lengths;
}();

// What reduce.h says, word by word: element i of a block goes to sum i mod 16.
float InDocumentedOrder(const std::vector<float>& terms) {
  double total = 0;
  float block_sum = 0;
  for (size_t begin = 0; begin < terms.size(); begin += 4096) {
    float sums[4][4] = {};
    for (size_t i = begin; i < std::min(begin + 4096, terms.size()); ++i) {
      float& sum = sums[i % 16 / 4][i % 4];
      sum = sum + terms[i];
    }
    float lanes[4];
    for (int l = 0; l < 4; ++l) {
      lanes[l] = (sums[0][l] + sums[2][l]) + (sums[1][l] + sums[3][l]);
    }
    block_sum = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    total += block_sum;
  }
  return terms.size() <= 4096 ? block_sum : static_cast<float>(total);
}

std::vector<float> Products(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> products(a.size());
  for (size_t i = 0; i < a.size(); ++i) products[i] = a[i] * b[i];
  return products;
}

TEST(Reduce, FollowsTheDocumentedOrder) {
  Random random = SeededRandom(0x5d0);
  for (const size_t n : kLengths) {
    for (size_t offset = 0; offset < 4; ++offset) {
      // Magnitudes from 2^-20 to 2^20, so that every other order gives another sum.
      std::vector<float> x = random.SignedArray(n), y = random.SignedArray(n);
      for (float& v : x) v = std::ldexp(v, static_cast<int>(random.Below(41)) - 20);
      const Buffer a(x, offset), b(y, 3 - offset);
      EXPECT_TRUE(BitsEqual(Sum(a.data(), n), InDocumentedOrder(x))) << n;
      EXPECT_TRUE(BitsEqual(Dot(a.data(), b.data(), n), InDocumentedOrder(Products(x, y)))) << n;
    }
  }
}

TEST(Reduce, FollowsItForHostileValues) {
  Random random = SeededRandom(0x5d1);
  for (int i = 0; i < 300; ++i) {
    const size_t n = random.Below(40);
    const std::vector<float> x = random.HostileArray(n), y = random.HostileArray(n);
    EXPECT_TRUE(BitsEqual(Sum(x.data(), n), InDocumentedOrder(x)));
    EXPECT_TRUE(BitsEqual(Dot(x.data(), y.data(), n), InDocumentedOrder(Products(x, y))));
  }
}

TEST(Reduce, StaysWithinTheBoundOfTheContract) {
  Random random = SeededRandom(0x5d2);
  for (const size_t n : kLengths) {
    const std::vector<float> x = random.SignedArray(n), y = random.SignedArray(n);
    double sum = 0, dot = 0, sum_of_sizes = 0, dot_of_sizes = 0;
    for (size_t i = 0; i < n; ++i) {
      sum += x[i], sum_of_sizes += std::fabs(x[i]);
      dot += double{x[i]} * y[i], dot_of_sizes += std::fabs(double{x[i]} * y[i]);
    }
    // reduce.h: whatever n is, no worse than a chain of 259 additions.
    const double factor = 2 * kEpsilon * static_cast<double>(std::min<size_t>(n, 259) + 1);
    EXPECT_TRUE(Within(Sum(x.data(), n), sum, factor * sum_of_sizes)) << n;
    EXPECT_TRUE(Within(Dot(x.data(), y.data(), n), dot, factor * dot_of_sizes)) << n;
  }
}

TEST(Reduce, OfNothingIsZero) {
  EXPECT_TRUE(BitsEqual(Sum(nullptr, 0), 0));
  EXPECT_TRUE(BitsEqual(Dot(nullptr, nullptr, 0), 0));
}

TEST(Reduce, CarriesInfinitiesAndNanFromEveryPlace) {
  for (const size_t n : {1, 5, 16, 33, 5000}) {
    const std::vector<float> ones(n, 1.0f);
    for (size_t i = 0; i < n; i += n / 5 + 1) {
      std::vector<float> x = ones;
      x[i] = kInfinity;
      EXPECT_EQ(Sum(x.data(), n), kInfinity);
      EXPECT_EQ(Dot(x.data(), ones.data(), n), kInfinity);
      x[n - 1 - i] = i == n - 1 - i ? kNan : -kInfinity;
      EXPECT_TRUE(std::isnan(Sum(x.data(), n))) << n << ", " << i;
      EXPECT_TRUE(std::isnan(Dot(ones.data(), x.data(), n))) << n << ", " << i;
    }
  }
}

}  // namespace
}  // namespace neural::test
