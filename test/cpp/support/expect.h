// Assertions about bits, and the random numbers of a test with a seed that a failure can name.
#pragma once

#include <gtest/gtest.h>

#include <iomanip>

#include "support/inputs.h"

namespace neural::test {

// The seed is gtest's own, which main.cpp prints after a failure: --gtest_random_seed=N repeats
// the run, any other N tries other numbers. Each test takes a stream of its own by its `salt`.
inline Random SeededRandom(uint64_t salt) {
  const auto seed = static_cast<uint32_t>(GTEST_FLAG_GET(random_seed));
  return Random(uint64_t{seed} << 32 ^ salt);
}

struct Show {
  float value;
};
inline std::ostream& operator<<(std::ostream& out, Show s) {
  return out << std::setprecision(9) << s.value << " (0x" << std::hex << BitsOf(s.value) << std::dec
             << ")";
}

inline testing::AssertionResult BitsEqual(float actual, float expected) {
  if (SameBits(actual, expected)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << Show{actual} << ", expected " << Show{expected};
}

inline testing::AssertionResult BitsEqual(const float* actual, const float* expected, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    if (!SameBits(actual[i], expected[i])) {
      return BitsEqual(actual[i], expected[i]) << " at " << i << " of " << n;
    }
  }
  return testing::AssertionSuccess();
}

inline testing::AssertionResult Within(double actual, double expected, double bound) {
  // The negation, so that NaN fails.
  if (!(std::abs(actual - expected) <= bound) && actual != expected) {
    return testing::AssertionFailure()
           << std::setprecision(17) << actual << ", expected " << expected << " within " << bound
           << ", off by " << std::abs(actual - expected);
  }
  return testing::AssertionSuccess();
}

}  // namespace neural::test
