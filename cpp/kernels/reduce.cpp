#include "kernels/reduce.h"

#include <initializer_list>

#include "simd/vec4.h"

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
float SumBlocks(size_t n, Term term) {
  if (n <= kBlock) return SumBlock(0, n, term);
  double total = 0;
  for (size_t begin = 0; begin < n; begin += kBlock) {
    total += SumBlock(begin, n - begin < kBlock ? n - begin : kBlock, term);
  }
  return static_cast<float>(total);
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

}  // namespace

float Dot(const float* a, const float* b, size_t n) { return SumBlocks(n, ProductTerm{a, b}); }
float Sum(const float* x, size_t n) { return SumBlocks(n, ValueTerm{x}); }

}  // namespace neural
