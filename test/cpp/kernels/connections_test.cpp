// The rules for connections against f64, their special cases, and `out` in the place of the
// weights.
#include "kernels/connections.h"

#include <algorithm>
#include <numeric>

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

constexpr ConnectionRule kRules[] = {ConnectionRule::kBistable, ConnectionRule::kHebbian,
                                     ConnectionRule::kOja,      ConnectionRule::kHomeostatic,
                                     ConnectionRule::kPrune,    ConnectionRule::kJitter};

ConnectionSettings Settings(ConnectionRule rule) {
  float rate = 0.1f;
  if (rule == ConnectionRule::kHomeostatic) rate = 1.5f;
  if (rule == ConnectionRule::kPrune) rate = 0.25f;
  return {rule, rate, 0.02f, -1.25f, 1.25f, 11, 12};
}

class ConnectionsTest : public testing::Test {
 protected:
  void Draw(size_t rows, size_t columns) {
    rows_ = rows, columns_ = columns;
    weights_ = random_.SignedArray(rows * columns, 1.5f);
    pre_ = random_.SignedArray(columns), post_ = random_.SignedArray(rows);
  }

  std::vector<float> Optimize(const ConnectionSettings& s) {
    const Buffer weights(weights_, 1), pre(pre_, 2), post(post_, 3);
    Buffer out(weights_.size(), 2);
    OptimizeConnections(s, weights.data(), pre.data(), post.data(), out.data(), rows_, columns_);
    return out.Copy();
  }

  // The rule for one weight in f64, before the clamp.
  double Exact(const ConnectionSettings& s, size_t r, size_t c) {
    const float* row = weights_.data() + r * columns_;
    const double w = row[c], pre = pre_[c], post = post_[r];
    switch (s.rule) {
      case ConnectionRule::kBistable:
        return w - s.rate * 2.0 * w * (1 - w) * (1 - 2 * w);
      case ConnectionRule::kHebbian:
        return w + s.rate * post * pre - s.decay * w;
      case ConnectionRule::kOja:
        return w + s.rate * post * (pre - post * w);
      case ConnectionRule::kHomeostatic:
        return w * s.rate / std::accumulate(row, row + columns_, 0.0);
      case ConnectionRule::kPrune:
        return std::fabs(w) < s.rate ? 0 : w;
      case ConnectionRule::kJitter:
        return w;
    }
    return w;
  }

  Random random_ = SeededRandom(0xc0);
  size_t rows_ = 0, columns_ = 0;
  std::vector<float> weights_, pre_, post_;
};

TEST_F(ConnectionsTest, FollowTheirRule) {
  for (const ConnectionRule rule : kRules) {
    const ConnectionSettings s = Settings(rule);
    for (const size_t columns : kSizes) {
      Draw(3, columns);
      // All of one sign: the sum of a row must not be near 0 for a bound to make sense.
      if (rule == ConnectionRule::kHomeostatic) {
        for (float& w : weights_) w = std::fabs(w) + 0.1f;
      }
      const std::vector<float> out = Optimize(s);
      for (size_t i = 0; i < out.size(); ++i) {
        const double exact = Exact(s, i / columns, i % columns);
        const double clamped = std::fmin(std::fmax(exact, s.low), s.high);
        const double bound = rule == ConnectionRule::kJitter ? 0.05 + kEpsilon : 8 * kEpsilon;
        ASSERT_TRUE(Within(out[i], clamped, bound)) << static_cast<int>(rule) << " at " << i;
      }
    }
  }
}

TEST_F(ConnectionsTest, WriteOverTheWeights) {
  for (const ConnectionRule rule : kRules) {
    Draw(5, 33);
    const std::vector<float> expected = Optimize(Settings(rule));
    Buffer weights(weights_, 3);
    OptimizeConnections(Settings(rule), weights.data(), pre_.data(), post_.data(), weights.data(),
                        rows_, columns_);
    EXPECT_TRUE(BitsEqual(weights.data(), expected.data(), expected.size()));
  }
}

TEST_F(ConnectionsTest, BistableKeepsItsFixedPoints) {
  Draw(1, 3);
  weights_ = {0, 0.5f, 1};
  const std::vector<float> out = Optimize(Settings(ConnectionRule::kBistable));
  EXPECT_TRUE(BitsEqual(out.data(), weights_.data(), 3));
}

TEST_F(ConnectionsTest, HomeostaticBringsEachRowToItsTarget) {
  Draw(4, 50);
  for (float& w : weights_) w = std::fabs(w) + 0.01f;
  ConnectionSettings s = Settings(ConnectionRule::kHomeostatic);
  const std::vector<float> out = Optimize(s);
  for (size_t r = 0; r < rows_; ++r) {
    const auto row = out.begin() + static_cast<ptrdiff_t>(r * columns_);
    EXPECT_NEAR(std::accumulate(row, row + 50, 0.0), s.rate, 1e-6);
  }
  // A row whose sum is 0 has no such scale.
  Draw(2, 4);
  weights_ = {1, -1, 0.5f, -0.5f, 0, 0, 0, 0};
  EXPECT_TRUE(BitsEqual(Optimize(s).data(), weights_.data(), 8));
}

TEST_F(ConnectionsTest, JitterIsUniformSmallAndOfItsSeed) {
  Draw(100, 100);
  ConnectionSettings s = Settings(ConnectionRule::kJitter);
  s.low = -2, s.high = 2;
  const std::vector<float> out = Optimize(s);
  double sum = 0, squares = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const double change = out[i] - weights_[i];
    sum += change, squares += change * change;
  }
  EXPECT_NEAR(sum / 10000, 0, 0.002);  // Seven standard deviations.
  EXPECT_NEAR(squares / 10000, 0.05 * 0.05 / 3, 5e-5);
  EXPECT_TRUE(BitsEqual(Optimize(s).data(), out.data(), out.size()));
  s.seed_high ^= 1;
  EXPECT_FALSE(BitsEqual(Optimize(s).data(), out.data(), out.size()));
}

TEST_F(ConnectionsTest, JitterInPiecesDrawsTheSameNumbers) {
  Draw(1, 101);
  ConnectionSettings s = Settings(ConnectionRule::kJitter);
  const std::vector<float> expected = Optimize(s);
  for (const uint32_t split : {0u, 1u, 2u, 57u, 100u}) {
    std::vector<float> out(101);
    s.first_index = 0;
    OptimizeConnections(s, weights_.data(), nullptr, nullptr, out.data(), 1, split);
    s.first_index = split;
    OptimizeConnections(s, weights_.data() + split, nullptr, nullptr, out.data() + split, 1,
                        101 - split);
    EXPECT_TRUE(BitsEqual(out.data(), expected.data(), 101)) << split;
  }
}

TEST_F(ConnectionsTest, NanStaysAndInfinityIsHeldWithinTheEnds) {
  Draw(1, 4);
  weights_ = {kNan, kInfinity, -kInfinity, -0.0f};
  for (const ConnectionRule rule : {ConnectionRule::kPrune, ConnectionRule::kJitter}) {
    ConnectionSettings s = Settings(rule);
    s.low = 0, s.high = 1;
    const std::vector<float> out = Optimize(s);
    EXPECT_TRUE(std::isnan(out[0]));
    EXPECT_TRUE(BitsEqual(out[1], 1));
    EXPECT_TRUE(BitsEqual(out[2], 0));
  }
  ConnectionSettings s = Settings(ConnectionRule::kPrune);
  s.low = 0;
  EXPECT_TRUE(BitsEqual(Optimize(s)[3], 0));
}

TEST_F(ConnectionsTest, NeedNeitherSideForRulesOfTheWeightsAlone) {
  Draw(3, 9);
  for (const ConnectionRule rule : kRules) {
    if (NeedsActivity(rule)) continue;
    std::vector<float> out(27);
    OptimizeConnections(Settings(rule), weights_.data(), nullptr, nullptr, out.data(), 3, 9);
    EXPECT_TRUE(BitsEqual(out.data(), Optimize(Settings(rule)).data(), 27));
  }
}

}  // namespace
}  // namespace neural::test
