// What the tests feed to kernels: sizes, hostile values, random numbers of a known seed.
#pragma once

#include <vector>

#include "support/bits.h"

namespace neural::test {

// Around every multiple of the vector's width and of the tiles.
inline constexpr size_t kSizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 100, 257};

inline const std::vector<float>& HostileFloats() {
  static const std::vector<float> values = [] {
    std::vector<float> v;
    for (const float magnitude : {0.0f,
                                  0x1p-149f,
                                  0x1.8p-140f,
                                  0x1.fffffcp-127f,
                                  0x1p-126f,
                                  0x1.000002p-126f,
                                  1e-20f,
                                  0.1f,
                                  0.5f,
                                  0x1.fffffep-1f,
                                  1.0f,
                                  0x1.000002p+0f,
                                  1.5f,
                                  3.0f,
                                  88.7f,
                                  104.0f,
                                  0x1p22f,
                                  0x1.fffffep+23f,
                                  0x1p31f,
                                  1e20f,
                                  0x1.fffffep+127f,
                                  kInfinity}) {
      v.push_back(magnitude);
      v.push_back(-magnitude);
    }
    for (const uint32_t nan : {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xff812345u}) {
      v.push_back(FromBits(nan));
    }
    return v;
  }();
  return values;
}

// SplitMix64 (Steele, Lea and Flood, 2014): not the generator under test.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next64() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint32_t Next() { return static_cast<uint32_t>(Next64() >> 32); }
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>((uint64_t{Next()} * bound) >> 32);  // Bias is of no matter here.
  }
  // In [-1, 1), 24 bits.
  float Signed() { return static_cast<float>(static_cast<int32_t>(Next()) >> 8) * 0x1p-23f; }
  float AnyBits() { return FromBits(Next()); }
  // A hostile value, any bit pattern, or an ordinary number.
  float Hostile() {
    const std::vector<float>& values = HostileFloats();
    switch (Below(4)) {
      case 0:
        return values[Below(static_cast<uint32_t>(values.size()))];
      case 1:
        return AnyBits();
      default:
        return 8 * Signed();
    }
  }

  std::vector<float> SignedArray(size_t n, float scale = 1) {
    std::vector<float> v(n);
    for (float& x : v) x = scale * Signed();
    return v;
  }
  std::vector<float> HostileArray(size_t n) {
    std::vector<float> v(n);
    for (float& x : v) x = Hostile();
    return v;
  }

 private:
  uint64_t state_;
};

}  // namespace neural::test
