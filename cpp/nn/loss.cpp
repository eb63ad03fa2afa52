#include "nn/loss.h"

#include "kernels/softmax.h"

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

// y·Σt - t, which is y - t where the targets of a row sum to 1.
void CrossEntropyGradient(const float* outputs, Targets targets, size_t rows, size_t columns,
                          float scale, float* gradient) {
  for (size_t r = 0; r < rows; ++r) {
    float total = 1;
    if (targets.values) {
      total = 0;
      for (size_t c = 0; c < columns; ++c) total += TargetAt(targets, r, c, columns);
    }
    for (size_t c = 0; c < columns; ++c) {
      const size_t i = r * columns + c;
      gradient[i] = (outputs[i] * total - TargetAt(targets, r, c, columns)) * scale;
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
  return loss == Loss::kMse ? SquaredError(values, targets, rows, columns)
                            : CrossEntropy(values, targets, rows, columns, row_scratch);
}

void OutputGradient(Loss loss, Activation activation, const float* outputs,
                    const float* derivative_values, Targets targets, size_t rows, size_t columns,
                    size_t divisor, float* gradient) {
  if (loss == Loss::kCrossEntropy) {
    CrossEntropyGradient(outputs, targets, rows, columns, 1.0f / static_cast<float>(divisor),
                         gradient);
    return;
  }
  const float scale = 2.0f / (static_cast<float>(divisor) * static_cast<float>(columns));
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const size_t i = r * columns + c;
      gradient[i] = (outputs[i] - TargetAt(targets, r, c, columns)) * scale;
    }
  }
  if (activation == Activation::kSoftmax) {
    SoftmaxGradient(outputs, rows, columns, gradient);
  } else {
    MultiplyByDerivative(activation, derivative_values, gradient, rows * columns);
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
