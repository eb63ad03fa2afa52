// tanh x on four lanes.
//
//   |x| < 0.7:  x + x·z·T(z) with z = x² and T the minimax polynomial of degree 4
//   otherwise:  1 - 2 / (1 + e^(2|x|)), where the quotient's error hardly counts any more
//
// of the magnitude, with the sign of x: so tanh -0 is -0.
//
// A single formula in e^(-2|x|) reaches no better than 2.3 ULP. The polynomials are evaluated in
// pairs (Estrin, 1960): what limits the loop is how long one element's chain of operations is, not
// their number.
#pragma once

#include "math/constants.h"
#include "simd/vec4.h"

namespace neural {

struct Tanh {
  static constexpr double kMaxUlp = 2;
  static F32x4 Apply(F32x4 x) {
    const I32x4 sign = And(BitCast(x), SplatInt(static_cast<int32_t>(0x80000000u)));
    const F32x4 magnitude = BitCast(Xor(BitCast(x), sign));
    const F32x4 y = Select(Less(magnitude, Splat(0.7f)), Small(magnitude), Large(magnitude));
    return BitCast(Or(BitCast(y), sign));
  }

 private:
  static F32x4 Small(F32x4 x) {
    const F32x4 z = Mul(x, x);
    const F32x4 z2 = Mul(z, z);
    const F32x4 t12 = MulAdd(Splat(-0x1.b85d08p-5f), z, Splat(0x1.110a5ep-3f));
    const F32x4 t34 = MulAdd(Splat(-0x1.6d8c54p-8f), z, Splat(0x1.517158p-6f));
    const F32x4 t = MulAdd(MulAdd(t34, z2, t12), z, Splat(-0x1.55554cp-2f));
    return MulAdd(Mul(t, z), x, x);
  }

  static F32x4 Large(F32x4 magnitude) {
    using namespace constants;
    // tanh is 1 to the last bit from here on.
    const F32x4 a = PseudoMin(magnitude, Splat(9.02f));
    // 2a = n·ln 2 + 2r with |r| <= ln(2)/4. One constant for ln 2 is enough: where n is large, the
    // exponential hardly counts.
    const F32x4 shifted = MulAdd(a, Splat(2 * kLog2E), Splat(kRoundingMagic));
    const F32x4 n = Sub(shifted, Splat(kRoundingMagic));
    const F32x4 r = MulAdd(n, Splat(-0x1.62e430p-2f), a);
    // The magic's low bits are zero: the shift leaves n alone in the exponent field.
    const F32x4 scale = BitCast(AddInt(ShiftLeft<23>(BitCast(shifted)), SplatInt(0x3f800000)));
    // e^(2r): a polynomial of degree 5 with the least relative error, its variable scaled by 2.
    const F32x4 r2 = Mul(r, r);
    const F32x4 p01 = MulAdd(Splat(2.0f), r, Splat(1.0f));
    const F32x4 p23 = MulAdd(Splat(0x1.5557aep+0f), r, Splat(0x1.fffdfcp+0f));
    const F32x4 p45 = MulAdd(Splat(0x1.10629ep-2f), r, Splat(0x1.5729f8p-1f));
    const F32x4 p = MulAdd(MulAdd(p45, r2, p23), r2, p01);
    return Sub(Splat(1.0f), Div(Splat(2.0f), MulAdd(p, scale, Splat(1.0f))));
  }
};

}  // namespace neural
