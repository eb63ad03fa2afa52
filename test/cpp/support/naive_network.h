// A network in f64, written as in a textbook: what the real one is compared with.
#pragma once

#include <algorithm>
#include <vector>

#include "nn/loss.h"
#include "support/functions.h"

namespace neural::test {

struct NaiveNetwork {
  std::vector<uint32_t> sizes;          // Inputs first.
  std::vector<Activation> activations;  // One for each layer.
  std::vector<double> parameters;       // Layer after layer: W (inputs × outputs), then b.

  uint32_t outputs() const { return sizes.back(); }

  // The outputs for one row, and the values before the last activation.
  std::vector<double> Run(const float* x, std::vector<double>* logits) const {
    std::vector<double> values(x, x + sizes[0]);
    const double* w = parameters.data();
    for (size_t l = 0; l < activations.size(); ++l) {
      const uint32_t inputs = sizes[l], outputs = sizes[l + 1];
      const double* b = w + inputs * outputs;
      std::vector<double> next(b, b + outputs);
      for (uint32_t i = 0; i < inputs; ++i) {
        for (uint32_t o = 0; o < outputs; ++o) next[o] += values[i] * w[i * outputs + o];
      }
      if (l + 1 == activations.size()) *logits = next;
      Apply(activations[l], &next);
      values = next;
      w = b + outputs;
    }
    return values;
  }

  // The mean loss of `rows` rows; targets are rows × outputs.
  double MeanLoss(Loss loss, const std::vector<float>& x, const std::vector<float>& targets,
                  size_t rows) const {
    double sum = 0;
    for (size_t r = 0; r < rows; ++r) {
      std::vector<double> logits;
      const std::vector<double> y = Run(x.data() + r * sizes[0], &logits);
      const double log_sum = LogOfSum(logits);
      for (size_t o = 0; o < y.size(); ++o) {
        const double target = targets[r * y.size() + o];
        const double columns = static_cast<double>(y.size()), error = y[o] - target;
        switch (loss) {
          case Loss::kMse:
            sum += error * error / columns;
            break;
          case Loss::kCrossEntropy:
            sum -= target * (logits[o] - log_sum);
            break;
          case Loss::kBinaryCrossEntropy:
            sum += (target * std::log1p(std::exp(-logits[o])) +
                    (1 - target) * std::log1p(std::exp(logits[o]))) /
                   columns;
            break;
          case Loss::kHuber:
            sum += (std::fabs(error) < 1 ? error * error / 2 : std::fabs(error) - 0.5) / columns;
            break;
        }
      }
    }
    return sum / static_cast<double>(rows);
  }

  static double LogOfSum(const std::vector<double>& logits) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const double v : logits) sum += std::exp(v - largest);
    return largest + std::log(sum);
  }

  static void Apply(Activation activation, std::vector<double>* values) {
    if (activation == Activation::kSoftmax) {
      const double log_sum = LogOfSum(*values);
      for (double& v : *values) v = std::exp(v - log_sum);
      return;
    }
    const Function& f = FunctionNamed(kActivations[static_cast<size_t>(activation)].name);
    for (double& v : *values) v = f.reference(v, f.alpha);
  }
};

}  // namespace neural::test
