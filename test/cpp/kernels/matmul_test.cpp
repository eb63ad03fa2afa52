// The matrix product against its definition, bit by bit, and against f64 with the bound of the
// numerics contract: all small shapes, shapes around tiles and blocks, all layouts and epilogues.
#include "kernels/matmul.h"

#include "kernels/reduce.h"
#include "support/buffer.h"
#include "support/expect.h"
#include "support/matmul_reference.h"

namespace neural::test {
namespace {

// Operands and the scratch of a product, each in memory of exactly its size.
class MatmulTest : public testing::Test {
 protected:
  void Draw(const Product& p, bool hostile = false) {
    const auto draw = [&](size_t n) {
      return hostile ? random_.HostileArray(n) : random_.SignedArray(n);
    };
    a_ = draw(p.m * p.k), b_ = draw(p.k * p.n), c_ = draw(p.m * p.n), bias_ = draw(p.n);
  }

  // The next of some combinations of alpha, beta, bias and activation.
  MatmulEpilogue NextEpilogue() {
    const uint32_t i = epilogue_++;
    MatmulEpilogue e;
    e.alpha = i % 3 ? 1.0f : -0.7f;
    e.beta = i % 4 == 1 ? 0.6f : i % 4 == 3 ? 1.0f : 0.0f;
    e.bias = i % 5 < 2 ? bias_.data() : nullptr;
    e.activation = kActivations[i % 7 % std::size(kActivations)].kind;
    return e;
  }

  std::vector<float> Multiply(const Product& p, size_t offset = 0) {
    const Buffer a(a_, offset), b(b_, offset / 2), bias(bias_, offset);
    Buffer c(c_, 3 - offset % 4);
    MatmulEpilogue epilogue = p.epilogue;
    if (epilogue.bias) epilogue.bias = bias.data();
    Matmul(p.A(a.data()), p.B(b.data()), c.data(), p.m, p.n, p.k, epilogue, scratch_.data());
    const std::vector<float> product = c.Copy();
    Buffer packed(PackedFloats(p.n, p.k)), again(c_, 3 - offset % 4);
    PackMatrix(p.B(b.data()), p.n, p.k, packed.data());
    Matmul(p.A(a.data()), PackedMatrix{packed.data()}, again.data(), p.m, p.n, p.k, epilogue,
           scratch_.data());
    EXPECT_TRUE(BitsEqual(again.Copy().data(), product.data(), product.size()))
        << p.m << "x" << p.n << "x" << p.k << ", packed";
    return product;
  }

  void ExpectChains(const Product& p) {
    const std::vector<float> c = Multiply(p, epilogue_ % 4);
    for (size_t i = 0; i < p.m; ++i) {
      for (size_t j = 0; j < p.n; ++j) {
        const float expected = ChainOf(p, a_.data(), b_.data(), c_.data(), i, j);
        ASSERT_TRUE(BitsEqual(c[i * p.n + j], expected))
            << p.m << "x" << p.n << "x" << p.k << (p.transpose_a ? " a transposed" : "")
            << (p.transpose_b ? " b transposed" : "") << " at " << i << ", " << j << ", alpha "
            << p.epilogue.alpha << ", beta " << p.epilogue.beta;
      }
    }
  }

  // All four layouts of a shape, each with another epilogue.
  void ExpectChainsInAllLayouts(size_t m, size_t n, size_t k, bool hostile = false) {
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) {
        Product p = {m, n, k, transpose_a, transpose_b};
        Draw(p, hostile);
        p.epilogue = NextEpilogue();
        ExpectChains(p);
        if (HasFatalFailure()) return;
      }
    }
  }

  Random random_ = SeededRandom(0x3a7);
  uint32_t epilogue_ = 0;
  std::vector<float> a_, b_, c_, bias_;
  Buffer scratch_{kMatmulScratchFloats};
};

TEST_F(MatmulTest, IsItsChainsForAllSmallShapes) {
  for (const size_t m : {0, 1, 2, 3, 4, 5, 7, 8, 15, 17}) {
    for (const size_t n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33}) {
      for (const size_t k : {0, 1, 2, 3, 4, 5, 8, 17}) {
        ExpectChainsInAllLayouts(m, n, k);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST_F(MatmulTest, IsItsChainsWhereOneSideIsLong) {
  for (const size_t size : kSizes) {
    for (const size_t other : {1, 3, 16}) {
      ExpectChainsInAllLayouts(size, other, other);
      ExpectChainsInAllLayouts(other, size, other);
      ExpectChainsInAllLayouts(other, other, size);
      if (HasFatalFailure()) return;
    }
  }
}

// Beyond the blocks of 64 rows, 256 columns and a depth of 256, each alone and together.
const size_t kBlocked[][3] = {{65, 5, 3},    {130, 9, 2},    {3, 257, 4},   {17, 520, 3},
                              {2, 3, 257},   {5, 9, 513},    {1, 300, 257}, {17, 17, 256},
                              {65, 257, 30}, {16, 260, 300}, {65, 30, 260}, {66, 258, 257}};

TEST_F(MatmulTest, IsItsChainsAcrossBlocks) {
  for (const auto& [m, n, k] : kBlocked) {
    for (const float beta : {0.0f, 0.6f}) {
      for (const float alpha : {1.0f, -0.7f}) {
        // One layout at a time: together with alpha and beta all four come up.
        Product p = {m, n, k, epilogue_ % 2 == 1, epilogue_ % 4 > 1};
        Draw(p);
        p.epilogue = NextEpilogue();
        p.epilogue.alpha = alpha;
        p.epilogue.beta = beta;
        ExpectChains(p);
        if (HasFatalFailure()) return;
      }
    }
    ++epilogue_;  // Otherwise a shape would meet each layout with one alpha and beta only.
  }
}

TEST_F(MatmulTest, IsItsChainsForHostileValues) {
  for (const size_t m : {1, 2, 5, 17}) {
    for (const size_t n : {1, 4, 9, 33}) {
      ExpectChainsInAllLayouts(m, n, 3, true);
      if (HasFatalFailure()) return;
    }
  }
  ExpectChainsInAllLayouts(3, 9, 300, true);
}

TEST_F(MatmulTest, DoesNotReadWhatBetaZeroLeavesOut) {
  for (const size_t k : {0, 5, 300}) {
    Product p = {5, 9, k};
    Draw(p);
    c_.assign(c_.size(), kNan);
    ExpectChains(p);
  }
}

TEST_F(MatmulTest, StaysWithinTheBoundOfTheContract) {
  const size_t shapes[][3] = {{1, 1, 257},  {1, 100, 257}, {100, 1, 257}, {17, 33, 64},
                              {64, 64, 64}, {31, 7, 1000}, {65, 100, 300}};
  for (const auto& [m, n, k] : shapes) {
    const Product p = {m, n, k};
    Draw(p);
    const std::vector<float> c = Multiply(p);
    for (size_t i = 0; i < m; ++i) {
      for (size_t j = 0; j < n; ++j) {
        double exact = 0, sum_of_sizes = 0;
        for (size_t l = 0; l < k; ++l) {
          const double product = double{a_[i * k + l]} * b_[l * n + j];
          exact += product, sum_of_sizes += std::fabs(product);
        }
        const double bound = 2 * kEpsilon * static_cast<double>(k + 1) * sum_of_sizes;
        ASSERT_TRUE(Within(c[i * n + j], exact, bound)) << m << "x" << n << "x" << k;
      }
    }
  }
}

TEST_F(MatmulTest, GivesARowTheSameBitsAloneAndInABatch) {
  const size_t n = 33, k = 300;
  for (const size_t m : {2, 4, 5, 16, 17, 65}) {
    Product p = {m, n, k};
    Draw(p);
    p.epilogue.bias = bias_.data();
    p.epilogue.activation = Activation::kTanh;
    const std::vector<float> together = Multiply(p);
    const std::vector<float> all_rows = a_;
    for (const size_t row : {size_t{0}, m / 2, m - 1}) {
      a_.assign(all_rows.begin() + static_cast<ptrdiff_t>(row * k),
                all_rows.begin() + static_cast<ptrdiff_t>((row + 1) * k));
      c_.resize(n);
      Product alone = p;
      alone.m = 1;
      EXPECT_TRUE(BitsEqual(Multiply(alone).data(), together.data() + row * n, n)) << m;
    }
  }
}

TEST_F(MatmulTest, TakesViewsWithGapsBetweenRows) {
  // A corner of a larger matrix, as blocks of a product are.
  const Product p = {6, 10, 7};
  Draw({p.m, p.n, 20, false, false});
  std::vector<float> b = random_.SignedArray(p.k * 30), c(p.m * p.n);
  Matmul({a_.data(), 20, 1}, {b.data(), 30, 2}, c.data(), p.m, p.n, p.k, {}, scratch_.data());
  for (size_t i = 0; i < p.m; ++i) {
    for (size_t j = 0; j < p.n; ++j) {
      float acc = 0;
      for (size_t l = 0; l < p.k; ++l) {
        acc = MulAddOf(a_[i * 20 + l], b[l * 30 + j * 2], acc);
      }
      ASSERT_TRUE(BitsEqual(c[i * p.n + j], acc));
    }
  }
}

TEST(Matvec, IsADotOfEachRow) {
  Random random = SeededRandom(0x3a8);
  for (const size_t m : kSizes) {
    for (const size_t n : {0, 1, 3, 4, 16, 17, 100, 257}) {
      const Buffer a(random.SignedArray(m * n), m % 4), x(random.SignedArray(n), n % 4);
      const Buffer bias(random.SignedArray(m), 1);
      for (const ActivationReference& activation : kActivations) {
        const float* bias_or_none = m % 3 ? bias.data() : nullptr;
        Buffer out(m, 2);
        Matvec(a.data(), x.data(), bias_or_none, out.data(), m, n, activation.kind);
        for (size_t i = 0; i < m; ++i) {
          float expected = Dot(a.data() + i * n, x.data(), n);
          if (bias_or_none) expected += bias[i];
          Activate(activation.kind, &expected, &expected, 1, {});
          ASSERT_TRUE(BitsEqual(out[i], expected)) << m << "x" << n << " at " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace neural::test
