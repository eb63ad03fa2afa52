// A product and a sum as the kernels of this build compute them: with one rounding in `relaxed`,
// where the machine has it, with two everywhere else (simd/vec4_test.cpp holds them to that).
#pragma once

#include "simd/vec4.h"

namespace neural::test {

inline float MulAddOf(float a, float b, float c) {
  float lanes[kLanes];
  Store(lanes, MulAdd(Splat(a), Splat(b), Splat(c)));
  return lanes[0];
}

}  // namespace neural::test
