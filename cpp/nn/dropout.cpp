#include "nn/dropout.h"

namespace neural {

void ApplyDropout(float* values, uint32_t rows, uint32_t columns, float rate, RandomPair key,
                  uint32_t first_row) {
  const I32x4 lanes = SetInt(0, 1, 2, 3);
  // Numbers of 24 bits, which are exact as floats.
  const F32x4 limit = Splat(rate * 0x1p24f), scale = Splat(1.0f / (1.0f - rate));
  const auto drop = [=](F32x4 value, I32x4 random) {
    const I32x4 dropped = Less(ToFloat(ShiftRightLogical<8>(random)), limit);
    return Select(dropped, Zero(), Mul(value, scale));
  };
  for (uint32_t r = 0; r < rows; ++r, values += columns) {
    const I32x4 row = SplatInt(static_cast<int32_t>(first_row + r));
    for (uint32_t c = 0; c < columns; c += 16) {
      const I32x4 counter = AddInt(lanes, SplatInt(static_cast<int32_t>(c / 2)));
      const RandomLanes random = ThreefryLanes(key, counter, row);
      const I32x4 numbers[4] = {random.first[0], random.first[1], random.second[0],
                                random.second[1]};
      for (uint32_t v = 0; v < 4 && c + v * kLanes < columns; ++v) {
        float* target = values + c + v * kLanes;
        const uint32_t left = columns - c - v * static_cast<uint32_t>(kLanes);
        if (left >= kLanes) {
          Store(target, drop(Load(target), numbers[v]));
        } else {
          StorePartial(target, drop(LoadPartial(target, left), numbers[v]), left);
        }
      }
    }
  }
}

}  // namespace neural
