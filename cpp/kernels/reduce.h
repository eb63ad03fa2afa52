// Reductions to one number, in an order that is the same in every build.
//
// Blocks of 4096 elements are summed in four accumulators of four lanes (element i goes to lane
// i mod 16), combined as (0 + 2) + (1 + 3), first the accumulators, then the lanes; the sums of
// the blocks are added in f64. So the error stays below that of a chain of 259 additions, whatever
// n is.
#pragma once

#include <stddef.h>

namespace neural {

float Dot(const float* a, const float* b, size_t n);
float Sum(const float* x, size_t n);

}  // namespace neural
