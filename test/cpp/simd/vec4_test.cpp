// Every operation of the vector type against one lane computed in plain C++, over hostile pairs.
// vec4_scalar.h is the definition; this table is its independent second statement, and every
// backend must agree with it.
#include "simd/vec4.h"

#include <array>
#include <cstring>
#include <functional>
#include <type_traits>

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

using Lanes = std::array<uint32_t, kLanes>;

template <class Vector>
Vector FromLanes(const Lanes& lanes) {
  static_assert(sizeof(Vector) == sizeof(Lanes));
  Vector v;
  std::memcpy(&v, &lanes, sizeof v);  // No float in between: a NaN keeps its payload.
  return v;
}
template <class Vector>
Lanes ToLanes(Vector v) {
  Lanes lanes;
  std::memcpy(&lanes, &v, sizeof v);
  return lanes;
}

template <class Vector>
using LaneOf = std::conditional_t<std::is_same_v<Vector, F32x4>, float, int32_t>;

struct Operation {
  const char* name;
  bool nan_is_nan;  // The result may be any NaN where the lane's is one.
  std::function<Lanes(const Lanes&, const Lanes&)> vector;
  std::function<uint32_t(uint32_t, uint32_t)> lane;
};

template <class In, class Out>
Operation Op(const char* name, Out (*vector)(In, In), LaneOf<Out> (*lane)(LaneOf<In>, LaneOf<In>)) {
  return {name, std::is_same_v<Out, F32x4>,
          [=](const Lanes& a, const Lanes& b) {
            return ToLanes(vector(FromLanes<In>(a), FromLanes<In>(b)));
          },
          [=](uint32_t a, uint32_t b) {
            return std::bit_cast<uint32_t>(
                lane(std::bit_cast<LaneOf<In>>(a), std::bit_cast<LaneOf<In>>(b)));
          }};
}

int32_t Mask(bool condition) { return condition ? -1 : 0; }

int32_t Wrapped(int64_t v) { return static_cast<int32_t>(static_cast<uint32_t>(v)); }

// As Math.max and Math.min: NaN wins, and zeros have an order.
float LikeMathMax(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return kNan;
  if (a == 0 && b == 0) return std::signbit(a) && std::signbit(b) ? -0.0f : 0.0f;
  return a < b ? b : a;
}
float LikeMathMin(float a, float b) { return -LikeMathMax(-a, -b); }

const Operation kOperations[] = {
    Op<F32x4, F32x4>("Add", Add, [](float a, float b) { return a + b; }),
    Op<F32x4, F32x4>("Sub", Sub, [](float a, float b) { return a - b; }),
    Op<F32x4, F32x4>("Mul", Mul, [](float a, float b) { return a * b; }),
    Op<F32x4, F32x4>("Div", Div, [](float a, float b) { return a / b; }),
    Op<F32x4, F32x4>(
        "Sqrt", [](F32x4 a, F32x4) { return Sqrt(a); },
        [](float a, float) { return std::sqrt(a); }),
    Op<F32x4, F32x4>(
        "Abs", [](F32x4 a, F32x4) { return Abs(a); }, [](float a, float) { return std::fabs(a); }),
    Op<F32x4, F32x4>(
        "Negate", [](F32x4 a, F32x4) { return Negate(a); },
        [](float a, float) { return std::copysign(a, std::signbit(a) ? 1.0f : -1.0f); }),
    Op<F32x4, F32x4>("CopySign", CopySign, [](float a, float b) { return std::copysign(a, b); }),
    Op<F32x4, F32x4>("Max", Max, LikeMathMax),
    Op<F32x4, F32x4>("Min", Min, LikeMathMin),
    Op<F32x4, F32x4>("PseudoMax", PseudoMax, [](float a, float b) { return a < b ? b : a; }),
    Op<F32x4, F32x4>("PseudoMin", PseudoMin, [](float a, float b) { return b < a ? b : a; }),
    Op<F32x4, I32x4>("Equal", Equal, [](float a, float b) { return Mask(a == b); }),
    Op<F32x4, I32x4>("Less", Less, [](float a, float b) { return Mask(a < b); }),
    Op<F32x4, I32x4>("LessEqual", LessEqual, [](float a, float b) { return Mask(a <= b); }),
    Op<F32x4, F32x4>(
        "Select", [](F32x4 a, F32x4 b) { return Select(Less(a, b), a, b); },
        [](float a, float b) { return a < b ? a : b; }),
    Op<F32x4, F32x4>(
        "Select of the second", [](F32x4 a, F32x4 b) { return Select(Less(b, a), Zero(), b); },
        [](float a, float b) { return b < a ? 0.0f : b; }),
    Op<F32x4, F32x4>(
        "BitCast there and back", [](F32x4 a, F32x4) { return BitCast(BitCast(a)); },
        [](float a, float) { return a; }),
    Op<I32x4, I32x4>("And", And, [](int32_t a, int32_t b) { return a & b; }),
    Op<I32x4, I32x4>("Or", Or, [](int32_t a, int32_t b) { return a | b; }),
    Op<I32x4, I32x4>("Xor", Xor, [](int32_t a, int32_t b) { return a ^ b; }),
    Op<I32x4, I32x4>("AndNot", AndNot, [](int32_t a, int32_t b) { return a & ~b; }),
    Op<I32x4, I32x4>("AddInt", AddInt,
                     [](int32_t a, int32_t b) { return Wrapped(int64_t{a} + b); }),
    Op<I32x4, I32x4>("SubInt", SubInt,
                     [](int32_t a, int32_t b) { return Wrapped(int64_t{a} - b); }),
    Op<I32x4, I32x4>(
        "ShiftLeft<23>", [](I32x4 a, I32x4) { return ShiftLeft<23>(a); },
        [](int32_t a, int32_t) { return Wrapped(int64_t{a} * (1 << 23)); }),
    Op<I32x4, I32x4>(
        "ShiftRight<1>", [](I32x4 a, I32x4) { return ShiftRight<1>(a); },
        [](int32_t a, int32_t) { return static_cast<int32_t>(std::floor(a / 2.0)); }),
    Op<I32x4, I32x4>(
        "ShiftRight<23>", [](I32x4 a, I32x4) { return ShiftRight<23>(a); },
        [](int32_t a, int32_t) { return static_cast<int32_t>(std::floor(a / 0x1p23)); }),
    Op<I32x4, I32x4>(
        "ShiftRightLogical<1>", [](I32x4 a, I32x4) { return ShiftRightLogical<1>(a); },
        [](int32_t a, int32_t) {
          return static_cast<int32_t>(std::floor(static_cast<uint32_t>(a) / 2.0));
        }),
    Op<I32x4, I32x4>(
        "ShiftRightLogical<19>", [](I32x4 a, I32x4) { return ShiftRightLogical<19>(a); },
        [](int32_t a, int32_t) {
          return static_cast<int32_t>(std::floor(static_cast<uint32_t>(a) / 0x1p19));
        }),
    Op<I32x4, F32x4>(
        "ToFloat", [](I32x4 a, I32x4) { return ToFloat(a); },
        [](int32_t a, int32_t) { return static_cast<float>(double{1} * a); }),
};

// All pairs of hostile values, then pairs of any bits.
const std::vector<std::pair<uint32_t, uint32_t>>& Pairs() {
  static const auto pairs = [] {
    std::vector<std::pair<uint32_t, uint32_t>> p;
    for (const float a : HostileFloats()) {
      for (const float b : HostileFloats()) p.emplace_back(BitsOf(a), BitsOf(b));
    }
    Random random = SeededRandom(0x51bd);
    for (int i = 0; i < 20000; ++i) p.emplace_back(random.Next(), random.Next());
    return p;
  }();
  return pairs;
}

bool Agree(const Operation& op, uint32_t actual, uint32_t expected) {
  return op.nan_is_nan ? SameBits(FromBits(actual), FromBits(expected)) : actual == expected;
}

TEST(Vec4, EveryOperationIsItsLaneFourTimes) {
  const auto& pairs = Pairs();
  for (const Operation& op : kOperations) {
    // Four different pairs at a time, each in every lane once: lanes must not be mixed up.
    for (size_t i = 0; i + kLanes <= pairs.size(); ++i) {
      Lanes a, b;
      for (size_t l = 0; l < kLanes; ++l) a[l] = pairs[i + l].first, b[l] = pairs[i + l].second;
      const Lanes out = op.vector(a, b);
      for (size_t l = 0; l < kLanes; ++l) {
        const uint32_t expected = op.lane(a[l], b[l]);
        ASSERT_TRUE(Agree(op, out[l], expected))
            << op.name << std::hex << "(0x" << a[l] << ", 0x" << b[l] << ") is 0x" << out[l]
            << ", expected 0x" << expected << ", in lane " << l;
      }
    }
  }
}

TEST(Vec4, MulAddRoundsTwiceUnlessItMayFuse) {
  Random random = SeededRandom(0x3add);
  // (1 + 2^-12)² - 1 - 2^-11 is 2^-24 with one rounding and 0 with two.
  std::vector<float> a = {1 + 0x1p-12f}, b = {1 + 0x1p-12f}, c = {-1 - 0x1p-11f};
  for (int i = 0; i < 20000; ++i) {
    a.push_back(random.Hostile()), b.push_back(random.Hostile());
    // Often near -a·b, where a lost bit of the product shows.
    c.push_back(i % 2 ? random.Hostile() : -a.back() * b.back());
  }
  for (size_t i = 0; i < a.size(); ++i) {
    const Lanes v = ToLanes(MulAdd(Splat(a[i]), Splat(b[i]), Splat(c[i])));
    const float product = static_cast<float>(double{a[i]} * b[i]);  // In f64 it is exact.
    if (kMulAddMayFuse && BitsEqual(FromBits(v[0]), std::fma(a[i], b[i], c[i]))) continue;
    ASSERT_TRUE(BitsEqual(FromBits(v[0]), product + c[i]))
        << Show{a[i]} << " " << Show{b[i]} << " " << Show{c[i]};
  }
}

TEST(Vec4, LanesComeAndGoInOrder) {
  const float x[] = {1, 2, 3, 4, 5};
  const Lanes expected = {BitsOf(2), BitsOf(3), BitsOf(4), BitsOf(5)};
  EXPECT_EQ(ToLanes(Load(x + 1)), expected);  // Not aligned to a vector.
  EXPECT_EQ(ToLanes(Set(2, 3, 4, 5)), expected);
  EXPECT_EQ(ToLanes(LoadSplat(x + 2)), ToLanes(Splat(3)));
  EXPECT_EQ(ToLanes(Splat(3)), (Lanes{BitsOf(3), BitsOf(3), BitsOf(3), BitsOf(3)}));
  EXPECT_EQ(ToLanes(SplatInt(-7)), (Lanes{0xfffffff9u, 0xfffffff9u, 0xfffffff9u, 0xfffffff9u}));
  EXPECT_EQ(ToLanes(Zero()), Lanes{});
  float y[] = {0, 0, 0, 0, 0, 0};
  Store(y + 1, Load(x + 1));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(y[i], i >= 1 && i <= 4 ? x[i] : 0) << i;
}

TEST(Vec4, PartialLoadAndStoreTouchNoMore) {
  for (size_t count = 1; count <= kLanes; ++count) {
    for (size_t offset = 0; offset < kLanes; ++offset) {
      Random random = SeededRandom(count);
      const Buffer source(random.SignedArray(count), offset);
      const Lanes loaded = ToLanes(LoadPartial(source.data(), count, -2.5f));
      for (size_t l = 0; l < kLanes; ++l) {
        EXPECT_EQ(loaded[l], BitsOf(l < count ? source[l] : -2.5f));
      }
      EXPECT_EQ(ToLanes(LoadPartial(source.data(), count))[3], BitsOf(count > 3 ? source[3] : 0));
      Buffer target(count, offset);
      StorePartial(target.data(), FromLanes<F32x4>(loaded), count);
      EXPECT_TRUE(BitsEqual(target.data(), source.data(), count));
    }
  }
}

TEST(Vec4, SwapsMoveLanesAndChangeNone) {
  const Lanes x = {0x7f800001u, 0x80000000u, 3, 0xffffffffu};
  const F32x4 v = FromLanes<F32x4>(x);
  const size_t halves[] = {2, 3, 0, 1}, neighbours[] = {1, 0, 3, 2};
  for (size_t l = 0; l < kLanes; ++l) {
    EXPECT_TRUE(SameBits(FromBits(ToLanes(SwapHalves(v))[l]), FromBits(x[halves[l]]))) << l;
    EXPECT_TRUE(SameBits(FromBits(ToLanes(SwapNeighbours(v))[l]), FromBits(x[neighbours[l]]))) << l;
  }
  EXPECT_TRUE(BitsEqual(FirstLane(SwapNeighbours(v)), -0.0f));
}

TEST(Vec4, TransposeSwapsRowsAndColumns) {
  Lanes rows[kLanes];
  for (uint32_t i = 0; i < 16; ++i) rows[i / 4][i % 4] = 0x7f800000u + i;  // NaN and infinity, too.
  F32x4 v[kLanes];
  for (size_t i = 0; i < kLanes; ++i) v[i] = FromLanes<F32x4>(rows[i]);
  Transpose(v[0], v[1], v[2], v[3]);
  for (size_t i = 0; i < kLanes; ++i) {
    for (size_t j = 0; j < kLanes; ++j) {
      EXPECT_TRUE(SameBits(FromBits(ToLanes(v[i])[j]), FromBits(rows[j][i]))) << i << ", " << j;
    }
  }
  for (size_t i = 0; i < kLanes; ++i) v[i] = Set(4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3);
  Transpose(v[0], v[1], v[2], v[3]);
  for (size_t i = 0; i < kLanes; ++i) {
    EXPECT_EQ(ToLanes(v[i]), ToLanes(Set(i, 4 + i, 8 + i, 12 + i))) << i;
  }
}

TEST(Vec4, ReductionsHaveOneOrder) {
  // Every other order gives another sum here.
  EXPECT_EQ(ReduceAdd(Set(0x1p24f, 1, 1, -0x1p24f)), (0x1p24f + 1.0f) + (1.0f - 0x1p24f));
  EXPECT_EQ(ReduceAdd(Set(0x1p24f, 3, -0x1p24f, 0x1p-24f)), 3.0f);
  Random random = SeededRandom(0x5ed);
  for (int i = 0; i < 20000; ++i) {
    float x[kLanes];
    for (float& v : x) v = random.Hostile();
    const float largest = LikeMathMax(LikeMathMax(x[0], x[1]), LikeMathMax(x[2], x[3]));
    ASSERT_TRUE(BitsEqual(ReduceAdd(Load(x)), (x[0] + x[2]) + (x[1] + x[3])));
    ASSERT_TRUE(BitsEqual(ReduceMax(Load(x)), largest));
  }
}

}  // namespace
}  // namespace neural::test
