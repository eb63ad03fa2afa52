// Products with little to do for each element that is read: a row or two of A, or a short k.
// Nothing is packed: B is read row by row where it lies, and the result is written row by row,
// since memory and not arithmetic limits such products.
#pragma once

#include "kernels/matmul.h"
#include "simd/tile.h"

namespace neural {

// Up to here this takes less time than packing and tiles: by rows of A, and by k.
inline constexpr size_t kMatmulOuterRows = kTileRows / 2;
inline constexpr size_t kMatmulOuterDepth = 4 * kTileVectors;

// c[m×n] = a[m×k]·b[k×n] + bias[n], each element the chain of matmul.h. The columns of b lie side
// by side; bias may be null; c is dense and overlaps nothing else.
void MultiplyByRows(MatrixView a, MatrixView b, const float* bias, float* c, size_t m, size_t n,
                    size_t k);

}  // namespace neural
