#include "nn/loss.h"

#include <string.h>

#include "kernels/elementwise.h"
#include "kernels/softmax.h"
#include "math/softplus.h"

namespace neural {

namespace {

float TargetAt(Targets targets, size_t row, size_t column, size_t columns) {
  if (targets.labels) return targets.labels[row] == column ? 1.0f : 0.0f;
  return targets.values[row * columns + column];
}

double SquaredError(const float* values, Targets targets, size_t rows, size_t columns) {
  double sum = 0;
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const double error = values[r * columns + c] - TargetAt(targets, r, c, columns);
      sum += error * error;
    }
  }
  return sum / static_cast<double>(columns);
}

double CrossEntropy(const float* logits, Targets targets, size_t rows, size_t columns,
                    float* row_scratch) {
  double sum = 0;
  for (size_t r = 0; r < rows; ++r) {
    LogSoftmax(logits + r * columns, row_scratch, 1, columns);
    for (size_t c = 0; c < columns; ++c) {
      const float target = TargetAt(targets, r, c, columns);
      if (target != 0) sum -= double{target} * row_scratch[c];
    }
  }
  return sum;
}

// ln(1 + e^-|z|) + max(z, 0) - z·t: nothing cancels, however sure and right a row is.
double BinaryCrossEntropy(const float* logits, Targets targets, size_t rows, size_t columns,
                          float* row_scratch) {
  double sum = 0;
  for (size_t r = 0; r < rows; ++r, logits += columns) {
    MapLong(logits, row_scratch, columns, [](F32x4 z) { return Softplus::Apply(Negate(Abs(z))); });
    for (size_t c = 0; c < columns; ++c) {
      const double z = logits[c], target = TargetAt(targets, r, c, columns);
      sum += row_scratch[c] + ((z > 0 ? z : 0) - z * target);
    }
  }
  return sum / static_cast<double>(columns);
}

double Huber(const float* values, Targets targets, size_t rows, size_t columns) {
  double sum = 0;
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const double error = values[r * columns + c] - TargetAt(targets, r, c, columns);
      const double size = error < 0 ? -error : error;
      sum += size <= 1 ? error * error / 2 : size - 0.5;
    }
  }
  return sum / static_cast<double>(columns);
}

// gradient = outputs - targets.
void Errors(const float* outputs, Targets targets, size_t rows, size_t columns, float* gradient) {
  if (targets.values) return SubArrays(outputs, targets.values, gradient, rows * columns);
  memcpy(gradient, outputs, rows * columns * sizeof(float));
  for (size_t r = 0; r < rows; ++r) gradient[r * columns + targets.labels[r]] -= 1;
}

// y·Σt - t, which is y - t where the targets of a row sum to 1.
void CrossEntropyErrors(const float* outputs, Targets targets, size_t rows, size_t columns,
                        float* gradient) {
  if (targets.labels) return Errors(outputs, targets, rows, columns, gradient);
  for (size_t r = 0; r < rows; ++r) {
    float total = 0;
    for (size_t c = 0; c < columns; ++c) total += targets.values[r * columns + c];
    for (size_t i = r * columns; i < (r + 1) * columns; ++i) {
      gradient[i] = outputs[i] * total - targets.values[i];
    }
  }
}

// Through a softmax y: g becomes y·(g - Σ g·y), row by row.
void SoftmaxGradient(const float* outputs, size_t rows, size_t columns, float* gradient) {
  for (size_t r = 0; r < rows; ++r) {
    const float* y = outputs + r * columns;
    float* g = gradient + r * columns;
    float dot = 0;
    for (size_t c = 0; c < columns; ++c) dot += g[c] * y[c];
    for (size_t c = 0; c < columns; ++c) g[c] = y[c] * (g[c] - dot);
  }
}

size_t IndexOfLargest(const float* values, size_t n) {
  size_t best = 0;
  for (size_t i = 0; i < n; ++i) {
    if (values[i] != values[i]) return n;
    if (values[i] > values[best]) best = i;
  }
  return best;
}

}  // namespace

double SumOfLosses(Loss loss, const float* values, Targets targets, size_t rows, size_t columns,
                   float* row_scratch) {
  switch (loss) {
    case Loss::kMse:
      return SquaredError(values, targets, rows, columns);
    case Loss::kCrossEntropy:
      return CrossEntropy(values, targets, rows, columns, row_scratch);
    case Loss::kBinaryCrossEntropy:
      return BinaryCrossEntropy(values, targets, rows, columns, row_scratch);
    case Loss::kHuber:
      return Huber(values, targets, rows, columns);
  }
  return 0;
}

void OutputGradient(Loss loss, Activation activation, const float* outputs,
                    const float* derivative_values, Targets targets, size_t rows, size_t columns,
                    size_t divisor, float* gradient) {
  const size_t n = rows * columns;
  const float per_row = static_cast<float>(divisor);
  const float per_output = per_row * static_cast<float>(columns);
  if (loss == Loss::kCrossEntropy) {
    CrossEntropyErrors(outputs, targets, rows, columns, gradient);
    return Scale(gradient, 1.0f / per_row, gradient, n);
  }
  Errors(outputs, targets, rows, columns, gradient);
  if (loss == Loss::kHuber) Clamp(gradient, -1, 1, gradient, n);
  Scale(gradient, (loss == Loss::kMse ? 2.0f : 1.0f) / per_output, gradient, n);
  // Through a sigmoid the gradient of the binary cross-entropy is y - t: nothing more to do.
  if (loss == Loss::kBinaryCrossEntropy) return;
  if (activation == Activation::kSoftmax) {
    SoftmaxGradient(outputs, rows, columns, gradient);
  } else {
    MultiplyByDerivative(activation, derivative_values, gradient, n);
  }
}

uint32_t CountCorrect(const float* values, Targets targets, size_t rows, size_t columns) {
  uint32_t correct = 0;
  for (size_t r = 0; r < rows; ++r) {
    const size_t wanted =
        targets.labels ? targets.labels[r] : IndexOfLargest(targets.values + r * columns, columns);
    const size_t found = IndexOfLargest(values + r * columns, columns);
    correct += found < columns && found == wanted;
  }
  return correct;
}

}  // namespace neural
