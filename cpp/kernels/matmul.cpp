#include "kernels/matmul.h"

#include "kernels/elementwise.h"
#include "kernels/gemv.h"
#include "kernels/matmul_outer.h"
#include "kernels/matmul_pack.h"
#include "kernels/matmul_tile.h"
#include "kernels/reduce.h"

namespace neural {

namespace {

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
      WideTile(o, r);
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
        block.rows_of_a =
            a.column_stride == 1 && n < kMatmulDirectColumns ? Rows::kInPlace : Rows::kPacked;
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
