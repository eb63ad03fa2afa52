// Matrix products, row-major f32.
//
// Every element is one chain: acc = 0, then acc = acc + a[i][p]·b[p][j] for p = 0 … k-1, each
// product and each sum rounded; then alpha·acc (if alpha is not 1), + beta·c (if beta is not 0),
// + bias, then the activation. Tiles and blocks only choose which chains are worked on at a time,
// so the bits depend neither on them nor on the other rows: a row gives the same bits alone and in
// a batch.
#pragma once

#include "kernels/activation.h"
#include "simd/tile.h"

namespace neural {

// A matrix seen through strides: element (i, j) is at data[i·row_stride + j·column_stride].
struct MatrixView {
  const float* data;
  size_t row_stride;
  size_t column_stride;

  const float* At(size_t row, size_t column) const {
    return data + row * row_stride + column * column_stride;
  }
  MatrixView From(size_t row, size_t column) const {
    return {At(row, column), row_stride, column_stride};
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

// B's panels are read in place, if their columns lie side by side, where few rows do not pay for
// packing (more of them where B's rows are short, and so a panel lies in fewer pages and sets of
// the cache), and where B takes no more than half of the first-level cache (32 KiB) as it is.
inline constexpr size_t kMatmulDirectRows = 16;
inline constexpr size_t kMatmulDirectRowsIfShort = 32;
inline constexpr size_t kMatmulShortRow = 256;
inline constexpr size_t kMatmulDirectFloats = 4096;
// A's rows are read in place, if each lies side by side, where B has fewer columns. From here on
// packing pays: its tile counts with one pointer instead of one for each row (128 to 1024: 44 to 46
// GFLOP/s against 42 on V8 11.3, 45 to 47 against 41 on V8 13.6; at 32 columns 38 against 40).
inline constexpr size_t kMatmulDirectColumns = 64;

// Floats of scratch that Matmul needs, 64-byte aligned: a block of A, one of B, and one of the
// product where that is put together apart. The module keeps them for good, out of the caller's
// memory, so they are no larger than speed asks for: larger ones are not faster.
inline constexpr size_t kMatmulBlockRows = 32 / kTileRows * kTileRows;
inline constexpr size_t kMatmulBlockColumns = 192;
inline constexpr size_t kMatmulBlockDepth = 256;
inline constexpr size_t kMatmulApartRows = 64 / kTileRows * kTileRows;
inline constexpr size_t kMatmulApartColumns = 64;
inline constexpr size_t kMatmulScratchFloats =
    kMatmulBlockDepth * (kMatmulBlockRows + kMatmulBlockColumns) +
    kMatmulApartRows * kMatmulApartColumns;

// c[m×n] = activation(alpha·a[m×k]·b[k×n] + beta·c + bias). c is dense and overlaps nothing else.
void Matmul(MatrixView a, MatrixView b, float* c, size_t m, size_t n, size_t k,
            const MatmulEpilogue& epilogue, float* scratch);

// A right operand packed once for many products: what Matmul otherwise does to it in every call
// with more than a few rows. The layout is the build's own and not to be stored.
//
//   float* memory = …;  // PackedFloats(n, k) floats, 16-byte aligned.
//   PackMatrix(RowMajor(b, n), n, k, memory);
//   for (each piece of the rows) Matmul(a, PackedMatrix{memory}, c, rows, n, k, epilogue, scratch);
//
// The bits are those of the product with b itself, whatever the pieces.
struct PackedMatrix {
  const float* data;
};
inline constexpr size_t kPackedColumns = 8;  // n is rounded up to a multiple, in every build.
inline constexpr uint64_t PackedFloats(uint64_t n, uint64_t k) {
  return (n + kPackedColumns - 1) / kPackedColumns * kPackedColumns * k;
}
void PackMatrix(MatrixView b, size_t n, size_t k, float* packed);
void Matmul(MatrixView a, PackedMatrix b, float* c, size_t m, size_t n, size_t k,
            const MatmulEpilogue& epilogue, float* scratch);

// out[m] = activation(a[m×n]·x[n] + bias[m]). Each row is a Dot of reduce.h. bias may be null.
void Matvec(const float* a, const float* x, const float* bias, float* out, size_t m, size_t n,
            Activation activation);

}  // namespace neural
