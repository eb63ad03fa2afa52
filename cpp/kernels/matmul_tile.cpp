#include "kernels/matmul_tile.h"

#include <iterator>
#include <utility>

#include "kernels/activation_list.h"

namespace neural {

namespace {

template <size_t kRows, size_t kVectors>
struct Accumulators {
  F32x4 v[kRows][kVectors];
};

template <size_t kRows, size_t kVectors>
inline void Finish(Accumulators<kRows, kVectors>& acc, const TileResult& r, const float* c) {
  if (r.epilogue->alpha != 1.0f) {
    const F32x4 alpha = Splat(r.epilogue->alpha);
    for (auto& row : acc.v) {
      for (F32x4& v : row) v = Mul(v, alpha);
    }
  }
  if (r.epilogue->beta != 0.0f) {
    const F32x4 beta = Splat(r.epilogue->beta);
    for (size_t i = 0; i < kRows; ++i) {
      for (size_t j = 0; j < kVectors; ++j) {
        const F32x4 old = Load(c + i * r.row_stride + j * kLanes);
        acc.v[i][j] = Add(acc.v[i][j], Mul(beta, old));
      }
    }
  }
  if (r.bias) {
    for (size_t j = 0; j < kVectors; ++j) {
      const F32x4 bias = Load(r.bias + j * kLanes);
      for (size_t i = 0; i < kRows; ++i) acc.v[i][j] = Add(acc.v[i][j], bias);
    }
  }
  if (IsFused(r.epilogue->activation)) {
    for (auto& row : acc.v) {
      for (F32x4& v : row) v = activation::Relu::Forward(v, Zero());
    }
  }
}

// Whether a call does one tile or as many as it is told, one below the other.
enum class Call { kOneTile, kColumn };

// A function of its own, in which nothing is called, so that nothing but the tile wants registers.
// Not unrolled over k, and from the last row to the first: V8 11.3 puts the arithmetic in the
// reverse order of the stores at the end, and only loads in that same order are not all done
// beforehand, when they would take more registers than there are. V8 13.6 keeps the order that it
// finds.
template <size_t kRows, size_t kVectors, Rows kRowsOfA, Call kCall>
void Tiles(const TileOperands& o, const TileResult& r, size_t tiles) {
  constexpr bool kInPlace = kRowsOfA == Rows::kInPlace;
  const float* first = o.a;
  float* c = r.c;
  do {
    Accumulators<kRows, kVectors> acc;
    for (size_t i = 0; i < kRows; ++i) {
      for (size_t j = 0; j < kVectors; ++j) {
        acc.v[i][j] = r.first ? Zero() : Load(c + i * r.row_stride + j * kLanes);
      }
    }
    // Packed rows take one pointer instead of one each.
    const float* a[kInPlace ? kRows : 1];
    for (size_t i = 0; i < std::size(a); ++i) a[i] = first + i * o.a_stride;
    const float* const end = first + o.depth * (kInPlace ? 1 : kRows);
    const float* b = o.b;
    const size_t row_step = o.row_step, panel_step = o.panel_step;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
    while (a[0] != end) {
      F32x4 columns[kVectors];
      for (size_t j = kVectors; j-- > 0;) {
        columns[j] = Load(b + j / kTileVectors * panel_step + j % kTileVectors * kLanes);
      }
      for (size_t i = kRows; i-- > 0;) {
        const F32x4 value = LoadSplat(kInPlace ? a[i] : a[0] + i);
        for (size_t j = kVectors; j-- > 0;) {
          acc.v[i][j] = MulAdd(value, columns[j], acc.v[i][j]);
        }
        for (size_t j = kVectors; j-- > 0;) ComputeHere(acc.v[i][j]);
      }
      for (const float*& row : a) row += kInPlace ? 1 : kRows;
      b += row_step;
    }
    if (r.last) Finish(acc, r, c);
    for (size_t i = 0; i < kRows; ++i) {
      for (size_t j = 0; j < kVectors; ++j) {
        Store(c + i * r.row_stride + j * kLanes, acc.v[i][j]);
      }
    }
    first += kRows * (kInPlace ? o.a_stride : o.depth);
    c += kRows * r.row_stride;
  } while (kCall == Call::kColumn && --tiles);
}

// Called through these tables: Binaryen puts a function that is called from one place into its
// caller, and there the loop over k is nested in others.
using TilesFunction = void (*)(const TileOperands&, const TileResult&, size_t tiles);

template <size_t kVectors, Call kCall, Rows kRowsOfA, size_t... kIndex>
TilesFunction TilesOf(size_t rows, std::index_sequence<kIndex...>) {
  static constexpr TilesFunction kOfRows[] = {Tiles<kIndex + 1, kVectors, kRowsOfA, kCall>...};
  return kOfRows[rows - 1];
}

template <size_t kVectors, Call kCall>
TilesFunction TilesOf(size_t rows, Rows a) {
  constexpr std::make_index_sequence<kTileRows> kIndex;
  return a == Rows::kInPlace ? TilesOf<kVectors, kCall, Rows::kInPlace>(rows, kIndex)
                             : TilesOf<kVectors, kCall, Rows::kPacked>(rows, kIndex);
}

void CopyColumns(const float* from, size_t from_stride, float* to, size_t to_stride, size_t rows,
                 size_t columns) {
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) to[i * to_stride + j] = from[i * from_stride + j];
  }
}

}  // namespace

void FullTiles(size_t rows, Rows a, const TileOperands& o, const TileResult& r, size_t tiles) {
  if (o.depth <= kTileLoopDepth) {
    return TilesOf<kTileVectors, Call::kColumn>(rows, a)(o, r, tiles);
  }
  const TilesFunction one = TilesOf<kTileVectors, Call::kOneTile>(rows, a);
  TileOperands from = o;
  TileResult to = r;
  for (; tiles; --tiles) {
    one(from, to, 1);
    from.a += rows * (a == Rows::kInPlace ? o.a_stride : o.depth);
    to.c += rows * r.row_stride;
  }
}

// In a full tile aside.
void NarrowTile(size_t rows, size_t columns, Rows a, const TileOperands& o, const TileResult& r) {
  float c[kTileRows * kPanelColumns], bias[kPanelColumns];
  TileResult aside = r;
  aside.c = c;
  aside.row_stride = kPanelColumns;
  for (size_t j = 0; r.bias && j < kPanelColumns; ++j) bias[j] = j < columns ? r.bias[j] : 0;
  if (r.bias) aside.bias = bias;
  if (r.ReadsC()) {
    for (float& v : c) v = 0;
    CopyColumns(r.c, r.row_stride, c, kPanelColumns, rows, columns);
  }
  const TilesFunction tile = columns <= kLanes ? TilesOf<1, Call::kOneTile>(rows, a)
                                               : TilesOf<kTileVectors, Call::kOneTile>(rows, a);
  tile(o, aside, 1);
  CopyColumns(c, kPanelColumns, r.c, r.row_stride, rows, columns);
}

void WideTile(const TileOperands& o, const TileResult& r) {
  Tiles<1, kWideVectors, Rows::kPacked, Call::kOneTile>(o, r, 1);
}

}  // namespace neural
