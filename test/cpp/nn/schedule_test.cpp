// Schedules against their formulas in f64.
#include "nn/schedule.h"

#include "support/expect.h"

namespace neural::test {
namespace {

TEST(Schedule, ConstantIsOne) {
  for (const uint32_t t : {0u, 5u, 1000u}) EXPECT_EQ(ScheduleFactor(Schedule::kConstant, t, 10), 1);
  EXPECT_EQ(ScheduleFactor(Schedule::kCosine, 5, 0), 1);
}

TEST(Schedule, CosineFallsFromOneToZero) {
  for (const uint32_t total : {1u, 2u, 7u, 1000u, 0xffffffffu}) {
    EXPECT_EQ(ScheduleFactor(Schedule::kCosine, 0, total), 1);
    for (int i = 1; i <= 50; ++i) {
      const auto t = static_cast<uint32_t>(total / 50.0 * i);
      const double exact = 0.5 * (1 + std::cos(3.14159265358979323846 * t / total));
      EXPECT_TRUE(Within(ScheduleFactor(Schedule::kCosine, t, total), exact, 4e-7)) << t;
    }
    EXPECT_LT(ScheduleFactor(Schedule::kCosine, total, total), 1e-12);
    EXPECT_EQ(ScheduleFactor(Schedule::kCosine, 0xffffffffu, total),
              ScheduleFactor(Schedule::kCosine, total, total));
  }
}

TEST(Schedule, StepFallsAtHalfAndAtThreeQuarters) {
  const auto factor = [](uint32_t t) { return ScheduleFactor(Schedule::kStep, t, 100); };
  EXPECT_EQ(factor(0), 1.0f);
  EXPECT_EQ(factor(49), 1.0f);
  EXPECT_EQ(factor(50), 0.1f);
  EXPECT_EQ(factor(74), 0.1f);
  EXPECT_EQ(factor(75), 0.01f);
  EXPECT_EQ(factor(1000), 0.01f);
}

}  // namespace
}  // namespace neural::test
