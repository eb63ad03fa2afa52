// The random numbers: known answers, the stream's order, and whether what is drawn from it is
// uniform.
#include "math/threefry.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

// Of the Random123 distribution (kat_vectors, threefry2x32, 20 rounds).
TEST(Threefry, GivesTheKnownAnswers) {
  const struct {
    RandomPair counter, key, expected;
  } answers[] = {
      {{0, 0}, {0, 0}, {0x6b200159u, 0x99ba4efeu}},
      {{~0u, ~0u}, {~0u, ~0u}, {0x1cb996fcu, 0xbb002be7u}},
      {{0x243f6a88u, 0x85a308d3u}, {0x13198a2eu, 0x03707344u}, {0xc4923a9cu, 0x483df7a0u}},
  };
  for (const auto& a : answers) {
    const RandomPair pair = Threefry(a.key, a.counter);
    EXPECT_EQ(pair.first, a.expected.first);
    EXPECT_EQ(pair.second, a.expected.second);
  }
}

TEST(RandomStream, IsTheGeneratorAtRisingCounters) {
  RandomStream stream(7, 8, 9);
  for (uint32_t i = 0; i < 5; ++i) {
    const RandomPair pair = Threefry({7, 8}, {i, 9});
    EXPECT_EQ(stream.Next(), pair.first);
    EXPECT_EQ(stream.Next(), pair.second);
  }
}

TEST(FillSigned, IsTheStreamTimesTheLimit) {
  for (const size_t n : kSizes) {
    for (const uint32_t seed : {0u, 0xffffffffu, 0x12345678u}) {
      RandomStream stream(seed, ~seed, seed / 3);
      Buffer filled(n, 1);
      FillSigned(filled.data(), n, 0.3f, {seed, ~seed}, seed / 3);
      for (size_t i = 0; i < n; ++i) {
        ASSERT_TRUE(BitsEqual(filled[i], 0.3f * stream.NextSigned())) << i << " of " << n;
      }
    }
  }
}

TEST(RandomStream, DiffersInEachPartOfItsSeed) {
  std::set<uint32_t> firsts;
  for (const auto& [low, high, number] :
       {std::array<uint32_t, 3>{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 0}, {0, 1, 1}}) {
    firsts.insert(RandomStream(low, high, number).Next());
  }
  EXPECT_EQ(firsts.size(), 6u);
}

// Pearson's statistic of counts that should be equal.
double ChiSquare(const std::vector<uint32_t>& counts) {
  const double expected =
      std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double sum = 0;
  for (const uint32_t count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

// What Pearson's statistic exceeds once in 10^4 times (Wilson and Hilferty, 1931).
double ChiSquareLimit(size_t outcomes) {
  const double freedom = static_cast<double>(outcomes - 1), z = 3.72;
  return freedom * std::pow(1 - 2 / (9 * freedom) + z * std::sqrt(2 / (9 * freedom)), 3);
}

TEST(RandomStream, SignedNumbersAreUniform) {
  constexpr size_t kBins = 64;
  std::vector<uint32_t> bins(kBins);
  RandomStream stream(1, 2, 3);
  for (int i = 0; i < 100000; ++i) {
    const float v = stream.NextSigned();
    ASSERT_TRUE(v >= -1 && v < 1) << v;
    ASSERT_EQ(v * 0x1p23f, std::floor(v * 0x1p23f));  // 24 bits, exactly.
    ++bins[static_cast<size_t>((v + 1) / 2 * kBins)];
  }
  EXPECT_LT(ChiSquare(bins), ChiSquareLimit(kBins));
}

TEST(RandomStream, NumbersBelowABoundAreUniform) {
  for (const uint32_t bound : {1u, 2u, 3u, 10u, 100u}) {
    std::vector<uint32_t> counts(bound);
    RandomStream stream(bound, 0, 0);
    for (int i = 0; i < 50000; ++i) ++counts.at(stream.NextBelow(bound));
    if (bound > 1) {
      EXPECT_LT(ChiSquare(counts), ChiSquareLimit(bound)) << bound;
    }
  }
  // Three quarters of 2^32: of a plain remainder or product every third value would be twice as
  // likely.
  const uint32_t bound = 0xc0000000u;
  std::vector<uint32_t> counts(3);
  RandomStream stream(4, 5, 6);
  for (int i = 0; i < 50000; ++i) {
    const uint32_t v = stream.NextBelow(bound);
    ASSERT_LT(v, bound);
    ++counts[v % 3];
  }
  EXPECT_LT(ChiSquare(counts), ChiSquareLimit(3));
}

TEST(Shuffle, IsAPermutation) {
  for (const uint32_t n : {0u, 1u, 2u, 3u, 17u, 1000u}) {
    std::vector<uint32_t> order(n + 1, 77);
    Shuffle(order.data(), n, 1, 2, 3);
    EXPECT_EQ(order[n], 77u);
    order.resize(n);
    if (n == 1000) {
      EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
    }
    std::sort(order.begin(), order.end());
    for (uint32_t i = 0; i < n; ++i) ASSERT_EQ(order[i], i);
  }
}

TEST(Shuffle, MakesEveryPermutationEquallyLikely) {
  std::vector<uint32_t> counts(24);
  for (uint32_t stream = 0; stream < 24000; ++stream) {
    uint32_t order[4];
    Shuffle(order, 4, 99, 0, stream);
    // The permutation's number in the factorial system.
    size_t number = 0;
    for (size_t i = 0; i < 4; ++i) {
      size_t smaller = 0;
      for (size_t j = i + 1; j < 4; ++j) smaller += order[j] < order[i];
      number = number * (4 - i) + smaller;
    }
    ++counts.at(number);
  }
  EXPECT_LT(ChiSquare(counts), ChiSquareLimit(24));
}

}  // namespace
}  // namespace neural::test
