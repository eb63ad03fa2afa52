// Dropout (Srivastava et al., 2014) in its inverted form: what is kept is divided by the share that
// is kept, so that a trained network runs as it is.
//
// Which values go is a function of key, row and column alone (a counter-based generator): the same
// in every build, in whatever pieces a batch is worked on, and found again on the way back.
#pragma once

#include <stddef.h>

#include "math/threefry.h"

namespace neural {

// values[rows × columns], of which the first row is row `first_row` of the batch: each value is
// replaced by 0 with probability `rate` (0 < rate < 1), else divided by 1 - rate.
void ApplyDropout(float* values, uint32_t rows, uint32_t columns, float rate, RandomPair key,
                  uint32_t first_row);

}  // namespace neural
