#include "kernels/gemv.h"

#include <stdint.h>

#include "kernels/matmul_outer.h"
#include "simd/tile.h"
#include "simd/vec4.h"

namespace neural {

namespace {

// So many vectors of a row stay in registers until k is done. With vectors longer rows are taken in
// such strips only where all of them fit into the first-level cache: beyond, the strides from row
// to row cost more than going by way of memory does. Without, arithmetic takes longer than either.
constexpr size_t kStripVectors = kTileVectors > 1 ? 8 : 2;
constexpr size_t kStripsFloats = kTileVectors > 1 ? 8192 : SIZE_MAX;

struct Rows {
  const float* x;
  const float* w;
  size_t columns;  // From one row to the next.
  size_t count;
};

// The last vector of a row, of which `tail` columns count (0: all).
inline F32x4 LoadLast(const float* p, size_t tail) { return tail ? LoadPartial(p, tail) : Load(p); }

// 4·kVectors columns, or fewer by the last vector's tail. Where a row has another one behind
// it its tail is read as a whole vector: what reaches into the next row is computed and thrown
// away.
template <size_t kVectors>
inline void Strip(const Rows& rows, size_t tail, const float* bias, float* out) {
  constexpr size_t kLast = (kVectors - 1) * kLanes;
  F32x4 acc[kVectors];
  for (F32x4& chain : acc) chain = Zero();
  // Rows narrower than a vector reach over several others.
  const size_t partial = !tail ? 0 : rows.columns >= kLanes ? 1 : kLanes;
  const size_t whole = rows.count > partial ? rows.count - partial : 0;
  const float* w = rows.w;
  size_t p = 0;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
  for (; p < whole; ++p, w += rows.columns) {
    const F32x4 value = LoadSplat(rows.x + p);
    // One after the other, and from the last to the first, as in Tiles of matmul.cpp.
    for (size_t j = kVectors; j-- > 0;) {
      acc[j] = MulAdd(value, Load(w + j * kLanes), acc[j]);
      ComputeHere(acc[j]);
    }
  }
  for (; p < rows.count; ++p, w += rows.columns) {
    const F32x4 value = LoadSplat(rows.x + p);
    for (size_t j = 0; j + 1 < kVectors; ++j) acc[j] = MulAdd(value, Load(w + j * kLanes), acc[j]);
    acc[kVectors - 1] = MulAdd(value, LoadLast(w + kLast, tail), acc[kVectors - 1]);
  }
  for (size_t j = 0; j + 1 < kVectors; ++j) {
    if (bias) acc[j] = Add(acc[j], Load(bias + j * kLanes));
    Store(out + j * kLanes, acc[j]);
  }
  if (bias) acc[kVectors - 1] = Add(acc[kVectors - 1], LoadLast(bias + kLast, tail));
  if (tail) {
    StorePartial(out + kLast, acc[kVectors - 1], tail);
  } else {
    Store(out + kLast, acc[kVectors - 1]);
  }
}

template <size_t kVectors = kStripVectors>
void StripOf(size_t vectors, const Rows& rows, size_t tail, const float* bias, float* out) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return StripOf<kVectors - 1>(vectors, rows, tail, bias, out);
  }
  Strip<kVectors>(rows, tail, bias, out);
}

}  // namespace

void RowTimesMatrix(const float* x, const float* w, const float* bias, float* out, size_t n,
                    size_t k) {
  constexpr size_t kColumns = kStripVectors * kLanes;
  if (n > kColumns && n * k > kStripsFloats) {
    MultiplyByRows(RowMajor(x, k), RowMajor(w, n), bias, out, 1, n, k);
    return;
  }
  for (size_t j = 0; j < n; j += kColumns) {
    const size_t left = n - j;
    const bool is_last = left <= kColumns;
    const size_t vectors = is_last ? (left + kLanes - 1) / kLanes : kStripVectors;
    StripOf(vectors, {x, w + j, n, k}, is_last ? n % kLanes : 0, bias ? bias + j : nullptr,
            out + j);
  }
}

}  // namespace neural
