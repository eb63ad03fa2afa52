// Floats as bits, and what it means that two of them are the same.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace neural::test {

inline uint32_t BitsOf(float v) { return std::bit_cast<uint32_t>(v); }
inline float FromBits(uint32_t bits) { return std::bit_cast<float>(bits); }

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr double kEpsilon = 0x1p-23;  // The distance from 1 to the next float.

// The bits, with every NaN as one: sign and payload of a NaN are the engine's choice.
inline uint32_t CanonicalBits(float v) { return v != v ? 0x7fc00000u : BitsOf(v); }
inline bool SameBits(float a, float b) { return CanonicalBits(a) == CanonicalBits(b); }

// The distance from a float to the next one at the magnitude of v: 2^-149 for denormals.
inline double UnitInLastPlace(double v) {
  const int64_t exponent = std::bit_cast<int64_t>(v) >> 52 & 0x7ff;  // Without a call of libm: it
  const int64_t normal = exponent < 1023 - 126 ? 1023 - 126 : exponent;  // is asked 2^32 times.
  return std::bit_cast<double>((normal - 23) << 52);
}

// The error of `actual` in units of the last place that the float nearest to `exact` has. Infinity
// stands for 2^128, so that it may replace the largest finite number only where that is as near.
// NaN against a number is an infinite error.
inline double UlpError(float actual, double exact) {
  const double limit = 0x1p128, most = 0x1.fp127;
  const auto bounded = [=](double v) { return v > limit ? limit : v < -limit ? -limit : v; };
  const double wanted = bounded(exact);
  const double size = std::fabs(wanted) > most ? most : wanted;  // 2^128 has the unit below it.
  const double error = std::fabs(bounded(actual) - wanted) / UnitInLastPlace(size);
  if (error == error) return error;
  return actual != actual && exact != exact ? 0 : std::numeric_limits<double>::infinity();
}

}  // namespace neural::test
