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

// The error of `actual` in units of the last place that the float nearest to `exact` has; for a
// denormal that is 2^-149. Infinity stands for 2^128, so that it may replace the largest finite
// number only where that is as near. NaN against a number is an infinite error.
inline double UlpError(float actual, double exact) {
  if (std::isnan(exact) || std::isnan(actual)) {
    return std::isnan(exact) && std::isnan(actual) ? 0 : std::numeric_limits<double>::infinity();
  }
  const double limit = 0x1p128;
  const auto bounded = [=](double v) { return std::fmin(std::fmax(v, -limit), limit); };
  const double wanted = bounded(exact), got = bounded(actual);
  const int exponent = wanted == 0 ? -126 : std::ilogb(wanted);
  const int place = exponent < -126 ? -126 : exponent > 127 ? 127 : exponent;
  return std::abs(got - wanted) / std::ldexp(1.0, place - 23);
}

}  // namespace neural::test
