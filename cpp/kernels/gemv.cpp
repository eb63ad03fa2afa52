#include "kernels/gemv.h"

#include "simd/tile.h"
#include "simd/vec4.h"

namespace neural {

namespace {

// As many chains at a time as a tile of the matrix product has: enough to hide the latency of an
// addition.
constexpr size_t kWide = kTileRows * kTileVectors;

// A matrix beyond the caches is read in stretches of this many rows, for the engine of the memory
// to see a few streams instead of jumps; the chains wait in `out` meanwhile.
constexpr size_t kStretch = 16;
constexpr size_t kFloatsInCache = 1 << 16;

struct Rows {
  const float* x;
  const float* w;  // At the first column.
  size_t columns;  // From one row to the next.
  size_t count;
};

// The last vector of a strip, of which `tail` columns count (0: all).
inline F32x4 LoadLast(const float* p, size_t tail) { return tail ? LoadPartial(p, tail) : Load(p); }

// Columns [0, 4·kVectors), or fewer by the last vector's tail. Where a row has another one behind
// it its tail is read as a whole vector: what reaches into the next row is computed and thrown
// away.
template <size_t kVectors>
inline void Strip(const Rows& rows, size_t tail, bool first, const float* bias, float* out) {
  constexpr size_t kLast = (kVectors - 1) * kLanes;
  F32x4 acc[kVectors];
  for (size_t j = 0; j + 1 < kVectors; ++j) acc[j] = first ? Zero() : Load(out + j * kLanes);
  acc[kVectors - 1] = first ? Zero() : LoadLast(out + kLast, tail);
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

void Stretch(const Rows& rows, bool first, const float* bias, float* out) {
  const size_t n = rows.columns;
  for (size_t j = 0; j < n;) {
    const size_t vectors = (n - j + kLanes - 1) / kLanes;
    const size_t step = vectors >= kWide ? kWide : vectors >= 4 ? 4 : vectors;
    const size_t left = n - j;
    const size_t tail = left < step * kLanes ? left % kLanes : 0;
    const Rows strip = {rows.x, rows.w + j, n, rows.count};
    const float* b = bias ? bias + j : nullptr;
    if (step == kWide) {
      Strip<kWide>(strip, tail, first, b, out + j);
    } else if (step == 1) {
      Strip<1>(strip, tail, first, b, out + j);
    } else if constexpr (kWide > 4) {
      if (step == 4) Strip<4>(strip, tail, first, b, out + j);
      if (step == 3) Strip<3>(strip, tail, first, b, out + j);
      if (step == 2) Strip<2>(strip, tail, first, b, out + j);
    }
    j += step * kLanes;
  }
}

}  // namespace

void RowTimesMatrix(const float* x, const float* w, const float* bias, float* out, size_t n,
                    size_t k) {
  const size_t step = n * k > kFloatsInCache ? kStretch : k;
  size_t p = 0;
  do {  // Once for k = 0: empty sums.
    const bool last = p + step >= k;
    Stretch({x + p, w + p * n, n, last ? k - p : step}, p == 0, last ? bias : nullptr, out);
    p += step;
  } while (p < k);
}

}  // namespace neural
