// Dropout: how much goes, that what stays is scaled, and on what the choice depends.
#include "nn/dropout.h"

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

std::vector<float> Dropped(uint32_t rows, uint32_t columns, float rate, RandomPair key,
                           uint32_t first_row) {
  Buffer values(std::vector<float>(size_t{rows} * columns, 3), 1);
  ApplyDropout(values.data(), rows, columns, rate, key, first_row);
  return values.Copy();
}

TEST(Dropout, LeavesOutItsShareAndScalesTheRest) {
  for (const float rate : {0.05f, 0.3f, 0.5f, 0.9f}) {
    const std::vector<float> values = Dropped(300, 101, rate, {1, 2}, 0);
    size_t zeros = 0;
    for (const float v : values) {
      if (v == 0) {
        ++zeros;
      } else {
        ASSERT_EQ(v, 3 * (1.0f / (1.0f - rate)));
      }
    }
    const double n = static_cast<double>(values.size());
    // Four and a half standard deviations.
    EXPECT_TRUE(
        Within(static_cast<double>(zeros) / n, rate, 4.5 * std::sqrt(rate * (1 - rate) / n)));
  }
}

TEST(Dropout, ReplacesWhatIsNoNumber) {
  std::vector<float> values(64, kNan);
  ApplyDropout(values.data(), 1, 64, 0.5f, {1, 2}, 0);
  EXPECT_TRUE(std::any_of(values.begin(), values.end(), [](float v) { return v == 0; }));
}

TEST(Dropout, DependsOnKeyRowAndColumnAlone) {
  for (const uint32_t columns : {1u, 3u, 4u, 15u, 16u, 17u, 33u, 100u}) {
    const std::vector<float> whole = Dropped(20, columns, 0.5f, {7, 8}, 0);
    for (uint32_t row = 0; row < 20; ++row) {
      const std::vector<float> alone = Dropped(1, columns, 0.5f, {7, 8}, row);
      ASSERT_TRUE(BitsEqual(alone.data(), whole.data() + size_t{row} * columns, columns));
    }
    // Narrower rows are the beginnings of wider ones.
    const std::vector<float> wide = Dropped(20, columns + 5, 0.5f, {7, 8}, 0);
    for (uint32_t row = 0; row < 20; ++row) {
      const float* narrow = whole.data() + size_t{row} * columns;
      ASSERT_TRUE(BitsEqual(narrow, wide.data() + size_t{row} * (columns + 5), columns));
    }
  }
  EXPECT_NE(Dropped(5, 20, 0.5f, {7, 8}, 0), Dropped(5, 20, 0.5f, {7, 9}, 0));
  EXPECT_NE(Dropped(5, 20, 0.5f, {7, 8}, 0), Dropped(5, 20, 0.5f, {7, 8}, 1));
}

}  // namespace
}  // namespace neural::test
