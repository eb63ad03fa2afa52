// Spike rate and mesh efficiency: what counts as a spike, and how close long means are.
#include "kernels/neurons.h"

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

TEST(Neurons, ASpikeIsAboveTheThresholdInF64) {
  const float x[] = {0.1f, 0.1f, 0.2f, -1, kInfinity, kNan};
  EXPECT_EQ(CountAbove(x, 6, 0.1), 4u);  // 0.1f is a little more than 0.1.
  EXPECT_EQ(CountAbove(x, 6, 0.1f), 2u);
  EXPECT_EQ(CountAbove(x, 6, static_cast<double>(kInfinity)), 0u);
  EXPECT_EQ(CountAbove(nullptr, 0, 0), 0u);
}

TEST(Neurons, SpikeRateIsPerSecond) {
  const float x[] = {1, 0, 1, 0.5f, 0};
  EXPECT_EQ(SpikeRate(x, 5, 100, 0.1), 3 / (100.0 / 1000));
  EXPECT_EQ(SpikeRate(x, 5, 1000, 0.1), 3);
  EXPECT_EQ(SpikeRate(x, 5, 100, 0.5), 2 / (100.0 / 1000));
  for (const double window : {0.0, -1.0, double{kNan}, double{-kInfinity}}) {
    EXPECT_EQ(SpikeRate(x, 5, window, 0.1), 0) << window;
  }
  EXPECT_EQ(SpikeRate(x, 5, static_cast<double>(kInfinity), 0.1), 0);
  EXPECT_EQ(SpikeRate(x, 5, 0x1p-1074, 7), 0);
  EXPECT_EQ(SpikeRate(nullptr, 0, 100, 0.1), 0);
}

// Equal values are the hardest case of a long sum in f32: all roundings go the same way.
TEST(Neurons, MeshEfficiencyIsAccurateForLongArrays) {
  for (const float value : {0.1f, 0.7f, 1e-30f, 3e38f}) {
    for (const size_t n : {1u, 3u, 4u, 7u, 100000u}) {
      const std::vector<float> neurons(n, value), synapses(2 * n + 1, 0.3f);
      const double exact = double{value} * double{0.3f};
      EXPECT_NEAR(MeshEfficiency(neurons.data(), n, synapses.data(), 2 * n + 1) / exact, 1, 1e-10);
    }
  }
}

TEST(Neurons, MeshEfficiencyOfNothingIsZero) {
  const float x[] = {1, kNan};
  EXPECT_EQ(MeshEfficiency(nullptr, 0, x, 2), 0);
  EXPECT_EQ(MeshEfficiency(x, 1, nullptr, 0), 0);
  EXPECT_TRUE(std::isnan(MeshEfficiency(x, 2, x, 1)));
}

}  // namespace
}  // namespace neural::test
