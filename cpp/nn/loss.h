// Losses: the value for a batch and its gradient at the last layer.
#pragma once

#include "kernels/activation.h"

namespace neural {

enum class Loss : uint32_t {
  kMse,           // Mean over rows and outputs of (y - t)².
  kCrossEntropy,  // Mean over rows of -Σ t·ln y with y a softmax; the two are taken as one.
  // Mean over rows and outputs of -t·ln y - (1 - t)·ln(1 - y) with y a sigmoid; taken as one, too.
  kBinaryCrossEntropy,
  kHuber,  // Mean over rows and outputs of e²/2 up to |e| = 1, of |e| - 1/2 beyond (Huber, 1964).
};
inline constexpr uint32_t kLosses = 4;

// What the network should have said: `values` (rows × columns) or `labels` (one class a row); the
// other is null. A label is below the number of columns: the caller has checked that.
struct Targets {
  const float* values;
  const uint32_t* labels;

  Targets From(size_t row, size_t columns) const {
    return {values ? values + row * columns : nullptr, labels ? labels + row : nullptr};
  }
};

// What a loss is computed from: the last layer's values before its activation (the entropies, whose
// logarithms stay finite where the activation underflows) or after it.
inline bool LossTakesLogits(Loss loss) {
  return loss == Loss::kCrossEntropy || loss == Loss::kBinaryCrossEntropy;
}

// The sum over rows of each row's loss. row_scratch: `columns` floats.
double SumOfLosses(Loss loss, const float* values, Targets targets, size_t rows, size_t columns,
                   float* row_scratch);

// gradient = d(sum of losses / divisor) / d(the last layer's values before its activation), from
// its values after it (`outputs`) and those that the derivative is taken from (see
// MultiplyByDerivative). All are rows × columns.
void OutputGradient(Loss loss, Activation activation, const float* outputs,
                    const float* derivative_values, Targets targets, size_t rows, size_t columns,
                    size_t divisor, float* gradient);

// The number of rows whose largest value is the label's (or the largest target's). Of equal values
// the first counts; a row with NaN is never right.
uint32_t CountCorrect(const float* values, Targets targets, size_t rows, size_t columns);

}  // namespace neural
