// Every elementwise kernel against one element at a time, bit by bit: sizes around the vector,
// places in memory, and `out` in the place of an operand.
#include "support/elementwise.h"

#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

class ElementwiseTest : public testing::TestWithParam<Elementwise> {
 protected:
  // Operands of n elements, hostile or such that most results are ordinary.
  void Draw(size_t n) {
    a_ = n % 2 ? random_.HostileArray(n) : random_.SignedArray(n, 4);
    b_ = n % 2 ? random_.HostileArray(n) : random_.SignedArray(n, 4);
    expected_.clear();
    for (size_t i = 0; i < n; ++i) expected_.push_back(GetParam().element(a_[i], b_[i]));
  }
  void Expect(const Buffer& out) {
    ASSERT_TRUE(BitsEqual(out.data(), expected_.data(), out.size()));
  }

  Random random_ = SeededRandom(0xe1e);
  std::vector<float> a_, b_, expected_;
};

TEST_P(ElementwiseTest, MapsEachElementWhateverTheSizeAndThePlace) {
  for (const size_t n : kSizes) {
    for (size_t place = 0; place < 8; ++place) {
      Draw(n);
      const Buffer a(a_, place % 4), b(b_, place / 2);
      Buffer out(n, (place + 1) % 4);
      GetParam().kernel(a.data(), b.data(), out.data(), n);
      Expect(out);
      EXPECT_TRUE(BitsEqual(a.data(), a_.data(), n)) << "an operand was written";
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(ElementwiseTest, WritesOverEitherOperand) {
  for (const size_t n : kSizes) {
    Draw(n);
    Buffer a(a_, 1), b(b_, 2);
    const Buffer other_a(a_, 3), other_b(b_);
    GetParam().kernel(a.data(), other_b.data(), a.data(), n);
    Expect(a);
    GetParam().kernel(other_a.data(), b.data(), b.data(), n);
    Expect(b);
    if (HasFatalFailure()) return;
  }
}

TEST_P(ElementwiseTest, TakesOneArrayForBothOperands) {
  const size_t n = 33;
  Draw(n);
  Buffer a(a_);
  for (size_t i = 0; i < n; ++i) expected_[i] = GetParam().element(a_[i], a_[i]);
  GetParam().kernel(a.data(), a.data(), a.data(), n);
  Expect(a);
}

TEST_P(ElementwiseTest, AgreesOnAllPairsOfHostileValues) {
  const std::vector<float>& values = HostileFloats();
  for (const float b : values) {
    const std::vector<float> second(values.size(), b);
    Buffer out(values.size());
    GetParam().kernel(values.data(), second.data(), out.data(), values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(BitsEqual(out[i], GetParam().element(values[i], b)))
          << "operands " << Show{values[i]} << ", " << Show{b};
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, ElementwiseTest, testing::ValuesIn(kElementwise),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Lerp, MeetsItsEnds) {
  Random random = SeededRandom(0x1e);
  const std::vector<float> a = random.SignedArray(33, 1e6f), b = random.SignedArray(33, 1e-6f);
  std::vector<float> out(33);
  Lerp(a.data(), b.data(), 0, out.data(), 33);
  EXPECT_TRUE(BitsEqual(out.data(), a.data(), 33));
  Lerp(a.data(), b.data(), 1, out.data(), 33);
  EXPECT_TRUE(BitsEqual(out.data(), b.data(), 33));
}

TEST(Clamp, TakesEqualAndInfiniteBounds) {
  const float x[] = {-5, 0, 5, kInfinity, -kInfinity, kNan};
  float out[6];
  Clamp(x, 1, 1, out, 6);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(out[i], 1);
  EXPECT_TRUE(std::isnan(out[5]));
  Clamp(x, -kInfinity, kInfinity, out, 6);
  EXPECT_TRUE(BitsEqual(out, x, 6));
}

}  // namespace
}  // namespace neural::test
