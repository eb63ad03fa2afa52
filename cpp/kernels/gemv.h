// One row times a matrix: the product that a single inference is made of.
#pragma once

#include <stddef.h>

namespace neural {

// out[n] = x[k]·w[k×n] + bias[n], with the bits of Matmul (see matmul.h): each element is one chain
// over k. Each weight is read once; nothing is packed. out overlaps nothing else.
void RowTimesMatrix(const float* x, const float* w, const float* bias, float* out, size_t n,
                    size_t k);

}  // namespace neural
