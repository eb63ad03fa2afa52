// Matrix products, row-major f32.
//
// Every element is one chain: acc = 0, then acc = acc + a[i][p]·b[p][j] for p = 0 … k-1, each
// product and each sum rounded; then alpha·acc (if alpha is not 1), + beta·c (if beta is not 0),
// + bias, then the activation. Tiles and blocks only choose which chains are worked on at a time,
// so the bits depend neither on them nor on the other rows: a row gives the same bits alone and in
// a batch.
#pragma once

#include "kernels/activation.h"

namespace neural {

// A matrix seen through strides: element (i, j) is at data[i·row_stride + j·column_stride].
struct MatrixView {
  const float* data;
  size_t row_stride;
  size_t column_stride;

  const float* At(size_t row, size_t column) const {
    return data + row * row_stride + column * column_stride;
  }
};

inline MatrixView RowMajor(const float* data, size_t columns) { return {data, columns, 1}; }
// The transpose of a row-major matrix that has `columns` columns.
inline MatrixView Transposed(const float* data, size_t columns) { return {data, 1, columns}; }

struct MatmulEpilogue {
  float alpha = 1;
  float beta = 0;
  const float* bias = nullptr;                  // n elements, or none.
  Activation activation = Activation::kLinear;  // Elementwise.
};

// Up to here B's panels are read in place, if their columns lie side by side.
inline constexpr size_t kMatmulDirectRows = 16;

// Floats of scratch that Matmul needs, 64-byte aligned: a block of A, of B and of the product.
inline constexpr size_t kMatmulBlockRows = 64;
inline constexpr size_t kMatmulBlockColumns = 256;
inline constexpr size_t kMatmulBlockDepth = 256;
inline constexpr size_t kMatmulScratchFloats =
    kMatmulBlockDepth * (kMatmulBlockRows + kMatmulBlockColumns) +
    kMatmulBlockRows * kMatmulBlockColumns;

// c[m×n] = activation(alpha·a[m×k]·b[k×n] + beta·c + bias). c is dense and overlaps nothing else.
void Matmul(MatrixView a, MatrixView b, float* c, size_t m, size_t n, size_t k,
            const MatmulEpilogue& epilogue, float* scratch);

// out[m] = activation(a[m×n]·x[n] + bias[m]). Each row is a Dot of reduce.h. bias may be null.
void Matvec(const float* a, const float* x, const float* bias, float* out, size_t m, size_t n,
            Activation activation);

}  // namespace neural
