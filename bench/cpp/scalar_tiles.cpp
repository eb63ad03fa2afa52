// Products of matrices without vector instructions, in the forms that one would try: what the
// scalar build has to be near to, so that it is an honest baseline for the SIMD build. All are
// n×n×n, row-major, c = a·b.
//
// A tile keeps kRows × kColumns sums in locals; both operands are copied first, so that it reads
// them in order.
#include <cstddef>
#include <cstdint>

namespace {

constexpr size_t kMostSide = 256;
constexpr size_t kMost = kMostSide * kMostSide;

alignas(64) float left[kMost];
alignas(64) float right[kMost];
alignas(64) float result[kMost];
// The copies, with room for rows and columns that a tile does not fill.
alignas(64) float packed_left[kMost + 16 * kMostSide];
alignas(64) float packed_right[kMost + 16 * kMostSide];

// Strips of `width` rows (or columns), each element's `width` values side by side; zeros fill the
// last strip.
void Pack(const float* from, size_t n, size_t width, size_t stride, size_t step, float* to) {
  for (size_t strip = 0; strip < n; strip += width) {
    for (size_t p = 0; p < n; ++p) {
      for (size_t i = 0; i < width; ++i) {
        *to++ = strip + i < n ? from[(strip + i) * stride + p * step] : 0.0f;
      }
    }
  }
}

template <size_t kRows, size_t kColumns>
void Tile(const float* a, const float* b, size_t n, size_t rows, size_t columns, float* c) {
  float sums[kRows][kColumns] = {};
  for (size_t p = 0; p < n; ++p) {
    for (size_t i = 0; i < kRows; ++i) {
      for (size_t j = 0; j < kColumns; ++j) sums[i][j] += a[i] * b[j];
    }
    a += kRows;
    b += kColumns;
  }
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) c[i * n + j] = sums[i][j];
  }
}

size_t Least(size_t a, size_t b) { return a < b ? a : b; }

template <size_t kRows, size_t kColumns>
void Product(size_t n) {
  Pack(left, n, kRows, n, 1, packed_left);
  Pack(right, n, kColumns, 1, n, packed_right);
  for (size_t j = 0; j < n; j += kColumns) {
    for (size_t i = 0; i < n; i += kRows) {
      Tile<kRows, kColumns>(packed_left + i * n, packed_right + j * n, n, Least(kRows, n - i),
                            Least(kColumns, n - j), result + i * n + j);
    }
  }
}

// What a compiler makes of the plain loops, with the two inner ones in the order that runs along
// rows.
void TripleLoop(size_t n) {
  for (size_t i = 0; i < n; ++i) {
    float* c = result + i * n;
    for (size_t j = 0; j < n; ++j) c[j] = 0;
    for (size_t p = 0; p < n; ++p) {
      const float a = left[i * n + p];
      const float* b = right + p * n;
      for (size_t j = 0; j < n; ++j) c[j] += a * b[j];
    }
  }
}

}  // namespace

#define EXPORT(name) extern "C" __attribute__((export_name(name)))

EXPORT("left") float* LeftAddress() { return left; }
EXPORT("right") float* RightAddress() { return right; }
EXPORT("result") float* ResultAddress() { return result; }

EXPORT("1x4") void Tile1x4(size_t n) { Product<1, 4>(n); }
EXPORT("2x2") void Tile2x2(size_t n) { Product<2, 2>(n); }
EXPORT("2x4") void Tile2x4(size_t n) { Product<2, 4>(n); }
EXPORT("4x2") void Tile4x2(size_t n) { Product<4, 2>(n); }
EXPORT("3x3") void Tile3x3(size_t n) { Product<3, 3>(n); }
EXPORT("3x4") void Tile3x4(size_t n) { Product<3, 4>(n); }
EXPORT("4x4") void Tile4x4(size_t n) { Product<4, 4>(n); }
EXPORT("triple loop") void Triple(size_t n) { TripleLoop(n); }
