// A tile of the matrix product: a few rows and columns of the result, in registers over a stretch
// of k.
#pragma once

#include "kernels/matmul.h"
#include "kernels/matmul_pack.h"

namespace neural {

// Few rows have too few chains to hide the latency of an addition: they take more panels at a time.
inline constexpr size_t kWideVectors = 4 * kTileVectors;

static_assert(kMatmulBlockColumns % (kWideVectors * kLanes) == 0);

// Rows of A, packed (see matmul_pack.h) or where they lie, each with its values of all k side by
// side.
enum class Rows { kPacked, kInPlace };

// What one tile reads. Row i of A in place is at a + i·a_stride. Vector j of B, either packed or in
// place, is at b + (j / kTileVectors)·panel_step + (j mod kTileVectors)·4, and row_step floats on
// for the next k.
struct TileOperands {
  const float* a;
  size_t a_stride;
  const float* b;
  size_t row_step;
  size_t panel_step;
  size_t depth;
};

// What happens to the chains around a stretch of k. All kVectors·4 columns are there.
struct TileResult {
  float* c;  // First element of the tile.
  size_t row_stride;
  bool first, last;
  const MatmulEpilogue* epilogue;
  const float* bias;  // At the tile's first column, or null.

  bool ReadsC() const { return !first || (last && epilogue->beta != 0.0f); }
};

// The activation that a tile applies itself: so short that a pass over memory would take longer.
inline bool IsFused(Activation activation) { return activation == Activation::kRelu; }

// `tiles` tiles of `rows` rows and kPanelColumns columns, one below the other.
void FullTiles(size_t rows, Rows a, const TileOperands& o, const TileResult& r, size_t tiles);

// The last columns, fewer than a panel.
void NarrowTile(size_t rows, size_t columns, Rows a, const TileOperands& o, const TileResult& r);

// One row and kWideVectors vectors of columns.
void WideTile(const TileOperands& o, const TileResult& r);

}  // namespace neural
