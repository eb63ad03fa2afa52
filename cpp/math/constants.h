// Constants that several approximations share.
#pragma once

namespace neural::constants {

inline constexpr float kLog2E = 0x1.715476p+0f;
// ln 2 in two parts: the first has nine trailing zero bits, so that its product with an
// exponent (at most eight bits) is exact (Cody and Waite, 1980).
inline constexpr float kLn2High = 0x1.62e400p-1f;
inline constexpr float kLn2Low = 0x1.7f7d1cp-20f;
// Adding 1.5·2^23 to a float of magnitude below 2^22 rounds it to an integer (nearest, ties to
// even), which then stands in the low bits of the sum.
inline constexpr float kRoundingMagic = 0x1.8p+23f;

}  // namespace neural::constants
