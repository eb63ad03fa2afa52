#include "kernels/softmax.h"

#include "kernels/elementwise.h"
#include "math/exp.h"
#include "math/log.h"

namespace neural {

namespace {

// Long rows are summed in blocks whose sums are added in f64, so that the error does not grow
// with the length of the row.
constexpr size_t kBlock = 1024;

// The largest element; NaN is left out, and comes back by way of the sum of the exponentials. In
// four chains: one alone would wait for each comparison.
float RowMax(const float* x, size_t n) {
  constexpr size_t kChains = 4;
  const float infinity = __builtin_inff();
  F32x4 largest[kChains];
  for (F32x4& chain : largest) chain = Splat(-infinity);
  size_t i = 0;
  for (; i + kChains * kLanes <= n; i += kChains * kLanes) {
    for (size_t c = 0; c < kChains; ++c) {
      largest[c] = AtLeast(largest[c], Load(x + i + c * kLanes));
    }
  }
  for (; i + kLanes <= n; i += kLanes) largest[0] = AtLeast(largest[0], Load(x + i));
  if (i < n) largest[0] = AtLeast(largest[0], LoadPartial(x + i, n - i, -infinity));
  for (size_t c = 1; c < kChains; ++c) largest[0] = AtLeast(largest[0], largest[c]);
  return ReduceMax(largest[0]);
}

// Σ e^(x[i] - shift)·2^64; each term is also handed to store(i, count, term). From the last block
// to the first: of a row longer than the caches the pass before leaves the end there, and the pass
// after begins at the front.
template <class StoreTerm>
float ScaledSumOfExponentials(const float* x, size_t n, float shift, StoreTerm store) {
  const F32x4 offset = Splat(shift);
  double total = 0;
  for (size_t end = n; end > 0;) {
    const size_t begin = (end - 1) / kBlock * kBlock;
    F32x4 sum = Zero();
    const auto add = [&](size_t i, F32x4 term) {
      store(begin + i, kLanes, term);
      sum = Add(sum, term);
    };
    const auto below = [=](F32x4 v) { return Sub(v, offset); };
    const size_t i = begin + ForEachVector<ScaledExp>(x + begin, end - begin, below, add);
    if (i < end) {
      // The padding is e^0, taken out again. Were it e^-Inf, it would be 0 by way of denormals,
      // which take processors as long as all the rest of a short row.
      const F32x4 term = ScaledExp::Apply(below(LoadPartial(x + i, end - i, shift)));
      store(i, end - i, term);
      const I32x4 there = Less(Set(0, 1, 2, 3), Splat(static_cast<float>(end - i)));
      sum = Add(sum, BitCast(And(BitCast(term), there)));
    }
    total += ReduceAdd(sum);
    end = begin;
  }
  return static_cast<float>(total);
}

}  // namespace

void Softmax(const float* x, float* out, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; ++r, x += columns, out += columns) {
    const auto store = [out](size_t i, size_t count, F32x4 term) {
      if (count == kLanes) {
        Store(out + i, term);
      } else {
        StorePartial(out + i, term, count);
      }
    };
    const float sum = ScaledSumOfExponentials(x, columns, RowMax(x, columns), store);
    // Terms and sum share the factor 2^64, so that a denormal quotient is rounded once.
    Scale(out, 1.0f / sum, out, columns);
  }
}

void LogSoftmax(const float* x, float* out, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; ++r, x += columns, out += columns) {
    const float shift = RowMax(x, columns);
    const float sum = ScaledSumOfExponentials(x, columns, shift, [](size_t, size_t, F32x4) {});
    float log_sum[kLanes];
    Store(log_sum, Log::Apply(Unscale(Splat(sum))));
    const F32x4 first = Splat(shift), second = Splat(log_sum[0]);
    Map(x, out, columns, [=](F32x4 v) { return Sub(Sub(v, first), second); });
  }
}

}  // namespace neural
