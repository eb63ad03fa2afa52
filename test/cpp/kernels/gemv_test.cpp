// One row times a matrix has the bits of the matrix product, whatever its width and depth, and
// reads nothing beyond its operands.
#include "kernels/gemv.h"

#include "kernels/matmul.h"
#include "support/buffer.h"
#include "support/expect.h"

namespace neural::test {
namespace {

TEST(RowTimesMatrix, HasTheBitsOfTheMatrixProduct) {
  Random random = SeededRandom(0x6e3);
  std::vector<std::pair<size_t, size_t>> shapes = {{700, 130}, {1, 70000}, {4099, 19}, {65, 1100}};
  for (const size_t n : kSizes) {
    for (const size_t k : kSizes) shapes.emplace_back(n, k);
  }
  Buffer scratch(kMatmulScratchFloats);
  for (const auto& [n, k] : shapes) {
    if (n == 0) continue;
    const bool hostile = n % 3 == 0;
    const auto draw = [&](size_t count) {
      return hostile ? random.HostileArray(count) : random.SignedArray(count);
    };
    const Buffer x(draw(k), 1), w(draw(n * k), 2), bias(draw(n), 3);
    Buffer expected(n), out(n, 1);
    for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
      MatmulEpilogue epilogue;
      epilogue.bias = b;
      Matmul(RowMajor(x.data(), k), RowMajor(w.data(), n), expected.data(), 1, n, k, epilogue,
             scratch.data());
      RowTimesMatrix(x.data(), w.data(), b, out.data(), n, k);
      ASSERT_TRUE(BitsEqual(out.data(), expected.data(), n)) << n << " columns, " << k << " rows";
    }
  }
}

}  // namespace
}  // namespace neural::test
