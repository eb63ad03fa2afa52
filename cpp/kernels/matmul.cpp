#include "kernels/matmul.h"

#include "kernels/elementwise.h"
#include "kernels/reduce.h"
#include "simd/tile.h"
#include "simd/vec4.h"

namespace neural {

namespace {

constexpr size_t kPanel = kTileVectors * kLanes;  // Columns of a full tile.
// One row alone has no reuse of B to keep in registers: it takes more columns at a time instead,
// for enough independent chains to hide the latency of an addition.
constexpr size_t kSingleRowVectors = kTileRows * kTileVectors;

static_assert(kMatmulBlockRows % kTileRows == 0 && kMatmulBlockColumns % kPanel == 0);

// What one tile reads: B has its columns side by side, `b_step` floats from one k to the next.
struct TileOperands {
  MatrixView a;
  const float* b;
  size_t b_step;
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

// Loads columns [4·vector, …) of a row of the tile; columns beyond `columns` are zero.
inline F32x4 LoadColumns(const float* row, size_t vector, size_t columns) {
  const size_t begin = vector * kLanes;
  if (begin + kLanes <= columns) return Load(row + begin);
  return begin < columns ? LoadPartial(row + begin, columns - begin) : Zero();
}

inline void StoreColumns(float* row, size_t vector, size_t columns, F32x4 value) {
  const size_t begin = vector * kLanes;
  if (begin + kLanes <= columns) {
    Store(row + begin, value);
  } else if (begin < columns) {
    StorePartial(row + begin, value, columns - begin);
  }
}

template <size_t kRows, size_t kVectors>
void StoreTile(const Accumulators<kRows, kVectors>& acc, const TileResult& r) {
  for (size_t i = 0; i < kRows; ++i) {
    float* row = r.c + i * r.row_stride;
    for (size_t j = 0; j < kVectors; ++j) {
      F32x4 v = acc.v[i][j];
      if (r.last) {
        if (r.epilogue->alpha != 1.0f) v = Mul(v, Splat(r.epilogue->alpha));
        if (r.epilogue->beta != 0.0f) {
          v = Add(v, Mul(Splat(r.epilogue->beta), LoadColumns(row, j, r.columns)));
        }
        if (r.bias) v = Add(v, LoadColumns(r.bias, j, r.columns));
      }
      StoreColumns(row, j, r.columns, v);
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
  const float* a = o.a.data;
  const float* b = o.b;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
  for (size_t p = 0; p < o.depth; ++p) {
    F32x4 columns[kVectors];
    for (size_t j = 0; j < kVectors; ++j) columns[j] = Load(b + j * kLanes);
    for (size_t i = 0; i < kRows; ++i) {
      const F32x4 value = LoadSplat(a + i * o.a.row_stride);
      for (size_t j = 0; j < kVectors; ++j) {
        acc.v[i][j] = MulAdd(value, columns[j], acc.v[i][j]);
      }
    }
    a += o.a.column_stride;
    b += o.b_step;
  }
  StoreTile(acc, r);
}

template <size_t kVectors>
void TileOfRows(size_t rows, const TileOperands& o, const TileResult& r) {
  if (rows == kTileRows) return Tile<kTileRows, kVectors>(o, r);
  TileOperands operands = o;
  TileResult result = r;
  for (; rows >= 2; rows -= 2) {
    Tile<2, kVectors>(operands, result);
    operands.a.data += 2 * o.a.row_stride;
    result.c += 2 * r.row_stride;
  }
  if (rows) Tile<1, kVectors>(operands, result);
}

// Copies rows [0, depth) × columns [0, columns) of b to depth × kPanel, zeros beyond.
void PackPanel(MatrixView b, size_t depth, size_t columns, float* packed) {
  for (size_t p = 0; p < depth; ++p, packed += kPanel) {
    const float* row = b.At(p, 0);
    if (b.column_stride == 1) {
      for (size_t j = 0; j < kTileVectors; ++j) {
        Store(packed + j * kLanes, LoadColumns(row, j, columns));
      }
    } else {
      for (size_t j = 0; j < kPanel; ++j) packed[j] = j < columns ? row[j * b.column_stride] : 0;
    }
  }
}

// Four columns of a row-major matrix become contiguous: the transposed form of PackPanel, four by
// four, since one by one it would take longer than the product of a small matrix.
void PackTransposedPanel(MatrixView b, size_t depth, float* packed) {
  for (size_t j = 0; j < kPanel; j += kLanes) {
    const float* source = b.At(0, j);
    float* target = packed + j;
    size_t p = 0;
    for (; p + kLanes <= depth; p += kLanes) {
      F32x4 r0 = Load(source + p), r1 = Load(source + b.column_stride + p);
      F32x4 r2 = Load(source + 2 * b.column_stride + p);
      F32x4 r3 = Load(source + 3 * b.column_stride + p);
      Transpose(r0, r1, r2, r3);
      Store(target + p * kPanel, r0), Store(target + (p + 1) * kPanel, r1);
      Store(target + (p + 2) * kPanel, r2), Store(target + (p + 3) * kPanel, r3);
    }
    for (; p < depth; ++p) {
      for (size_t l = 0; l < kLanes; ++l) target[p * kPanel + l] = source[l * b.column_stride + p];
    }
  }
}

// Copies rows [0, rows) × [0, depth) of a so that the kTileRows values of one k lie side by side.
void PackRows(MatrixView a, size_t rows, size_t depth, float* packed) {
  for (size_t i = 0; i < rows; i += kTileRows) {
    const size_t count = rows - i < kTileRows ? rows - i : kTileRows;
    const float* source = a.At(i, 0);
    for (size_t p = 0; p < depth; ++p, source += a.column_stride) {
      for (size_t l = 0; l < count; ++l) packed[p * kTileRows + l] = source[l * a.row_stride];
    }
    packed += kTileRows * depth;
  }
}

// One block of the product: rows × columns of c over a stretch of k.
struct Block {
  MatrixView a;
  MatrixView b;
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

// Where the panels of a block of B are: the first `direct` columns in place, the others packed.
struct Panels {
  size_t direct;
  const float* packed;
};

// Few rows do not pay for packing, so that full panels stay where they are if their columns lie
// side by side.
Panels PackColumns(const Block& block, float* packed) {
  const bool in_place = block.b.column_stride == 1 && block.rows <= kMatmulDirectRows;
  const size_t direct = in_place ? block.columns / kPanel * kPanel : 0;
  float* target = packed;
  for (size_t j = direct; j < block.columns; j += kPanel, target += kPanel * block.depth) {
    const size_t columns = block.columns - j < kPanel ? block.columns - j : kPanel;
    const MatrixView panel = {block.b.At(0, j), block.b.row_stride, block.b.column_stride};
    if (columns == kPanel && panel.row_stride == 1 && panel.column_stride != 1) {
      PackTransposedPanel(panel, block.depth, target);
    } else {
      PackPanel(panel, block.depth, columns, target);
    }
  }
  return {direct, packed};
}

// The columns of one row that wide tiles cover; returns their number.
size_t SingleRow(const Block& block, const Panels& panels) {
  constexpr size_t kWide = kSingleRowVectors * kLanes;
  size_t j = 0;
  for (; j + kWide <= panels.direct; j += kWide) {
    Tile<1, kSingleRowVectors>({block.a, block.b.At(0, j), block.b.row_stride, block.depth},
                               block.Result(0, j, kWide));
  }
  return j;
}

void MultiplyBlock(const Block& block, const Panels& panels, float* packed_a) {
  const size_t begin = block.rows == 1 ? SingleRow(block, panels) : 0;
  // A transposed operand has its rows' values far apart: they are brought together first.
  const bool pack_rows = block.a.column_stride != 1 && block.columns > kPanel;
  if (pack_rows) PackRows(block.a, block.rows, block.depth, packed_a);
  for (size_t i = 0; i < block.rows; i += kTileRows) {
    const size_t rows = block.rows - i < kTileRows ? block.rows - i : kTileRows;
    const MatrixView a =
        pack_rows ? MatrixView{packed_a + i * block.depth, 1, kTileRows}
                  : MatrixView{block.a.At(i, 0), block.a.row_stride, block.a.column_stride};
    for (size_t j = begin; j < panels.direct; j += kPanel) {
      TileOfRows<kTileVectors>(rows, {a, block.b.At(0, j), block.b.row_stride, block.depth},
                               block.Result(i, j, kPanel));
    }
    const float* panel = panels.packed;
    for (size_t j = panels.direct; j < block.columns; j += kPanel, panel += kPanel * block.depth) {
      TileOfRows<kTileVectors>(rows, {a, panel, kPanel, block.depth}, block.Result(i, j, kPanel));
    }
  }
}

size_t Smaller(size_t a, size_t b) { return a < b ? a : b; }

// All of the product but the activation. With beta, k must not exceed one block, since c holds the
// unfinished chains between blocks.
void Multiply(MatrixView a, MatrixView b, float* c, size_t c_stride, size_t m, size_t n, size_t k,
              const MatmulEpilogue& epilogue, float* scratch) {
  float* packed_a = scratch;
  float* packed_b = packed_a + kMatmulBlockRows * kMatmulBlockDepth;
  for (size_t j = 0; j < n; j += kMatmulBlockColumns) {
    size_t p = 0;
    do {  // Once for k = 0: the epilogue of empty sums.
      Block block = {};
      block.b = {b.At(p, j), b.row_stride, b.column_stride};
      block.c_stride = c_stride;
      block.columns = Smaller(n - j, kMatmulBlockColumns);
      block.depth = Smaller(k - p, kMatmulBlockDepth);
      block.first = p == 0;
      block.last = p + block.depth == k;
      block.epilogue = &epilogue;
      block.bias = epilogue.bias ? epilogue.bias + j : nullptr;
      block.rows = m;
      const Panels panels = PackColumns(block, packed_b);
      for (size_t i = 0; i < m; i += kMatmulBlockRows) {
        block.a = {a.At(i, p), a.row_stride, a.column_stride};
        block.c = c + i * c_stride + j;
        block.rows = Smaller(m - i, kMatmulBlockRows);
        MultiplyBlock(block, panels, packed_a);
      }
      p += block.depth;
    } while (p < k);
  }
}

// beta with a long k: the plain product of a block of c goes to scratch, then both are combined in
// the order of StoreTile.
void MultiplyThenCombine(MatrixView a, MatrixView b, float* c, size_t m, size_t n, size_t k,
                         const MatmulEpilogue& epilogue, float* scratch) {
  float* product = scratch + kMatmulBlockDepth * (kMatmulBlockRows + kMatmulBlockColumns);
  const F32x4 alpha = Splat(epilogue.alpha), beta = Splat(epilogue.beta);
  for (size_t j = 0; j < n; j += kMatmulBlockColumns) {
    const size_t columns = Smaller(n - j, kMatmulBlockColumns);
    for (size_t i = 0; i < m; i += kMatmulBlockRows) {
      const size_t rows = Smaller(m - i, kMatmulBlockRows);
      const MatrixView block_a = {a.At(i, 0), a.row_stride, a.column_stride};
      const MatrixView block_b = {b.At(0, j), b.row_stride, b.column_stride};
      Multiply(block_a, block_b, product, kMatmulBlockColumns, rows, columns, k, {}, scratch);
      for (size_t r = 0; r < rows; ++r) {
        float* out = c + (i + r) * n + j;
        Zip(product + r * kMatmulBlockColumns, out, out, columns,
            [=](F32x4 acc, F32x4 old) { return Add(Mul(alpha, acc), Mul(beta, old)); });
        if (epilogue.bias) AddArrays(out, epilogue.bias + j, out, columns);
      }
    }
  }
}

}  // namespace

void Matmul(MatrixView a, MatrixView b, float* c, size_t m, size_t n, size_t k,
            const MatmulEpilogue& epilogue, float* scratch) {
  if (m == 0 || n == 0) return;
  if (epilogue.beta != 0.0f && k > kMatmulBlockDepth) {
    MultiplyThenCombine(a, b, c, m, n, k, epilogue, scratch);
  } else {
    Multiply(a, b, c, n, m, n, k, epilogue, scratch);
  }
  if (epilogue.activation != Activation::kLinear) Activate(epilogue.activation, c, c, m * n, {});
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
