#include "kernels/matmul_outer.h"

#include "kernels/elementwise.h"

namespace neural {

namespace {

// The next kDepth steps of the chains of kRows rows, over all columns. The values of A stay in
// registers: the more of them, the less often the result is read and written. But rows of B that
// are a power of two apart share a few sets of the cache: of 1024 columns four rows at a time take
// three quarters of the time of eight, and of others they take no longer. Vectors of columns one by
// one, since the processor overlaps them by itself; two at a time were slower on V8.
template <size_t kRows, size_t kDepth>
inline void Steps(MatrixView a, MatrixView b, float* c, size_t n, bool first) {
  F32x4 values[kRows][kDepth];
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t p = 0; p < kDepth; ++p) values[i][p] = LoadSplat(a.At(i, p));
  }
  const auto vector = [&](size_t j, auto load, auto store) {
    F32x4 acc[kRows];
    for (size_t i = 0; i < kRows; ++i) acc[i] = first ? Zero() : load(c + i * n + j);
    for (size_t p = 0; p < kDepth; ++p) {
      const F32x4 row = load(b.At(p, j));
      for (size_t i = 0; i < kRows; ++i) {
        acc[i] = MulAdd(values[i][p], row, acc[i]);
        ComputeHere(acc[i]);
      }
    }
    for (size_t i = 0; i < kRows; ++i) store(c + i * n + j, acc[i]);
  };
  b.column_stride = 1;  // What the compiler cannot know.
  size_t j = 0;
#if defined(__clang__)
#pragma clang loop unroll(disable)
#endif
  for (; j + kLanes <= n; j += kLanes) vector(j, Load, Store);
  if (j == n) return;
  const size_t rest = n - j;
  vector(
      j, [=](const float* from) { return LoadPartial(from, rest); },
      [=](float* to, F32x4 v) { StorePartial(to, v, rest); });
}

// The steps from p on, kDepth at a time as long as k has so many; returns the first that is left.
template <size_t kRows, size_t kDepth>
inline size_t StepsFrom(size_t p, MatrixView a, MatrixView b, float* c, size_t n, size_t k) {
  for (; p + kDepth <= k; p += kDepth) {
    Steps<kRows, kDepth>(a.From(0, p), b.From(p, 0), c, n, p == 0);
  }
  return p;
}

}  // namespace

void MultiplyByRows(MatrixView a, MatrixView b, const float* bias, float* c, size_t m, size_t n,
                    size_t k) {
  for (size_t i = 0; i < m;) {
    const MatrixView rows = a.From(i, 0);
    const size_t count = i + 1 < m ? 2 : 1;
    size_t p = 0;
    if (count == 2) {
      p = StepsFrom<2, 4>(p, rows, b, c, n, k);
      p = StepsFrom<2, 3>(p, rows, b, c, n, k);
      p = StepsFrom<2, 1>(p, rows, b, c, n, k);
    } else {
      p = StepsFrom<1, 4>(p, rows, b, c, n, k);
      p = StepsFrom<1, 1>(p, rows, b, c, n, k);
    }
    for (size_t r = 0; r < count; ++r, ++i, c += n) {
      if (k == 0) Map(c, c, n, [](F32x4) { return Zero(); });
      if (bias) AddArrays(c, bias, c, n);
    }
  }
}

}  // namespace neural
