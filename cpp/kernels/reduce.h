// Reductions to one number, in an order that is the same in every build.
//
// Sums: blocks of 4096 elements are summed in four accumulators of four lanes (element i goes to
// lane i mod 16), combined as (0 + 2) + (1 + 3), first the accumulators, then the lanes; the sums
// of the blocks are added in f64. So the error stays below that of a chain of 259 additions,
// whatever n is.
#pragma once

#include <stddef.h>

namespace neural {

float Dot(const float* a, const float* b, size_t n);
float Sum(const float* x, size_t n);

// Σx/n and Σ(x - mean)²/n, the variance of the population, in two passes. Both are f64 up to one
// last rounding: element i is added to sum i mod 4, combined as (0 + 2) + (1 + 3). NaN for n = 0.
float Mean(const float* x, size_t n);
float Variance(const float* x, size_t n);
// The mean before the rounding.
double MeanInDouble(const float* x, size_t n);
// √Σx². Elements whose squares would overflow or vanish are scaled by a power of two first.
float Norm(const float* x, size_t n);
// a·b / (‖a‖·‖b‖), held in [-1, 1]; 0 where either is a zero vector.
float CosineSimilarity(const float* a, const float* b, size_t n);
// out = x/‖x‖; a zero vector stays. out may be x.
void Normalize(const float* x, float* out, size_t n);

// The largest and the smallest element; NaN if there is one; -Inf and +Inf for n = 0.
float MaxValue(const float* x, size_t n);
float MinValue(const float* x, size_t n);
// The first index of the largest element, or of the first NaN if there is one; n for n = 0.
size_t ArgMax(const float* x, size_t n);

}  // namespace neural
