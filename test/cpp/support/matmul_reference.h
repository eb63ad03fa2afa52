// The chain of matmul.h for one element of a product, written down once more.
#pragma once

#include <vector>

#include "kernels/matmul.h"
#include "support/functions.h"
#include "support/mul_add.h"

namespace neural::test {

struct Product {
  size_t m, n, k;
  bool transpose_a = false, transpose_b = false;
  MatmulEpilogue epilogue = {};

  MatrixView A(const float* a) const { return transpose_a ? Transposed(a, m) : RowMajor(a, k); }
  MatrixView B(const float* b) const { return transpose_b ? Transposed(b, k) : RowMajor(b, n); }
};

inline float ChainOf(const Product& p, const float* a, const float* b, const float* c, size_t i,
                     size_t j) {
  const MatrixView view_a = p.A(a), view_b = p.B(b);
  float acc = 0;
  for (size_t l = 0; l < p.k; ++l) {
    acc = MulAddOf(*view_a.At(i, l), *view_b.At(l, j), acc);
  }
  const MatmulEpilogue& e = p.epilogue;
  if (e.alpha != 1) acc = e.alpha * acc;
  if (e.beta != 0) {
    const float kept = e.beta * c[i * p.n + j];
    acc = acc + kept;
  }
  if (e.bias) acc = acc + e.bias[j];
  if (e.activation != Activation::kLinear) Activate(e.activation, &acc, &acc, 1, {});
  return acc;
}

}  // namespace neural::test
