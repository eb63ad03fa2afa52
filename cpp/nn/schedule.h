// Schedules: the learning rate of each update.
#pragma once

#include "math/trig.h"

namespace neural {

enum class Schedule : uint32_t {
  kConstant,
  kCosine,  // η·½(1 + cos(π·t/T)), without restarts (Loshchilov and Hutter, 2017)
  kStep,    // a tenth of η after half of the updates, a hundredth after three quarters (He et al.,
            // 2016)
};
inline constexpr uint32_t kSchedules = 3;

// The factor for update t (from 0) of T; after the last one it stays as it was at the end.
inline float ScheduleFactor(Schedule schedule, uint32_t t, uint32_t total) {
  if (schedule == Schedule::kConstant || !total) return 1;
  const double done = t < total ? static_cast<double>(t) / total : 1;
  if (schedule == Schedule::kStep) return done < 0.5 ? 1.0f : done < 0.75 ? 0.1f : 0.01f;
  // ½(1 + cos 2a) = cos² a: exact where the sum would cancel.
  float lanes[kLanes];
  Store(lanes, Cos::Apply(Splat(static_cast<float>(done * 0x1.921fb54442d18p+0))));
  return lanes[0] * lanes[0];
}

}  // namespace neural
