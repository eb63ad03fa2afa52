// Softmax and its logarithm over the rows of a matrix, with the row's maximum taken off first.
#pragma once

#include <stddef.h>

namespace neural {

// out[r][c] = e^(x[r][c] - max_r) / Σ e^(x[r][·] - max_r). A row with NaN or +Inf, or of -Inf
// alone, is NaN. out may be x.
void Softmax(const float* x, float* out, size_t rows, size_t columns);

// out[r][c] = x[r][c] - max_r - ln Σ e^(x[r][·] - max_r). out may be x.
void LogSoftmax(const float* x, float* out, size_t rows, size_t columns);

}  // namespace neural
