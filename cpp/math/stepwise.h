// FANN's stepwise sigmoids on four lanes.
#pragma once

#include "simd/vec4.h"

namespace neural {

// A straight line from the point (x, y).
struct StraightLine {
  float x, y, slope;

  F32x4 At(F32x4 v) const { return MulAdd(Sub(v, Splat(x)), Splat(slope), Splat(y)); }
};
// From one point to another; only the slope is rounded.
constexpr StraightLine LineThrough(double x1, double y1, double x2, double y2) {
  return {static_cast<float>(x1), static_cast<float>(y1),
          static_cast<float>((y2 - y1) / (x2 - x1))};
}

// FANN's stepwise sigmoids: straight lines through six points of the curve, and its limits beyond
// the last of them, to which they jump by 0.005 of the height. The numbers are FANN's, each a
// float; those of x are doubled where its own sigmoid is that of 2x. SlopeAt takes the value; what
// Apply makes of NaN is any number.
struct StepwiseSigmoid {
  static constexpr double kMaxUlp = 2;
  static constexpr StraightLine kLines[] = {
      LineThrough(2 * -2.64665246009826660156, 4.99999988824129104614e-3,
                  2 * -1.47221946716308593750, 5.00000007450580596924e-2),
      LineThrough(2 * -1.47221946716308593750, 5.00000007450580596924e-2,
                  2 * -5.49306154251098632812e-1, 0.25),
      LineThrough(2 * -5.49306154251098632812e-1, 0.25, 2 * 5.49306154251098632812e-1, 0.75),
      LineThrough(2 * 5.49306154251098632812e-1, 0.75, 2 * 1.47221934795379638672,
                  9.49999988079071044922e-1),
      LineThrough(2 * 1.47221934795379638672, 9.49999988079071044922e-1, 2 * 2.64665293693542480469,
                  9.95000004768371582031e-1)};
  static constexpr float kEndX = 2 * 2.64665293693542480469f, kEndY = 9.95000004768371582031e-1f;

  static F32x4 Apply(F32x4 x) {
    F32x4 y = Zero();
    for (const StraightLine& line : kLines) y = Select(Less(x, Splat(line.x)), y, line.At(x));
    return Select(Less(x, Splat(kEndX)), y, Splat(1.0f));
  }
  static F32x4 SlopeAt(F32x4 y) {
    F32x4 slope = Zero();
    for (const StraightLine& line : kLines) {
      slope = Select(Less(y, Splat(line.y)), slope, Splat(line.slope));
    }
    return Select(Less(y, Splat(kEndY)), slope, Zero());
  }
};

struct SymmetricStepwiseSigmoid {
  static constexpr double kMaxUlp = 2;
  static constexpr StraightLine kLines[] = {
      LineThrough(0, 0, 5.49306154251098632812e-1, 0.5),
      LineThrough(5.49306154251098632812e-1, 0.5, 1.47221934795379638672,
                  8.99999976158142089844e-1),
      LineThrough(1.47221934795379638672, 8.99999976158142089844e-1, 2.64665293693542480469,
                  9.90000009536743164062e-1)};
  static constexpr float kEndX = 2.64665293693542480469f, kEndY = 9.90000009536743164062e-1f;

  static F32x4 Apply(F32x4 x) {
    const F32x4 size = Abs(x);
    F32x4 y = kLines[0].At(size);
    y = Select(Less(size, Splat(kLines[1].x)), y, kLines[1].At(size));
    y = Select(Less(size, Splat(kLines[2].x)), y, kLines[2].At(size));
    // Of the two ends the lower one is on the line.
    const I32x4 inside = And(LessEqual(Splat(-kEndX), x), Less(x, Splat(kEndX)));
    return CopySign(Select(inside, y, Splat(1.0f)), x);
  }
  static F32x4 SlopeAt(F32x4 y) {
    const F32x4 size = Abs(y);
    F32x4 slope = Splat(kLines[0].slope);
    slope = Select(Less(size, Splat(kLines[1].y)), slope, Splat(kLines[1].slope));
    slope = Select(Less(size, Splat(kLines[2].y)), slope, Splat(kLines[2].slope));
    return Select(Less(size, Splat(kEndY)), slope, Zero());
  }
};

}  // namespace neural
