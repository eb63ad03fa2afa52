#include "kernels/matmul.h"

#include "kernels/elementwise.h"
#include "kernels/matmul_pack.h"
#include "kernels/reduce.h"

namespace neural {

namespace {

// Few rows have too few chains to hide the latency of an addition: they take more panels at a time.
constexpr size_t kWideVectors = 4 * kTileVectors;

static_assert(kMatmulBlockColumns % (kWideVectors * kLanes) == 0);

// What one tile reads: a packed by rows, b either packed or in place. Vector j of B is at
// b + (j / kTileVectors)·panel_step + (j mod kTileVectors)·4, and row_step floats on for the next
// k.
struct TileOperands {
  const float* a;
  const float* b;
  size_t row_step;
  size_t panel_step;
  size_t depth;
};

// What happens to the chains around a stretch of k.
struct TileResult {
  float* c;  // First element of the tile.
  size_t row_stride;
  size_t columns;  // At most kVectors·4; what lies beyond is not touched.
  bool first, last;
  const MatmulEpilogue* epilogue;
  const float* bias;  // At the tile's first column, or null.
};

template <size_t kRows, size_t kVectors>
struct Accumulators {
  F32x4 v[kRows][kVectors];
};

inline void StoreColumns(float* row, size_t vector, size_t columns, F32x4 value) {
  const size_t begin = vector * kLanes;
  if (begin + kLanes <= columns) {
    Store(row + begin, value);
  } else if (begin < columns) {
    StorePartial(row + begin, value, columns - begin);
  }
}

template <size_t kRows, size_t kVectors>
void Finish(Accumulators<kRows, kVectors>& acc, const TileResult& r) {
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
        const F32x4 old = LoadColumns(r.c + i * r.row_stride, j, r.columns);
        acc.v[i][j] = Add(acc.v[i][j], Mul(beta, old));
      }
    }
  }
  if (r.bias) {
    for (size_t j = 0; j < kVectors; ++j) {
      const F32x4 bias = LoadColumns(r.bias, j, r.columns);
      for (size_t i = 0; i < kRows; ++i) acc.v[i][j] = Add(acc.v[i][j], bias);
    }
  }
}

// The inner loop. It is not unrolled over k: on V8 an unrolled body spills and runs at half speed.
template <size_t kRows, size_t kVectors>
void Tile(const TileOperands& o, const TileResult& r) {
  Accumulators<kRows, kVectors> acc;
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t j = 0; j < kVectors; ++j) {
      acc.v[i][j] = r.first ? Zero() : LoadColumns(r.c + i * r.row_stride, j, r.columns);
    }
  }
  const float* a = o.a;
  const float* const end = a + o.depth * kRows;
  const float* b = o.b;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
  while (a != end) {
    F32x4 columns[kVectors];
    for (size_t j = 0; j < kVectors; ++j) {
      columns[j] = Load(b + j / kTileVectors * o.panel_step + j % kTileVectors * kLanes);
    }
    for (size_t i = 0; i < kRows; ++i) {
      const F32x4 value = LoadSplat(a + i);
      for (size_t j = 0; j < kVectors; ++j) {
        acc.v[i][j] = MulAdd(value, columns[j], acc.v[i][j]);
      }
    }
    a += kRows;
    b += o.row_step;
  }
  if (r.last) Finish(acc, r);
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t j = 0; j < kVectors; ++j) {
      StoreColumns(r.c + i * r.row_stride, j, r.columns, acc.v[i][j]);
    }
  }
}

template <size_t kRows>
void TileOfRows(size_t rows, const TileOperands& o, const TileResult& r) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return TileOfRows<kRows - 1>(rows, o, r);
  }
  Tile<kRows, kTileVectors>(o, r);
}

// One block of the product: rows × columns of c over a stretch of k.
struct Block {
  const float* a;  // Packed.
  float* c;
  size_t c_stride;
  size_t rows, columns, depth;
  bool first, last;
  const MatmulEpilogue* epilogue;
  const float* bias;

  TileResult Result(size_t row, size_t column, size_t width) const {
    const size_t left = columns - column;
    return {
        c + row * c_stride + column,   c_stride, left < width ? left : width, first, last, epilogue,
        bias ? bias + column : nullptr};
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
  size_t j = begin;
  if (block.rows == 1) {
    constexpr size_t kWide = kWideVectors * kLanes;
    for (; j + kWide <= end; j += kWide) {
      Tile<1, kWideVectors>(
          {block.a, panels.At(j - begin), panels.row_step, panels.panel_step, block.depth},
          block.Result(0, j, kWide));
    }
  }
  for (; j < end; j += kPanelColumns) {
    // A panel stays in the first-level cache while the rows go by.
    for (size_t i = 0; i < block.rows;) {
      const size_t rows = RowsOfNextTile(block.rows - i);
      TileOfRows<kTileRows>(rows,
                            {block.a + i * block.depth, panels.At(j - begin), panels.row_step,
                             panels.panel_step, block.depth},
                            block.Result(i, j, kPanelColumns));
      i += rows;
    }
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
                     size_t k, size_t m, float* scratch) {
  if (b.packed) {
    const float* first = b.packed + j * k + p * kPanelColumns;
    return {0, {}, {first, kPanelColumns, kPanelColumns * k}};
  }
  const MatrixView view = b.view;
  // Few rows do not pay for packing: full panels stay where they are if their columns lie side by
  // side.
  const bool in_place = view.column_stride == 1 && m <= kMatmulDirectRows;
  const size_t direct = in_place ? columns / kPanelColumns * kPanelColumns : 0;
  const size_t panel_step = kPanelColumns * depth;
  PackColumns({view.At(p, j + direct), view.row_stride, view.column_stride}, columns - direct,
              depth, panel_step, scratch);
  return {direct,
          {view.At(p, j), view.row_stride, kPanelColumns},
          {scratch, kPanelColumns, panel_step}};
}

// All of the product but the activation. With beta, k must not exceed one block, since c holds the
// unfinished chains between blocks.
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
      const BlockPanels panels = PanelsOf(b, j, block.columns, p, block.depth, k, m, packed_b);
      for (size_t i = 0; i < m; i += kMatmulBlockRows) {
        block.c = c + i * c_stride + j;
        block.rows = Smaller(m - i, kMatmulBlockRows);
        // A single row is packed as it lies there.
        const bool is_packed = block.rows == 1 && a.column_stride == 1;
        block.a = is_packed ? a.At(i, p) : packed_a;
        if (!is_packed) {
          PackRows({a.At(i, p), a.row_stride, a.column_stride}, block.rows, block.depth, packed_a);
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
  for (size_t j = 0; j < n; j += kMatmulBlockColumns) {
    const size_t columns = Smaller(n - j, kMatmulBlockColumns);
    for (size_t i = 0; i < m; i += kMatmulBlockRows) {
      const size_t rows = Smaller(m - i, kMatmulBlockRows);
      const MatrixView block_a = {a.At(i, 0), a.row_stride, a.column_stride};
      Multiply(block_a, b.FromColumn(j, k), product, kMatmulBlockColumns, rows, columns, k, {},
               scratch);
      for (size_t r = 0; r < rows; ++r) {
        float* out = c + (i + r) * n + j;
        Zip(product + r * kMatmulBlockColumns, out, out, columns,
            [=](F32x4 acc, F32x4 old) { return Add(Mul(alpha, acc), Mul(beta, old)); });
        if (epilogue.bias) AddArrays(out, epilogue.bias + j, out, columns);
      }
    }
  }
}

void MultiplyAndActivate(MatrixView a, const RightOperand& b, float* c, size_t m, size_t n,
                         size_t k, const MatmulEpilogue& epilogue, float* scratch) {
  if (m == 0 || n == 0) return;
  if (epilogue.beta != 0.0f && k > kMatmulBlockDepth) {
    MultiplyThenCombine(a, b, c, m, n, k, epilogue, scratch);
  } else {
    Multiply(a, b, c, n, m, n, k, epilogue, scratch);
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
