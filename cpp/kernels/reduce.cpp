#include "kernels/reduce.h"

#include <initializer_list>

#include "kernels/elementwise.h"

namespace neural {

namespace {

constexpr size_t kBlock = 4096;
constexpr size_t kAccumulators = 4;

// The sum of term(i, count) over [begin, begin + n), where term gives the vector of the elements
// [i, i + count), zeros above.
template <class Term>
float SumBlock(size_t begin, size_t n, Term term) {
  F32x4 s0 = Zero(), s1 = Zero(), s2 = Zero(), s3 = Zero();
  const size_t end = begin + n;
  size_t i = begin;
  for (; i + kAccumulators * kLanes <= end; i += kAccumulators * kLanes) {
    s0 = Add(s0, term(i));
    s1 = Add(s1, term(i + kLanes));
    s2 = Add(s2, term(i + 2 * kLanes));
    s3 = Add(s3, term(i + 3 * kLanes));
  }
  for (F32x4* s : {&s0, &s1, &s2, &s3}) {
    if (i >= end) break;
    *s = Add(*s, i + kLanes <= end ? term(i) : term(i, end - i));
    i += kLanes;
  }
  return ReduceAdd(Add(Add(s0, s2), Add(s1, s3)));
}

template <class Term>
double SumBlocks(size_t n, Term term) {
  double total = 0;
  for (size_t begin = 0; begin < n; begin += kBlock) {
    total += SumBlock(begin, n - begin < kBlock ? n - begin : kBlock, term);
  }
  return total;
}

struct ProductTerm {
  const float* a;
  const float* b;
  F32x4 operator()(size_t i) const { return Mul(Load(a + i), Load(b + i)); }
  F32x4 operator()(size_t i, size_t count) const {
    return Mul(LoadPartial(a + i, count), LoadPartial(b + i, count));
  }
};

struct ValueTerm {
  const float* x;
  F32x4 operator()(size_t i) const { return Load(x + i); }
  F32x4 operator()(size_t i, size_t count) const { return LoadPartial(x + i, count); }
};

// (factor·x)².
struct SquareTerm {
  const float* x;
  float factor;
  F32x4 operator()(size_t i) const { return Squared(Load(x + i)); }
  F32x4 operator()(size_t i, size_t count) const { return Squared(LoadPartial(x + i, count)); }
  F32x4 Squared(F32x4 v) const {
    const F32x4 scaled = Mul(v, Splat(factor));
    return Mul(scaled, scaled);
  }
};

// Σ term(x[i]) in f64.
template <class Term>
double SumInDouble(const float* x, size_t n, Term term) {
  double sums[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += term(double{x[i + lane]});
  }
  for (size_t lane = 0; i + lane < n; ++lane) sums[lane] += term(double{x[i + lane]});
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

double Root(double x) { return __builtin_sqrt(x); }

// A power of two that brings the largest element near 1, or 1 where no square can overflow or
// lose bits. Scaling by it is exact.
float ScaleOf(const float* x, size_t n) {
  F32x4 largest = Zero();
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) largest = AtLeast(largest, Abs(Load(x + i)));
  if (i < n) largest = AtLeast(largest, Abs(LoadPartial(x + i, n - i)));
  const float m = ReduceMax(largest);
  if (m > 0x1p50f) return 0x1p-100f;
  return m < 0x1p-50f ? 0x1p100f : 1.0f;
}

struct ScaledNorm {
  double norm;  // Of factor·x.
  float factor;
};
ScaledNorm NormOf(const float* x, size_t n) {
  const float factor = ScaleOf(x, n);
  return {Root(SumBlocks(n, SquareTerm{x, factor})), factor};
}

float Extreme(const float* x, size_t n, F32x4 start, F32x4 (*choose)(F32x4, F32x4)) {
  F32x4 result = start;
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) result = choose(result, Load(x + i));
  for (; i < n; ++i) result = choose(result, LoadSplat(x + i));
  float lanes[kLanes];
  Store(lanes, result);
  for (float lane : lanes) result = choose(result, Splat(lane));
  Store(lanes, result);
  return lanes[0];
}

}  // namespace

float Dot(const float* a, const float* b, size_t n) {
  return static_cast<float>(SumBlocks(n, ProductTerm{a, b}));
}

float Sum(const float* x, size_t n) { return static_cast<float>(SumBlocks(n, ValueTerm{x})); }

double MeanInDouble(const float* x, size_t n) {
  return SumInDouble(x, n, [](double v) { return v; }) / static_cast<double>(n);
}

float Mean(const float* x, size_t n) { return static_cast<float>(MeanInDouble(x, n)); }

float Variance(const float* x, size_t n) {
  const double mean = MeanInDouble(x, n);
  const double sum = SumInDouble(x, n, [=](double v) { return (v - mean) * (v - mean); });
  return static_cast<float>(sum / static_cast<double>(n));
}

float Norm(const float* x, size_t n) {
  const ScaledNorm scaled = NormOf(x, n);
  return static_cast<float>(scaled.norm / scaled.factor);
}

float CosineSimilarity(const float* a, const float* b, size_t n) {
  const ScaledNorm na = NormOf(a, n), nb = NormOf(b, n);
  if (na.norm == 0 || nb.norm == 0) return 0;
  const float fa = na.factor, fb = nb.factor;
  double dot = 0;
  if (fa == 1.0f && fb == 1.0f) {
    dot = SumBlocks(n, ProductTerm{a, b});
  } else {
    for (size_t i = 0; i < n; ++i) dot += double{a[i] * fa} * double{b[i] * fb};
  }
  const double cosine = dot / (na.norm * nb.norm);
  return static_cast<float>(cosine > 1 ? 1 : cosine < -1 ? -1 : cosine);
}

void Normalize(const float* x, float* out, size_t n) {
  const ScaledNorm scaled = NormOf(x, n);
  const F32x4 factor = Splat(scaled.factor);
  const F32x4 norm = Splat(scaled.norm == 0 ? 1.0f : static_cast<float>(scaled.norm));
  Map(x, out, n, [=](F32x4 v) { return Div(Mul(v, factor), norm); });
}

float MaxValue(const float* x, size_t n) {
  return Extreme(x, n, Splat(-__builtin_inff()), [](F32x4 a, F32x4 b) { return Max(a, b); });
}

float MinValue(const float* x, size_t n) {
  return Extreme(x, n, Splat(__builtin_inff()), [](F32x4 a, F32x4 b) { return Min(a, b); });
}

size_t ArgMax(const float* x, size_t n) {
  const float largest = MaxValue(x, n);
  const bool is_nan = largest != largest;
  for (size_t i = 0; i < n; ++i) {
    if (is_nan ? x[i] != x[i] : x[i] == largest) return i;
  }
  return n;
}

}  // namespace neural
