// The operands of a product in the order in which its tiles read them.
//
// Rows of A: tiles of up to kTileRows rows, one after the other; in each the values of one k lie
// side by side. Columns of B: panels of kPanelColumns columns, row after row, zeros beyond the
// last.
#pragma once

#include "kernels/matmul.h"
#include "simd/tile.h"

namespace neural {

inline constexpr size_t kPanelColumns = kTileVectors * kLanes;
static_assert(kPackedColumns % kPanelColumns == 0);

// How many of `left` rows the next tile takes. The last tiles share what is left rather than leave
// a single row, which has too few chains to be fast.
inline size_t RowsOfNextTile(size_t left) {
  if (left == kTileRows + 1) return (kTileRows + 1) / 2;
  return left < kTileRows ? left : kTileRows;
}

// The tile that begins at row i begins at packed + i·depth.
void PackRows(MatrixView a, size_t rows, size_t depth, float* packed);

// How many of the next tiles have as many rows as the next one.
inline size_t TilesAlike(size_t left) {
  if (left < 2 * kTileRows) return 1;
  return left / kTileRows - (left % kTileRows == 1 ? 1 : 0);
}

// Panel q begins at packed + q·panel_stride.
void PackColumns(MatrixView b, size_t columns, size_t depth, size_t panel_stride, float* packed);

}  // namespace neural
