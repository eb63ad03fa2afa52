#include "kernels/gemv.h"

#include "kernels/matmul_outer.h"
#include "simd/tile.h"
#include "simd/vec4.h"

namespace neural {

namespace {

// Rows of so many vectors stay in registers until k is done; longer ones go by way of memory.
constexpr size_t kNarrow = kTileVectors > 1 ? 4 : 2;

struct Rows {
  const float* x;
  const float* w;
  size_t columns;  // From one row to the next.
  size_t count;
};

// The last vector of a row, of which `tail` columns count (0: all).
inline F32x4 LoadLast(const float* p, size_t tail) { return tail ? LoadPartial(p, tail) : Load(p); }

// Columns [0, 4·kVectors), or fewer by the last vector's tail. Where a row has another one behind
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
    for (size_t j = 0; j < kVectors; ++j) acc[j] = MulAdd(value, Load(w + j * kLanes), acc[j]);
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

template <size_t kVectors = kNarrow>
void StripOf(size_t vectors, const Rows& rows, const float* bias, float* out) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return StripOf<kVectors - 1>(vectors, rows, bias, out);
  }
  Strip<kVectors>(rows, rows.columns % kLanes, bias, out);
}

}  // namespace

void RowTimesMatrix(const float* x, const float* w, const float* bias, float* out, size_t n,
                    size_t k) {
  const size_t vectors = (n + kLanes - 1) / kLanes;
  if (vectors > kNarrow) {
    MultiplyByRows(RowMajor(x, k), RowMajor(w, n), bias, out, 1, n, k);
  } else if (n > 0) {
    StripOf(vectors, {x, w, n, k}, bias, out);
  }
}

}  // namespace neural
