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

template <size_t kVectors>
void Columns(const Rows& rows, bool first, const float* bias, float* out) {
  F32x4 acc[kVectors];
  for (size_t j = 0; j < kVectors; ++j) acc[j] = first ? Zero() : Load(out + j * kLanes);
  const float* w = rows.w;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
  for (size_t p = 0; p < rows.count; ++p, w += rows.columns) {
    const F32x4 value = LoadSplat(rows.x + p);
    for (size_t j = 0; j < kVectors; ++j) acc[j] = MulAdd(value, Load(w + j * kLanes), acc[j]);
  }
  for (size_t j = 0; j < kVectors; ++j) {
    if (bias) acc[j] = Add(acc[j], Load(bias + j * kLanes));
    Store(out + j * kLanes, acc[j]);
  }
}

// The last columns, fewer than a vector. Rows are read as whole vectors that reach into the next
// row, where that lies within `floats`, the number of floats from the first column on.
void LastColumns(const Rows& rows, size_t width, size_t floats, bool first, const float* bias,
                 float* out) {
  F32x4 acc = first ? Zero() : LoadPartial(out, width);
  const float* w = rows.w;
  const size_t whole = floats < kLanes ? 0 : (floats - kLanes) / rows.columns + 1;
  for (size_t p = 0; p < rows.count; ++p, w += rows.columns) {
    const F32x4 row = p < whole ? Load(w) : LoadPartial(w, width);
    acc = MulAdd(LoadSplat(rows.x + p), row, acc);
  }
  if (bias) acc = Add(acc, LoadPartial(bias, width));
  StorePartial(out, acc, width);
}

void Stretch(const Rows& rows, bool first, const float* bias, float* out) {
  const size_t n = rows.columns;
  size_t j = 0;
  const auto at = [&](size_t column) {
    return Rows{rows.x, rows.w + column, n, rows.count};
  };
  const auto bias_at = [&](size_t column) { return bias ? bias + column : nullptr; };
  for (; j + kWide * kLanes <= n; j += kWide * kLanes) {
    Columns<kWide>(at(j), first, bias_at(j), out + j);
  }
  if (kWide > 4 && j + 4 * kLanes <= n) {
    Columns<4>(at(j), first, bias_at(j), out + j);
    j += 4 * kLanes;
  }
  if (kWide > 2 && j + 2 * kLanes <= n) {
    Columns<2>(at(j), first, bias_at(j), out + j);
    j += 2 * kLanes;
  }
  for (; j + kLanes <= n; j += kLanes) Columns<1>(at(j), first, bias_at(j), out + j);
  if (j < n) LastColumns(at(j), n - j, rows.count * n - j, first, bias_at(j), out + j);
}

}  // namespace

void RowTimesMatrix(const float* x, const float* w, const float* bias, float* out, size_t n,
                    size_t k) {
  const size_t step = n * k > kFloatsInCache ? kStretch : k;
  for (size_t p = 0; p < k; p += step) {
    const bool last = p + step >= k;
    Stretch({x + p, w + p * n, n, last ? k - p : step}, p == 0, last ? bias : nullptr, out);
  }
}

}  // namespace neural
