#include "kernels/matmul.h"

#include <iterator>
#include <utility>

#include "kernels/elementwise.h"
#include "kernels/gemv.h"
#include "kernels/matmul_outer.h"
#include "kernels/matmul_pack.h"
#include "kernels/reduce.h"

namespace neural {

namespace {

// Few rows have too few chains to hide the latency of an addition: they take more panels at a time.
constexpr size_t kWideVectors = 4 * kTileVectors;

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
bool IsFused(Activation activation) { return activation == Activation::kRelu; }

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

// One tile. Not unrolled over k, and from the last row to the first: V8 11.3 puts the arithmetic in
// the reverse order of the stores at the end, and only loads in that same order are not all done
// beforehand, when they would take more registers than there are. V8 13.6 keeps the order that it
// finds.
template <size_t kRows, size_t kVectors, Rows kRowsOfA>
[[gnu::always_inline]] inline void Tile(const float* first, float* c, const TileOperands& o,
                                        const TileResult& r) {
  constexpr bool kInPlace = kRowsOfA == Rows::kInPlace;
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
}

// A function of its own, in which nothing is called, so that nothing but the tile wants registers.
template <size_t kRows, size_t kVectors, Rows kRowsOfA>
void OneTile(const TileOperands& o, const TileResult& r, size_t /* tiles */) {
  Tile<kRows, kVectors, kRowsOfA>(o.a, r.c, o, r);
}

// `tiles` tiles, one below the other.
template <size_t kRows, Rows kRowsOfA>
void ColumnOfTiles(const TileOperands& o, const TileResult& r, size_t tiles) {
  const float* first = o.a;
  float* c = r.c;
  do {
    Tile<kRows, kTileVectors, kRowsOfA>(first, c, o, r);
    first += kRows * (kRowsOfA == Rows::kInPlace ? o.a_stride : o.depth);
    c += kRows * r.row_stride;
  } while (--tiles);
}

// Called through these tables: Binaryen puts a function that is called from one place into its
// caller, and there the loop over k is nested in others.
using TilesFunction = void (*)(const TileOperands&, const TileResult&, size_t tiles);

template <size_t kVectors, Rows kRowsOfA, size_t... kIndex>
TilesFunction OneTileOf(size_t rows, std::index_sequence<kIndex...>) {
  static constexpr TilesFunction kOfRows[] = {OneTile<kIndex + 1, kVectors, kRowsOfA>...};
  return kOfRows[rows - 1];
}

template <Rows kRowsOfA, size_t... kIndex>
TilesFunction ColumnOfTilesOf(size_t rows, std::index_sequence<kIndex...>) {
  static constexpr TilesFunction kOfRows[] = {ColumnOfTiles<kIndex + 1, kRowsOfA>...};
  return kOfRows[rows - 1];
}

template <size_t kVectors>
TilesFunction OneTileOfRows(size_t rows, Rows a) {
  constexpr std::make_index_sequence<kTileRows> kIndex;
  return a == Rows::kInPlace ? OneTileOf<kVectors, Rows::kInPlace>(rows, kIndex)
                             : OneTileOf<kVectors, Rows::kPacked>(rows, kIndex);
}

void FullTiles(size_t rows, Rows a, const TileOperands& o, const TileResult& r, size_t tiles) {
  constexpr std::make_index_sequence<kTileRows> kIndex;
  if (o.depth <= kTileLoopDepth) {
    return (a == Rows::kInPlace ? ColumnOfTilesOf<Rows::kInPlace>(rows, kIndex)
                                : ColumnOfTilesOf<Rows::kPacked>(rows, kIndex))(o, r, tiles);
  }
  const TilesFunction one = OneTileOfRows<kTileVectors>(rows, a);
  TileOperands from = o;
  TileResult to = r;
  for (; tiles; --tiles) {
    one(from, to, 1);
    from.a += rows * (a == Rows::kInPlace ? o.a_stride : o.depth);
    to.c += rows * r.row_stride;
  }
}

void CopyColumns(const float* from, size_t from_stride, float* to, size_t to_stride, size_t rows,
                 size_t columns) {
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) to[i * to_stride + j] = from[i * from_stride + j];
  }
}

// The last columns, fewer than a panel: in a full tile aside.
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
  (columns <= kLanes ? OneTileOfRows<1>(rows, a) : OneTileOfRows<kTileVectors>(rows, a))(o, aside,
                                                                                         1);
  CopyColumns(c, kPanelColumns, r.c, r.row_stride, rows, columns);
}

// One block of the product: rows × columns of c over a stretch of k.
struct Block {
  Rows rows_of_a;
  const float* a;
  size_t a_stride;  // In place.
  float* c;
  size_t c_stride;
  size_t rows, columns, depth;
  bool first, last;
  const MatmulEpilogue* epilogue;
  const float* bias;

  TileResult Result() const { return {c, c_stride, first, last, epilogue, bias}; }
  const float* RowOfA(size_t i) const {
    return a + i * (rows_of_a == Rows::kInPlace ? a_stride : depth);
  }
};

// Panels of B, in place or packed.
struct Panels {
  const float* data;
  size_t row_step;
  size_t panel_step;

  const float* At(size_t column) const { return data + column / kPanelColumns * panel_step; }
};

// The columns [begin, end) of a block: full panels, but for the last of the block.
void MultiplyPanels(const Block& block, const Panels& panels, size_t begin, size_t end) {
  TileOperands o = {block.a,         block.a_stride,    panels.data,
                    panels.row_step, panels.panel_step, block.depth};
  TileResult r = block.Result();
  // Of the next panels.
  const auto advance = [&](size_t count) {
    o.b += count * panels.panel_step;
    if (block.bias) r.bias += count * kPanelColumns;
  };
  if (block.bias) r.bias += begin;
  size_t j = begin;
  if (block.rows == 1) {
    constexpr size_t kWide = kWideVectors * kLanes;
    for (; j + kWide <= end; j += kWide) {
      r.c = block.c + j;
      OneTile<1, kWideVectors, Rows::kPacked>(o, r, 1);
      advance(kWideVectors / kTileVectors);
    }
  }
  for (; j < end; j += kPanelColumns) {
    r.c = block.c + j;
    // A panel stays in the first-level cache while the rows go by.
    const bool is_narrow = end - j < kPanelColumns;
    for (size_t i = 0; i < block.rows;) {
      const size_t rows = RowsOfNextTile(block.rows - i);
      const size_t tiles = is_narrow ? 1 : TilesAlike(block.rows - i);
      o.a = block.RowOfA(i);
      if (is_narrow) {
        NarrowTile(rows, end - j, block.rows_of_a, o, r);
      } else {
        FullTiles(rows, block.rows_of_a, o, r, tiles);
      }
      r.c += tiles * rows * block.c_stride;
      i += tiles * rows;
    }
    advance(1);
  }
}

// The right operand: as the caller gave it, or packed by PackMatrix.
struct RightOperand {
  MatrixView view;
  const float* packed;  // Null: as in `view`.

  // The same from column j on, a multiple of kPanelColumns.
  RightOperand FromColumn(size_t j, size_t k) const {
    if (packed) return {{}, packed + j * k};
    return {{view.At(0, j), view.row_stride, view.column_stride}, nullptr};
  }
};

// A block's columns: how many of them are read in place, and where the panels of all are.
struct BlockPanels {
  size_t direct;
  Panels in_place;
  Panels packed;  // Of the columns from `direct` on.
};

size_t Smaller(size_t a, size_t b) { return a < b ? a : b; }

// The panels of columns [j, j + columns) over the rows [p, p + depth) of B.
BlockPanels PanelsOf(const RightOperand& b, size_t j, size_t columns, size_t p, size_t depth,
                     size_t n, size_t k, size_t m, float* scratch) {
  if (b.packed) {
    const float* first = b.packed + j * k + p * kPanelColumns;
    return {0, {}, {first, kPanelColumns, kPanelColumns * k}};
  }
  const MatrixView view = b.view;
  const size_t few =
      view.row_stride <= kMatmulShortRow ? kMatmulDirectRowsIfShort : kMatmulDirectRows;
  const bool in_place = view.column_stride == 1 && (m <= few || n * k <= kMatmulDirectFloats);
  const size_t direct = in_place ? columns / kPanelColumns * kPanelColumns : 0;
  const size_t panel_step = kPanelColumns * depth;
  PackColumns({view.At(p, j + direct), view.row_stride, view.column_stride}, columns - direct,
              depth, panel_step, scratch);
  return {direct,
          {view.At(p, j), view.row_stride, kPanelColumns},
          {scratch, kPanelColumns, panel_step}};
}

// All of the product but an activation that is not fused. With beta, k must not exceed one block,
// since c holds the unfinished chains between blocks.
void Multiply(MatrixView a, const RightOperand& b, float* c, size_t c_stride, size_t m, size_t n,
              size_t k, const MatmulEpilogue& epilogue, float* scratch) {
  float* packed_a = scratch;
  float* packed_b = packed_a + kMatmulBlockRows * kMatmulBlockDepth;
  for (size_t j = 0; j < n; j += kMatmulBlockColumns) {
    size_t p = 0;
    do {  // Once for k = 0: the epilogue of empty sums.
      Block block = {};
      block.c_stride = c_stride;
      block.columns = Smaller(n - j, kMatmulBlockColumns);
      block.depth = Smaller(k - p, kMatmulBlockDepth);
      block.first = p == 0;
      block.last = p + block.depth == k;
      block.epilogue = &epilogue;
      block.bias = epilogue.bias ? epilogue.bias + j : nullptr;
      const BlockPanels panels = PanelsOf(b, j, block.columns, p, block.depth, n, k, m, packed_b);
      for (size_t i = 0; i < m; i += kMatmulBlockRows) {
        block.c = c + i * c_stride + j;
        block.rows = Smaller(m - i, kMatmulBlockRows);
        const MatrixView rows = {a.At(i, p), a.row_stride, a.column_stride};
        block.rows_of_a = a.column_stride == 1 ? Rows::kInPlace : Rows::kPacked;
        block.a = rows.data, block.a_stride = rows.row_stride;
        if (block.rows_of_a == Rows::kPacked) {
          PackRows(rows, block.rows, block.depth, packed_a);
          block.a = packed_a;
        }
        MultiplyPanels(block, panels.in_place, 0, panels.direct);
        MultiplyPanels(block, panels.packed, panels.direct, block.columns);
      }
      p += block.depth;
    } while (p < k);
  }
}

// beta with a long k: the plain product of a block of c goes to scratch, then both are combined in
// the order of Finish.
void MultiplyThenCombine(MatrixView a, const RightOperand& b, float* c, size_t m, size_t n,
                         size_t k, const MatmulEpilogue& epilogue, float* scratch) {
  float* product = scratch + kMatmulBlockDepth * (kMatmulBlockRows + kMatmulBlockColumns);
  const F32x4 alpha = Splat(epilogue.alpha), beta = Splat(epilogue.beta);
  for (size_t j = 0; j < n; j += kMatmulApartColumns) {
    const size_t columns = Smaller(n - j, kMatmulApartColumns);
    for (size_t i = 0; i < m; i += kMatmulApartRows) {
      const size_t rows = Smaller(m - i, kMatmulApartRows);
      const MatrixView block_a = {a.At(i, 0), a.row_stride, a.column_stride};
      Multiply(block_a, b.FromColumn(j, k), product, kMatmulApartColumns, rows, columns, k, {},
               scratch);
      for (size_t r = 0; r < rows; ++r) {
        float* out = c + (i + r) * n + j;
        Zip(product + r * kMatmulApartColumns, out, out, columns,
            [=](F32x4 acc, F32x4 old) { return Add(Mul(alpha, acc), Mul(beta, old)); });
        if (epilogue.bias) AddArrays(out, epilogue.bias + j, out, columns);
      }
    }
  }
}

// Whether memory and not arithmetic limits the product (matmul_outer.h).
bool IsByRows(const RightOperand& b, size_t m, size_t k, const MatmulEpilogue& epilogue) {
  return !b.packed && b.view.column_stride == 1 && epilogue.alpha == 1.0f &&
         epilogue.beta == 0.0f && (m <= kMatmulOuterRows || k <= kMatmulOuterDepth);
}

void MultiplyAndActivate(MatrixView a, const RightOperand& b, float* c, size_t m, size_t n,
                         size_t k, const MatmulEpilogue& epilogue, float* scratch) {
  if (m == 0 || n == 0) return;
  if (IsByRows(b, m, k, epilogue)) {
    if (m == 1 && a.column_stride == 1 && b.view.row_stride == n) {
      RowTimesMatrix(a.data, b.view.data, epilogue.bias, c, n, k);
    } else {
      MultiplyByRows(a, b.view, epilogue.bias, c, m, n, k);
    }
  } else if (epilogue.beta != 0.0f && k > kMatmulBlockDepth) {
    MultiplyThenCombine(a, b, c, m, n, k, epilogue, scratch);
  } else {
    Multiply(a, b, c, n, m, n, k, epilogue, scratch);
    if (IsFused(epilogue.activation)) return;
  }
  if (epilogue.activation != Activation::kLinear) Activate(epilogue.activation, c, c, m * n, {});
}

}  // namespace

void Matmul(MatrixView a, MatrixView b, float* c, size_t m, size_t n, size_t k,
            const MatmulEpilogue& epilogue, float* scratch) {
  MultiplyAndActivate(a, {b, nullptr}, c, m, n, k, epilogue, scratch);
}

void Matmul(MatrixView a, PackedMatrix b, float* c, size_t m, size_t n, size_t k,
            const MatmulEpilogue& epilogue, float* scratch) {
  MultiplyAndActivate(a, {{}, b.data}, c, m, n, k, epilogue, scratch);
}

void PackMatrix(MatrixView b, size_t n, size_t k, float* packed) {
  PackColumns(b, n, k, kPanelColumns * k, packed);
}

void Matvec(const float* a, const float* x, const float* bias, float* out, size_t m, size_t n,
            Activation activation) {
  for (size_t i = 0; i < m; ++i) {
    const float sum = Dot(a + i * n, x, n);
    out[i] = bias ? sum + bias[i] : sum;
  }
  if (activation != Activation::kLinear) Activate(activation, out, out, m, {});
}

}  // namespace neural
